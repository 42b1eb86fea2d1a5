"""`python -m smena`."""

from __future__ import annotations

import sys

try:
    from smena.cli import main
except KeyboardInterrupt:  # importing takes a moment, in which a person may change his mind
    sys.exit(130)

if __name__ == "__main__":
    main()
