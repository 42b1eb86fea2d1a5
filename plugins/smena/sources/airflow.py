"""The part of Airflow's REST API that starts a run and looks up a user."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from smena.model.errors import PassingFault, RefusedByService, WrongUse
from smena.sources.http import Answer, Http, RetryPolicy

RETRY_POLICY = RetryPolicy(connect_s=5, read_s=15, deadline_s=30, attempts=3)

_USERS = "/auth/fab/v1/users"


@dataclass(frozen=True, slots=True)
class AirflowAddress:
    """The address of Airflow, and a token or a user and a password."""

    base_url: str
    token: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that was started; it waits where the DAG is paused.

    Attributes:
        by: the Airflow user who started it; empty where Airflow does not name one.
    """

    dag_id: str
    run_id: str
    is_paused: bool
    by: str = ""


class AirflowClient:
    """A client of Airflow 3.

    Its methods raise PassingFault where Airflow does not answer, RefusedByService where it refuses.
    """

    def __init__(self, address: AirflowAddress, retry_policy: RetryPolicy = RETRY_POLICY) -> None:
        self._address, self._http = address, Http(retry_policy)
        self._token = address.token

    def close(self) -> None:
        self._http.close()

    def start(self, dag_id: str, conf: Mapping[str, Any]) -> StartedRun:
        """Start a run with these parameters."""
        place = f"/api/v2/dags/{quote(dag_id, safe='')}"
        is_paused = bool(self._ask("GET", place, "dag").get("is_paused"))
        run = self._ask("POST", f"{place}/dagRuns", "dagRuns", {"logical_date": None, "conf": dict(conf)})
        return StartedRun(dag_id, str(run.get("dag_run_id", "")), is_paused, str(run.get("triggering_user_name") or ""))

    def unknown_users(self, names: Iterable[str]) -> list[str]:
        """Return the names that no user of Airflow has in exactly this spelling.

        Raises PassingFault or RefusedByService also where users cannot be looked up: Airflow has another auth manager
        than FAB, or the caller may not read users. WrongUse for a name that cannot be part of an address.
        """
        # Other auth managers answer 404 to every name, as FAB does to an unknown one. Only FAB has this list.
        if "users" not in self._ask("GET", f"{_USERS}?limit=1", "users"):
            raise PassingFault("Airflow users: the answer has no list of users", fix="check the address of Airflow")
        return [name for name in names if self._user_name(name) != name]

    def _user_name(self, name: str) -> str | None:
        """The name as Airflow stores it: FAB finds a user by the name in any case, the pages by the exact one."""
        if "/" in name or name in ("", ".", ".."):
            raise WrongUse(f"Airflow cannot be asked for a user of the name {name!r}", fix="look it up in Airflow")
        try:
            return str(self._ask("GET", f"{_USERS}/{quote(name, safe='')}", "user").get("username", ""))
        except RefusedByService as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _ask(self, verb: str, path: str, name: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if not self._token:
            credentials = {"username": self._address.user, "password": self._address.password}
            self._token = str(self._sent("POST", "/auth/token", "token", credentials, {}).get("access_token", ""))
        return self._sent(verb, path, name, body, {"Authorization": f"Bearer {self._token}"})

    def _sent(
        self, verb: str, path: str, name: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        answer = self._http.request(
            verb,
            f"{self._address.base_url.rstrip('/')}{path}",
            name=f"Airflow {name}",
            headers={**headers, "Accept": "application/json", "Content-Type": "application/json"},
            data=json.dumps(body).encode() if body is not None else None,
            # A lost answer may have started a run: a retry would start a second one.
            retried=name != "dagRuns",
        )
        if answer.status >= 300:
            raise RefusedByService(f"Airflow {name}: HTTP {answer.status}{_detail(answer)}", status=answer.status)
        data = _as_json(answer)
        if not isinstance(data, dict):
            raise PassingFault(f"Airflow {name}: the answer is no JSON object", fix="check the address of Airflow")
        return data


def _as_json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _detail(answer: Answer) -> str:
    """The `detail` of Airflow's answer, cut; other bodies are not repeated."""
    data = _as_json(answer)
    detail = data.get("detail") if isinstance(data, dict) else None
    return f", {detail[:200]}" if isinstance(detail, str) else ""
