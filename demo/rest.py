"""`AirflowRest`: the part of Airflow's REST API that the demo and the tests use."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import requests

from demo.trouble import Trouble

Json = dict[str, Any]
Found = TypeVar("Found")

ENDED = frozenset({"success", "failed"})

_PAGE_ROWS = 100
_REQUEST_TIMEOUT_S = 30.0
_LOOK_AGAIN_S = 0.25
# Fields that every event of a log has.
_OF_EVERY_EVENT = {"event", "timestamp", "level", "logger", "filename", "lineno", "func_name", "loc"}


class AirflowRefusal(Trouble):
    """Airflow answered with an error; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class WaitedTooLong(Trouble):
    """The awaited state did not come in time."""


class AirflowRest:
    """A client of Airflow for one user.

    Dicts are Airflow's own JSON. Raises AirflowRefusal for any status of 400 and above.

    Args:
        address: `http://127.0.0.1:8080`.
        user, password: of the SimpleAuthManager.
    """

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address = address.rstrip("/")
        self._user, self._password = user, password
        self._http = requests.Session()

    # --- DAGs

    def dag(self, dag_id: str) -> Json:
        """Return a DAG. Raises AirflowRefusal (404) until it is parsed."""
        return self.ask("GET", f"/dags/{quote(dag_id)}")

    def wait_dag(self, dag_id: str, timeout_s: float = 60.0) -> Json:
        """Wait until a DAG is parsed. Raises AirflowRefusal at once where its file cannot be imported."""

        def look() -> Json | None:
            found = [dag for dag in self.pages("/dags", "dags", dag_id_pattern=dag_id) if dag["dag_id"] == dag_id]
            if found:
                return found[0]
            for error in self.import_errors():
                if dag_id in error["filename"]:
                    raise AirflowRefusal(0, f"{error['filename']} cannot be imported:\n{error['stack_trace']}")
            return None

        return self._wait(f"DAG {dag_id}", look, timeout_s)

    def import_errors(self) -> list[Json]:
        """Return the DAG files that cannot be imported: `filename`, `stack_trace`."""
        return list(self.pages("/importErrors", "import_errors"))

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run the DAG."""
        self.ask("PATCH", f"/dags/{quote(dag_id)}", json={"is_paused": False})

    def pause(self, dag_id: str) -> None:
        """Keep the scheduler from making new runs."""
        self.ask("PATCH", f"/dags/{quote(dag_id)}", json={"is_paused": True})

    # --- runs

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None, logical_date: datetime | None = None) -> Json:
        """Start a run by hand; without a logical date (aware) it has no data interval."""
        moment = logical_date.isoformat() if logical_date else None
        return self.ask(
            "POST", f"/dags/{quote(dag_id)}/dagRuns", json={"logical_date": moment, "conf": dict(conf or {})}
        )

    def runs(self, dag_id: str = "~") -> list[Json]:
        """Return every run of a DAG, oldest first; `~`: of all DAGs."""
        return list(self.pages(f"/dags/{quote(dag_id)}/dagRuns", "dag_runs", order_by="run_after"))

    def run(self, dag_id: str, run_id: str) -> Json:
        """Return a run."""
        return self.ask("GET", f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id)}")

    def wait_run(self, dag_id: str, run_id: str, timeout_s: float = 120.0) -> Json:
        """Wait until a run has ended and return it; its `state` may be `failed`."""

        def look() -> Json | None:
            run = self.run(dag_id, run_id)
            return run if run["state"] in ENDED else None

        return self._wait(f"the end of {dag_id} {run_id}", look, timeout_s)

    def wait_runs(self, dag_id: str, count: int, timeout_s: float = 120.0) -> list[Json]:
        """Wait until a DAG has at least `count` runs and all of its runs have ended."""

        def look() -> list[Json] | None:
            runs = self.runs(dag_id)
            return runs if len(runs) >= count and all(run["state"] in ENDED for run in runs) else None

        return self._wait(f"{count} ended runs of {dag_id}", look, timeout_s)

    def task_instances(self, dag_id: str, run_id: str) -> list[Json]:
        """Return the task instances of a run, including mapped ones (`map_index`)."""
        return list(self.pages(f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id)}/taskInstances", "task_instances"))

    def task_log(self, dag_id: str, run_id: str, task_id: str, *, try_number: int = 1, map_index: int = -1) -> str:
        """Return the log of a task, one event per line."""
        answer = self.ask(
            "GET",
            f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id)}/taskInstances/{quote(task_id)}/logs/{try_number}",
            params={"map_index": map_index, "full_content": True},
        )
        content = answer["content"]
        if isinstance(content, str):
            return content
        return "\n".join(line if isinstance(line, str) else _line(line) for line in content)

    # --- doing it again

    def clear(
        self,
        dag_id: str,
        run_id: str,
        tasks: list[str | tuple[str, int]] | None = None,
        *,
        only_failed: bool = False,
        downstream: bool = False,
    ) -> list[Json]:
        """Clear tasks of a run (all, by name, or by name and map index) so that they run again; return the cleared."""
        body = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": tasks,
            "only_failed": only_failed,
            "include_downstream": downstream,
            "reset_dag_runs": True,
        }
        cleared: list[Json] = self.ask("POST", f"/dags/{quote(dag_id)}/clearTaskInstances", json=body)["task_instances"]
        return cleared

    def backfill(
        self, dag_id: str, first: datetime, last: datetime, *, reprocess: str = "none", max_active_runs: int = 4
    ) -> Json:
        """Ask for a backfill as the UI does: runs whose logical dates are within, both ends included.

        Args:
            reprocess: what to do where a run exists: `none`, `failed` or `completed`.
        """
        body = {
            "dag_id": dag_id,
            "from_date": first.isoformat(),
            "to_date": last.isoformat(),
            "reprocess_behavior": reprocess,
            "max_active_runs": max_active_runs,
        }
        return self.ask("POST", "/backfills", json=body)

    def wait_backfill(self, backfill_id: int, timeout_s: float = 300.0) -> Json:
        """Wait until a backfill has completed."""

        def look() -> Json | None:
            found = self.ask("GET", f"/backfills/{backfill_id}")
            return found if found["completed_at"] else None

        return self._wait(f"the end of backfill {backfill_id}", look, timeout_s)

    # --- the rest

    def create_pool(self, name: str, slots: int, description: str = "") -> None:
        """Make a pool, or set the slots of an existing one."""
        body = {"name": name, "slots": slots, "description": description, "include_deferred": False}
        try:
            self.ask("POST", "/pools", json=body)
        except AirflowRefusal as refusal:
            if refusal.status != requests.codes.conflict:
                raise
            self.ask("PATCH", f"/pools/{quote(name)}", json=body)

    def keep_connection(self, name: str, fields: Mapping[str, Any], description: str = "") -> None:
        """Make a connection, or set the fields of an existing one. `fields` are those of `AIRFLOW_CONN_*` in JSON."""
        extra = json.dumps(fields.get("extra") or {})
        body = {**fields, "connection_id": name, "extra": extra, "description": description}
        try:
            self.ask("POST", "/connections", json=body)
        except AirflowRefusal as refusal:
            if refusal.status != requests.codes.conflict:
                raise
            self.ask("PATCH", f"/connections/{quote(name)}", json=body)

    def assets(self, name: str) -> list[Json]:
        """Return the assets whose name contains `name`."""
        return list(self.pages("/assets", "assets", name_pattern=name))

    def asset_events(self, **filters: Any) -> list[Json]:
        """Return events of assets, oldest first, each with its `partition_key`.

        Filters: `asset_id`, `source_dag_id`, `source_run_id`, `source_task_id`.
        """
        return list(self.pages("/assets/events", "asset_events", order_by="timestamp", **filters))

    def ask(self, method: str, path: str, **settings: Any) -> Json:
        """Send a request under `/api/v2`, after a login where needed. An empty answer gives an empty dict."""
        for _ in range(2):
            if "Authorization" not in self._http.headers:
                self._log_in()
            answer = self._http.request(method, f"{self.address}/api/v2{path}", timeout=_REQUEST_TIMEOUT_S, **settings)
            if answer.status_code != requests.codes.unauthorized:
                break
            del self._http.headers["Authorization"]
        if answer.status_code >= requests.codes.bad_request:
            raise AirflowRefusal(answer.status_code, f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        body: Json = answer.json() if answer.content else {}
        return body

    def pages(self, path: str, key: str, **parameters: Any) -> Iterator[Json]:
        """Yield all rows of a list, page by page."""
        offset = 0
        while True:
            answer = self.ask("GET", path, params={**parameters, "limit": _PAGE_ROWS, "offset": offset})
            yield from answer[key]
            offset += len(answer[key])
            if not answer[key] or offset >= answer.get("total_entries", offset):
                return

    def _log_in(self) -> None:
        body = {"username": self._user, "password": self._password}
        answer = requests.post(f"{self.address}/auth/token", json=body, timeout=_REQUEST_TIMEOUT_S)
        if answer.status_code >= requests.codes.bad_request:
            raise AirflowRefusal(answer.status_code, f"{self._user} may not log in: {answer.text[:200]}")
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    @staticmethod
    def _wait(what: str, look: Callable[[], Found | None], timeout_s: float) -> Found:
        deadline = time.monotonic() + timeout_s
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise WaitedTooLong(f"waited {timeout_s:.0f} s for {what}")
            time.sleep(_LOOK_AGAIN_S)
        return found


def _line(line: Json) -> str:
    """Return an event of a task's log as a line, with its further fields as `key=value`."""
    fields = {key: value for key, value in line.items() if key not in _OF_EVERY_EVENT and value is not None}
    return " ".join([str(line.get("event", line)), *(f"{key}={value}" for key, value in fields.items())])
