"""`smena`: the command line."""

from __future__ import annotations

from smena.cli.root import main

__all__ = ["main"]
