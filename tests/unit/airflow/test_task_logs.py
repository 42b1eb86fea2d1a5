"""Old logs of our tasks are removed, and nobody else's."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from smena.airflow.task_logs import LOGS_KEPT, remove_old_logs

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
OLD, NEW = NOW - LOGS_KEPT - timedelta(seconds=1), NOW - LOGS_KEPT + timedelta(seconds=1)


def write(path: Path, when: datetime) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a line\n")
    for one in (path, *path.parents[:3]):
        os.utime(one, (when.timestamp(), when.timestamp()))
    return path


def test_only_old_logs_of_our_dags_are_removed(tmp_path: Path) -> None:
    ours = "dag_id=alerts/run_id={}/task_id=send/attempt=1.log"
    old, new = write(tmp_path / ours.format("old"), OLD), write(tmp_path / ours.format("new"), NEW)
    theirs = write(tmp_path / "dag_id=theirs/run_id=old/task_id=send/attempt=1.log", OLD)
    processor = write(tmp_path / "dag_processor/2025-01-01/alerts.py.log", OLD)
    outside = write(tmp_path / "elsewhere" / "kept.log", OLD)
    (new.parent / "link").symlink_to(outside.parent)
    assert remove_old_logs(tmp_path, now=NOW) == 1
    assert not old.exists()
    assert [path.exists() for path in (new, theirs, processor, outside)] == [True] * 4
    assert remove_old_logs(tmp_path, now=NOW) == 0


def test_a_folder_without_logs_of_ours_has_nothing_to_remove(tmp_path: Path) -> None:
    assert remove_old_logs(tmp_path / "nothing", now=NOW) == 0


def test_empty_folders_of_old_runs_go_once_nothing_is_in_them(tmp_path: Path) -> None:
    path = write(tmp_path / "dag_id=alerts/run_id=old/task_id=send/attempt=1.log", OLD)
    remove_old_logs(tmp_path, now=NOW)
    for folder in path.parents[:3]:
        if folder.exists():
            os.utime(folder, (OLD.timestamp(), OLD.timestamp()))
    remove_old_logs(tmp_path, now=NOW)
    remove_old_logs(tmp_path, now=NOW)
    assert not path.parent.exists()
