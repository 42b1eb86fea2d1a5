"""`.demo/env`: what a shell needs so that `smena` works on the demo's data."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

FILE = "env"


def write_env(directory: Path, variables: Mapping[str, str]) -> Path:
    """Writes the file that `. FILE` reads, readable by its owner alone: it holds the demo's passwords.

    Args:
        directory: the demo's.
        variables: exported as they are. The folder of this Python, where `smena` is, is put first on the PATH.
    """
    file = directory / FILE
    # Made anew, so that the mode holds for a file of an earlier start too.
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())]
    scripts = shlex.quote(str(Path(sys.executable).parent))
    file.write_text("\n".join([*lines, f"export PATH={scripts}:$PATH", ""]), encoding="utf-8")
    return file
