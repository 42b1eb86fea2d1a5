"""`smena integration enable` starts the backfill where Airflow is configured; enabling itself never depends on it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from demo.ports import HOST, pick_free_port
from smena.sources import airflow
from tests.integration.cli.shop import FIRST, Shop
from tests.unit.cli.commands import QUICK, Cli, Done
from tests.unit.sources.scripted import Answer, Request, Scripted, reply


@pytest.fixture
def office() -> Iterator[Scripted]:
    """A stub of Airflow that takes the start of a run."""

    def answer(request: Request) -> Answer:
        if request.path == "/auth/token":
            is_known = json.loads(request.body) == {"username": "anna", "password": "tajna"}
            return reply({"access_token": "a-token"}, 201) if is_known else reply({"detail": "Unauthorized"}, 401)
        if request.headers.get("authorization") != "Bearer a-token":
            return reply({"detail": "Invalid token"}, 401)
        if request.path == "/api/v2/dags/integration_backfill":
            return reply({"dag_id": "integration_backfill", "is_paused": False})
        return reply({"dag_run_id": "manual__1", "state": "queued", "triggering_user_name": "anna"})

    with Scripted(answer) as server:
        yield server


def enable(shop: Shop, *words: str, **environment: str) -> Done:
    """Switched on as it is already: the same again changes nothing, and starts loading again."""
    cli = Cli(shop.cli.connections, secrets=("tajna", "a-token"))
    what = ("--inn", shop.inn, "--product", "ofd", "--from", str(FIRST))
    fields = {f"SMENA_AIRFLOW_{name}": value for name, value in environment.items()}
    return cli.here("integration", "enable", *what, "--json", *words, **fields)


def started(office: Scripted) -> list[dict[str, object]]:
    return [json.loads(asked.body) for asked in office.requests if asked.path.endswith("/dagRuns")]


@pytest.mark.parametrize("who", [{"USER": "anna", "PASSWORD": "tajna"}, {"TOKEN": "a-token"}])
def test_enabling_starts_the_backfill_of_what_was_switched_on(
    shop: Shop, office: Scripted, who: dict[str, str]
) -> None:
    cli = shop.cli
    assert cli.here("access", "grant", "--user", "anna", "--inn", shop.inn).code == 0
    try:
        done = enable(shop, URL=office.address, **who)
    finally:
        cli.here("access", "revoke", "--user", "anna", "--all")
    assert done.code == 0, done.err
    assert done.data["started"] == {
        "dag_id": "integration_backfill", "run_id": "manual__1", "is_paused": False, "by": "anna"
    }  # fmt: skip
    assert started(office) == [{"logical_date": None, "conf": {"inn": shop.inn, "product": "ofd"}}]


def test_a_run_that_will_refuse_is_exit_3_and_the_integration_is_on(shop: Shop, office: Scripted) -> None:
    """Airflow says as whom it took the run, also where only a token is known here."""
    done = enable(shop, URL=office.address, TOKEN="a-token")
    assert done.code == 3
    assert done.error == (
        f"ofd of {shop.inn} is on from {FIRST}, but the run manual__1 will not load it: it was started as anna, to whom"
        f" {shop.inn} was not granted — `smena access grant --user anna --inn {shop.inn}`, then run the same again"
    )


def test_nothing_is_started_where_airflow_is_not_set_or_not_wanted(shop: Shop, office: Scripted) -> None:
    assert "started" not in enable(shop).data
    assert "started" not in enable(shop, "--no-start", URL=office.address, TOKEN="a-token").data
    assert office.requests == []


def test_starting_a_backfill_needs_the_address_of_airflow(shop: Shop) -> None:
    done = enable(shop, "--start")
    assert (done.code, done.error) == (
        2,
        "there is no Airflow to start loading in — set SMENA_AIRFLOW_URL and SMENA_AIRFLOW_TOKEN, or leave --start"
        " out: the next daily run loads it all",
    )
    assert enable(shop, URL="http://localhost").error.startswith("SMENA_AIRFLOW_URL is set without anybody to ask as")
    assert enable(shop, URL="localhost", TOKEN="a-token").error.startswith("SMENA_AIRFLOW_URL is not http or https")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply({"detail": "The DAG with ID: `integration_backfill` was not found"}, 404), "HTTP 404, The DAG with ID"),
        (reply({"detail": "Invalid token"}, 401), "HTTP 401, Invalid token"),
        (reply("<html>a login page</html>"), "the answer is no JSON object"),
        (reply({}, 503), "HTTP 503"),
    ],
)
def test_an_airflow_that_refuses_is_exit_3_and_the_integration_is_on(
    shop: Shop, answer: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airflow.AirflowClient.__init__, "__defaults__", (QUICK(),))
    with Scripted(lambda _: answer) as server:
        done = enable(shop, URL=server.address, TOKEN="a-token")
    assert done.code == 3
    assert done.error.startswith(
        f"ofd of {shop.inn} is on from {FIRST}, but loading was not started: Airflow dag: {why}"
    )
    assert done.error.endswith("the next daily run loads it all anyway")


def test_an_unreachable_airflow_is_exit_3(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow.AirflowClient.__init__, "__defaults__", (QUICK(),))
    done = enable(shop, URL=f"http://{HOST}:{pick_free_port()}", TOKEN="a-token")
    assert done.code == 3
    assert "but loading was not started: Airflow dag: the connection broke" in done.error


def test_a_paused_backfill_is_reported(shop: Shop) -> None:
    def answer(request: Request) -> Answer:
        return reply({"is_paused": True} if request.verb == "GET" else {"dag_run_id": "manual__1"})

    with Scripted(answer) as server:
        assert enable(shop, URL=server.address, TOKEN="a-token").data["started"]["is_paused"] is True
