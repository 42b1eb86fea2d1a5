"""The demo stores what the sandbox printed at its last start, and ignores what a former version stored."""

from __future__ import annotations

import json
from pathlib import Path

from demo.kontur import LocalKontur
from demo.processes import ProcessSupervisor


def test_what_a_former_version_stored_is_ignored(tmp_path: Path) -> None:
    kontur = LocalKontur(tmp_path, ProcessSupervisor(tmp_path / "processes"))
    assert kontur._read_hello() is None
    fields = {"address": "http://127.0.0.1:1", "login": "a", "password": "b", "api_key": "c", "organizations": []}
    (tmp_path / "sandbox.json").write_text(json.dumps(fields))
    assert kontur._read_hello() is None
    (tmp_path / "sandbox.json").write_text(json.dumps(fields | {"market": {"address": "x", "api_key": "y"}}))
    known = kontur._read_hello()
    assert known is not None
    assert known.address == "http://127.0.0.1:1"
