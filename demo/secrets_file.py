"""Secrets that are generated once and stored in a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path


def keep_secrets(file: Path, makers: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """Return the secrets of a file that only its owner can read; missing secrets are made and added."""
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = {name: make() for name, make in makers.items() if name not in kept}
    if missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(kept | missing, indent=1))
    return kept | missing
