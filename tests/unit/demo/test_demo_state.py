"""What the demo decides once: days, ports, secrets."""

from __future__ import annotations

import socket
from datetime import datetime
from pathlib import Path

import pytest

from demo.airflow import QUICK, LocalAirflow
from demo.ports import is_port_free, pick_free_port
from demo.secrets_file import keep_secrets
from demo.state import ACCOUNTING_ZONE, DemoState, keep_state, read_state

DSN = "postgresql://smena:word@127.0.0.1:5432/airflow"


def airflow(directory: Path, **environment: str) -> LocalAirflow:
    return LocalAirflow(directory, metadata_dsn=DSN, environment=environment, port=0)


def test_the_first_start_decides_the_days_and_later_ones_keep_them(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None
    decided = keep_state(tmp_path)
    (tmp_path / "state.json").write_text(
        '{"first_day": "2026-01-10", "last_day": "2026-05-01", '
        '"start_date": "2026-01-10", "schedule_from": "2026-04-07"}'
    )
    kept = keep_state(tmp_path)
    assert decided.first_day == decided.start_date < decided.schedule_from < decided.last_day
    assert kept == read_state(tmp_path)
    assert kept.schedule_from.isoformat() == "2026-04-07"


def test_the_world_goes_on_after_today_so_that_a_demo_of_last_week_still_has_news(tmp_path: Path) -> None:
    state: DemoState = keep_state(tmp_path)
    assert state.first_day < datetime.now(ACCOUNTING_ZONE).date() < state.last_day


def test_secrets_are_made_once_and_are_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "secrets.json"
    made = keep_secrets(file, {"key": lambda: "first"})
    kept = keep_secrets(file, {"key": lambda: "second", "new": lambda: "third"})
    assert made == {"key": "first"}
    assert kept == {"key": "first", "new": "third"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_taken_port_is_avoided() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_port_free(port)
        assert pick_free_port(port) != port


def test_airflow_keeps_its_ports_and_secrets_from_start_to_start(tmp_path: Path) -> None:
    first, second = airflow(tmp_path), airflow(tmp_path)
    assert first.environment() == second.environment()
    assert first.address == second.address
    assert first.passwords == second.passwords


def test_settings_of_another_airflow_on_this_machine_do_not_leak_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_KONTUR_OFD", "https://real.example")
    environment = airflow(tmp_path, SMENA_SCHEDULE_FROM="2026-04-07").environment()
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW_CONN_KONTUR_OFD" not in environment
    assert environment["SMENA_SCHEDULE_FROM"] == "2026-04-07"


def test_an_idle_airflow_looks_seldom_and_one_that_is_waited_for_often(tmp_path: Path) -> None:
    """`python -m bench.idle` measures what these settings leave of a core."""
    idle = airflow(tmp_path).environment()
    assert {name: float(idle[name]) for name in QUICK} == {
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 2,
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": 30,
        "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": 30,
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 600,
    }
    quick = airflow(tmp_path, **QUICK).environment()
    assert all(float(quick[name]) < float(idle[name]) for name in QUICK)
