"""A known vulnerability of a pinned package fails lint until it is fixed, or is accepted until a day."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from typing import Any

import pytest

PLACE = Path(__file__).parents[3] / ".ci" / "audit.py"
SPEC = importlib.util.spec_from_file_location("audit", PLACE)
assert SPEC is not None and SPEC.loader is not None
audit = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(audit)

TODAY = date(2026, 11, 27)
HOLE = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-0001"], "fix_versions": ["2.0"]}
REPORT: dict[str, Any] = {
    "dependencies": [
        {"name": "hollow", "version": "1.0", "vulns": [HOLE]},
        {"name": "sound", "version": "3.1", "vulns": []},
        {"name": "unknown", "skip_reason": "Dependency not found on PyPI"},
    ]
}


def test_a_vulnerability_is_named_with_the_version_that_fixes_it() -> None:
    lines, asked, unknown = audit.evaluate(REPORT, set())
    assert (asked, unknown) == (2, 1)
    assert lines == ["hollow 1.0: PYSEC-2026-1, mended in 2.0"]


@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-0001"])
def test_an_accepted_one_is_excused_by_either_of_its_names_until_its_day(name: str) -> None:
    text = f"# a comment\n\n{name} until 2026-11-27: not reached, we do not parse such files\n"
    assert audit.evaluate(REPORT, audit.accepted(text, TODAY))[0] == []
    assert audit.evaluate(REPORT, audit.accepted(text, date(2026, 11, 28)))[0] != []


def test_an_acceptance_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="is not `ID until"):
        audit.accepted("PYSEC-2026-1 until 2026-12-01:", TODAY)
