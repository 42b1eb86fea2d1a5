"""A person at a terminal sees a bar while a load runs; a program sees one JSON object and a log."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

from tests.integration.cli.shop import Shop

COLOUR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def load_at_a_terminal(shop: Shop, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout, and what was written to the terminal behind stderr."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "smena", *shop.load_words, *words],
        env={**os.environ, **shop.cli.connections, "TERM": "xterm"},
        stdout=subprocess.PIPE, stderr=theirs, text=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    out = process.communicate(timeout=60)[0]
    return process.returncode, out, COLOUR.sub("", shown.decode())


def test_a_terminal_is_shown_a_bar_with_windows_requests_and_rate(shop: Shop) -> None:
    code, out, shown = load_at_a_terminal(shop)
    assert code == 0
    assert out.startswith("batch ")
    assert "1/3 windows" in shown and "2/3 windows" in shown
    assert " requests, " in shown and "/s" in shown


def test_there_is_no_bar_for_a_program(shop: Shop) -> None:
    code, out, shown = load_at_a_terminal(shop, "--json")
    assert (code, out[0]) == (0, "{")
    assert "windows, " not in shown
    assert "windows, " not in shop.cli.run(*shop.load_words).err
