"""Checks import no heavy library, validation is quiet, and the rules of a suite differ."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from smena.quality import cheques, expectations, orders, receipts, shifts, till_shifts, waybills, z_reports
from smena.quality.rules import Rule

LIGHT = """
import sys
from datetime import datetime
import smena.quality
from smena.transform.frames import Z_REPORTS
rows = Z_REPORTS.empty().reindex(range(3))
verdict = smena.quality.check_z_reports(rows, organization_inn="9601000019", now_utc=datetime(2026, 3, 10))
assert len(verdict.bad) == 3
assert "great_expectations" not in sys.modules
"""


def test_a_check_does_not_import_great_expectations(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_first_validation_of_a_process_opens_no_connection_writes_no_file_and_prints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)  # as Airflow logs
    calls: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: calls.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: calls.append(address))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    expectations._whole_frame.cache_clear()
    known = expectations.Expectation("known", "", "ExpectColumnValuesToNotBeNull", {"column": "amount"})
    amounts = pd.DataFrame({"amount": pd.array([None] * 2000, dtype="Int64")})
    (result,) = expectations.validate("amounts", (known,), amounts)
    assert result.bad_rows == 2000
    assert calls == []
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.parametrize(
    "rules",
    [
        z_reports.RULES + z_reports.NEIGHBOUR_RULES,
        receipts.RULES,
        shifts.RULES,
        cheques.RULES,
        till_shifts.RULES,
        waybills.RULES,
        orders.ORDER_RULES + orders.SHIFT_RULES,
    ],
)
def test_no_two_rules_of_a_suite_have_one_name_or_the_same_words(rules: tuple[Rule, ...]) -> None:
    assert len({rule.name for rule in rules}) == len(rules)
    assert len({rule.reason for rule in rules if rule.severity == "record"}) == sum(
        rule.severity == "record" for rule in rules
    )
