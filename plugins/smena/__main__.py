"""`python -m smena`."""

from __future__ import annotations

from smena.cli import main

if __name__ == "__main__":
    main()
