"""Remove old logs of our DAGs' tasks from the folder of Airflow that the task sees. It imports Airflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from smena.airflow.roles import DAGS
from smena.runtime.log import step_log

LOGS_KEPT = timedelta(days=90)


def remove_old_logs(folder: Path | None = None, *, now: datetime | None = None) -> int:
    """Remove files of tasks of our DAGs that nothing was written to for `LOGS_KEPT`; return how many there were.

    Other people's DAGs in the same Airflow are left alone, and so are the logs of Airflow's own processes.

    Args:
        folder: where the tasks' logs are; by default Airflow's `base_log_folder`.
    """
    if folder is None:
        from airflow.configuration import conf

        folder = Path(conf.get_mandatory_value("logging", "base_log_folder"))
    oldest = ((now or datetime.now(UTC)) - LOGS_KEPT).timestamp()
    removed = 0
    with step_log("remove_old_logs", folder=str(folder)) as step:
        for dag_id in DAGS:
            # Airflow's own template of names begins with it; with another one nothing is found and nothing removed.
            of_dag = folder / f"dag_id={dag_id}"
            for path in sorted(of_dag.rglob("*"), reverse=True):
                removed += _removed(path, oldest)
        step["files"] = removed
    return removed


def _removed(path: Path, oldest: float) -> bool:
    """Remove an old file, or a folder that is empty; whether it was a file."""
    try:
        if path.is_dir() and not path.is_symlink():
            if path.lstat().st_mtime < oldest and not any(path.iterdir()):
                path.rmdir()
            return False
        if path.lstat().st_mtime >= oldest:
            return False
        path.unlink()
    except FileNotFoundError:
        # Another worker that shares the folder was quicker.
        return False
    return True
