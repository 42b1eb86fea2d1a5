"""A setting has a type and a default; it is read from its variable, else as Airflow reads its own."""

from __future__ import annotations

import sys
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from docs.generate import settings as settings_page
from docs.generate.__main__ import REFERENCE
from smena.model.errors import WrongUse
from smena.model.settings import SECTION, SETTINGS, Setting, Settings, all_settings

VARIABLE = "SMENA_ALERT_QUARANTINE"


@pytest.fixture(autouse=True)
def _without_airflow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(sys.modules, "airflow.configuration", raising=False)
    for one in all_settings():
        monkeypatch.delenv(one.variable, raising=False)
        monkeypatch.delenv(f"AIRFLOW__SMENA__{one.option.upper()}", raising=False)
    monkeypatch.delenv("AIRFLOW_CONFIG", raising=False)
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))


def test_without_any_each_has_its_default() -> None:
    assert {name: getattr(SETTINGS, name) for name, one in vars(Settings).items() if isinstance(one, Setting)} == {
        "alert_quarantine": 0, "load_deadline_minutes": 120, "schedule_from": None, "same_day": "daily", "archive": "",
        "airflow_url": "", "airflow_user": "", "airflow_password": "", "airflow_token": "",
    }  # fmt: skip


def test_each_says_what_it_is() -> None:
    for name, one in vars(Settings).items():
        if isinstance(one, Setting):
            assert one.option == name
            assert one.variable == f"SMENA_{name.upper()}"
            assert one.meaning.endswith(".")
            assert one.kind.words
            # The default and the example are values that could be set.
            for text in filter(None, (one.example, str(one.default or ""))):
                assert one.kind.read(text) is not None
    assert len(all_settings()) == 9


def test_none_can_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.alert_quarantine.default = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("SMENA_ALERT_QUARANTINE", " 20 ", 20),
        ("SMENA_ALERT_QUARANTINE", "0", 0),
        ("SMENA_LOAD_DEADLINE_MINUTES", "0", 0),
        ("SMENA_LOAD_DEADLINE_MINUTES", "1000000", 1_000_000),
        ("SMENA_SCHEDULE_FROM", "2026-01-01", date(2026, 1, 1)),
        ("SMENA_SAME_DAY", "hourly", "hourly"),
        ("SMENA_SAME_DAY", " daily ", "daily"),
        ("SMENA_AIRFLOW_URL", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("SMENA_AIRFLOW_USER", "анна", "анна"),
        ("SMENA_AIRFLOW_PASSWORD", "p%d$", "p%d$"),
    ],
)
def test_a_value_has_its_type(monkeypatch: pytest.MonkeyPatch, variable: str, text: str, value: object) -> None:
    monkeypatch.setenv(variable, text)
    found = getattr(SETTINGS, variable.removeprefix("SMENA_").lower())
    assert found == value
    assert type(found) is type(value)


WRONG = [
    *(
        (variable, text, "a whole number from 0 to 1000000")
        for variable in ("SMENA_ALERT_QUARANTINE", "SMENA_LOAD_DEADLINE_MINUTES")
        for text in ("many", "-1", "1.5", "1_000", "٣", "1000001", "9" * 5000, "20 records", "1e3")
    ),
    *(
        ("SMENA_SCHEDULE_FROM", text, "a day like 2025-11-30")
        for text in ("2026-1-1", "20260101", "2026-02-30", "01.01.2026", "2026-W01-1", "2026-01-01T00:00", "soon")
    ),
    *(
        ("SMENA_SAME_DAY", text, "daily or hourly")
        for text in ("hour", "HOURLY", "1", "true", "weekly", "hourly daily")
    ),
    *(("SMENA_AIRFLOW_URL", text, "http or https") for text in ("localhost", "ftp://a.example", "//a.example")),
]


@pytest.mark.parametrize(("variable", "text", "words"), WRONG, ids=lambda given: str(given)[:30])
def test_a_wrong_value_is_one_error_that_names_the_setting_and_not_the_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, words: str
) -> None:
    option = variable.removeprefix("SMENA_").lower()
    monkeypatch.setenv(variable, text)
    with pytest.raises(WrongUse) as wrong:
        getattr(SETTINGS, option)
    assert wrong.value.message == f"{variable} is not {words}"
    assert wrong.value.fix == f"give it like {vars(Settings)[option].example}"
    assert wrong.value.__context__ is None
    # What does not need it goes on.
    assert SETTINGS.airflow_user == ""


def test_the_error_names_where_it_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").write_text("[smena]\nalert_quarantine = many\n")
    with pytest.raises(WrongUse, match=r"^alert_quarantine in \[smena\] of Airflow's configuration is not a whole"):
        Settings.alert_quarantine.value()
    monkeypatch.setenv("AIRFLOW__SMENA__ALERT_QUARANTINE", "many")
    with pytest.raises(WrongUse, match=r"^AIRFLOW__SMENA__ALERT_QUARANTINE is not a whole"):
        Settings.alert_quarantine.value()


def test_the_page_of_settings_is_what_they_say() -> None:
    assert (REFERENCE / "settings.md").read_text(encoding="utf-8") == settings_page.page()
    for one in all_settings():
        assert f"| `{one.variable}` | `{one.option}` |" in settings_page.page()


def test_the_file_is_the_last_to_be_asked_and_the_variable_the_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "airflow.cfg").write_text("[core]\nfernet_key = a%b\n[smena]\nalert_quarantine = 1\n")
    assert SETTINGS.alert_quarantine == 1
    monkeypatch.setenv("AIRFLOW__SMENA__ALERT_QUARANTINE", " 2 ")
    assert SETTINGS.alert_quarantine == 2
    monkeypatch.setenv(VARIABLE, "3")
    assert SETTINGS.alert_quarantine == 3
    monkeypatch.setenv(VARIABLE, " ")
    assert SETTINGS.alert_quarantine == 2


def test_the_file_may_have_another_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "other.cfg"
    other.write_text("[smena]\nalert_quarantine = 7\n")
    monkeypatch.setenv("AIRFLOW_CONFIG", str(other))
    assert SETTINGS.alert_quarantine == 7


@pytest.mark.parametrize("text", [b"[core\n", b"\xff\xfe", b"no section = 1\n"])
def test_a_file_that_cannot_be_read_is_for_airflow_to_complain_of(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "airflow.cfg").write_bytes(text)
    assert SETTINGS.alert_quarantine == 0


def test_where_airflow_is_loaded_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get(section: str, option: str, fallback: str) -> str:
        asked.append((section, option, fallback))
        return "20"

    monkeypatch.setitem(sys.modules, "airflow.configuration", SimpleNamespace(conf=SimpleNamespace(get=get)))  # type: ignore[arg-type]
    assert SETTINGS.alert_quarantine == 20
    assert asked == [(SECTION, "alert_quarantine", "")]
    monkeypatch.setenv(VARIABLE, "3")
    assert SETTINGS.alert_quarantine == 3
