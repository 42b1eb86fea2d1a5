"""`.demo/env`: the variables with which `smena` in a shell works on the demo's data."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

FILE = "env"


def write_env(directory: Path, variables: Mapping[str, str]) -> Path:
    """Write the file that `. FILE` reads; only its owner can read it, because it has the demo's passwords.

    Args:
        directory: the demo's.
        variables: exported unchanged. The folder of this Python, which has `smena`, is put first on the PATH.
    """
    file = directory / FILE
    # Removed first, so that the mode also applies to a file of an earlier start.
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())]
    scripts = shlex.quote(str(Path(sys.executable).parent))
    file.write_text("\n".join([*lines, f"export PATH={scripts}:$PATH", ""]), encoding="utf-8")
    return file
