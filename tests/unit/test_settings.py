"""A setting is read from its variable, else as Airflow reads its own."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from smena.settings import setting

VARIABLE = "SMENA_ALERT_QUARANTINE"


@pytest.fixture(autouse=True)
def _without_airflow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(sys.modules, "airflow.configuration", raising=False)
    for name in (VARIABLE, "AIRFLOW__SMENA__ALERT_QUARANTINE", "AIRFLOW_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))


def test_without_any_it_is_empty() -> None:
    assert setting(VARIABLE) == ""


def test_the_file_is_the_last_to_be_asked_and_the_variable_the_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "airflow.cfg").write_text("[core]\nfernet_key = a%b\n[smena]\nalert_quarantine = 1\n")
    assert setting(VARIABLE) == "1"
    monkeypatch.setenv("AIRFLOW__SMENA__ALERT_QUARANTINE", " 2 ")
    assert setting(VARIABLE) == "2"
    monkeypatch.setenv(VARIABLE, "3")
    assert setting(VARIABLE) == "3"
    monkeypatch.setenv(VARIABLE, " ")
    assert setting(VARIABLE) == "2"


def test_the_file_may_have_another_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "other.cfg"
    other.write_text("[smena]\nalert_quarantine = 7\n")
    monkeypatch.setenv("AIRFLOW_CONFIG", str(other))
    assert setting(VARIABLE) == "7"


@pytest.mark.parametrize("text", [b"[core\n", b"\xff\xfe", b"no section = 1\n"])
def test_a_file_that_cannot_be_read_is_for_airflow_to_complain_of(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "airflow.cfg").write_bytes(text)
    assert setting(VARIABLE) == ""


def test_where_airflow_is_loaded_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get(section: str, option: str, fallback: str) -> str:
        asked.append((section, option, fallback))
        return "20"

    monkeypatch.setitem(sys.modules, "airflow.configuration", SimpleNamespace(conf=SimpleNamespace(get=get)))  # type: ignore[arg-type]
    assert setting(VARIABLE) == "20"
    assert asked == [("smena", "alert_quarantine", "")]
    monkeypatch.setenv(VARIABLE, "3")
    assert setting(VARIABLE) == "3"
