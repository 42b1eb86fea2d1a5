"""`smena access grant` asks Airflow for the users where it can; the grant itself never depends on the answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest

from demo.ports import HOST, pick_free_port
from tests.integration.cli.shop import INN
from tests.unit.cli.commands import Cli, Done
from tests.unit.sources.scripted import Answer, Request, Scripted, reply

USERS = "/auth/fab/v1/users"
KNOWN = ("anna", "o'hara #1", "Борис")


@pytest.fixture(scope="module")
def office() -> Iterator[Scripted]:
    """A stub of Airflow with FAB that looks a user up by the name in any case, as FAB does."""

    def answer(request: Request) -> Answer:
        if request.path == "/auth/token":
            return reply({"access_token": "a-token"}, 201)
        if request.headers.get("authorization") != "Bearer a-token":
            return reply({"detail": "Invalid token"}, 401)
        if request.path == USERS:
            return reply({"users": [{"username": KNOWN[0]}], "total_entries": len(KNOWN)})
        name = unquote(request.path.removeprefix(f"{USERS}/"))
        for known in KNOWN:
            if known.lower() == name.lower():
                return reply({"username": known})
        return reply({"detail": f"The User with username `{name}` was not found"}, 404)

    with Scripted(answer) as server:
        yield server


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "smena")


@pytest.fixture
def grant(known: Cli) -> Iterator[Callable[..., Done]]:
    cli = Cli(known.connections, secrets=("tajna", "a-token"))
    granted: list[str] = []

    def run(*users: str, json: bool = True, **environment: str) -> Done:
        granted.extend(users)
        words = [word for user in users for word in ("--user", user)]
        fields = {f"SMENA_AIRFLOW_{name}": value for name, value in environment.items()}
        return cli.here("access", "grant", *words, "--inn", INN, *(["--json"] if json else []), **fields)

    yield run
    for user in granted:
        cli.here("access", "revoke", "--user", user, "--all")


def granted_to(done: Done) -> set[str]:
    return {row["user_name"] for row in done.data["access"]}


@pytest.mark.parametrize("who", [{"USER": "anna", "PASSWORD": "tajna"}, {"TOKEN": "a-token"}])
def test_an_unknown_user_is_granted_and_warned_of(
    grant: Callable[..., Done], office: Scripted, who: dict[str, str]
) -> None:
    done = grant("anna", "ana", URL=office.address, **who)
    assert done.code == 0
    assert done.data["unknown_users"] == ["ana"]
    assert granted_to(done) == {"anna", "ana"}
    assert done.said == [
        "smena: Airflow knows no user ana: the grant opens no page until there is one of that exact name"
    ]


def test_the_warning_leaves_the_table_on_stdout_alone(grant: Callable[..., Done], office: Scripted) -> None:
    done = grant("ana\x1b[31m", json=False, URL=office.address, TOKEN="a-token")
    assert done.code == 0
    assert "Airflow" not in done.out and INN in done.out
    assert len(done.said) == 1 and "\x1b" not in done.err


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_user_is_not_warned_of(grant: Callable[..., Done], office: Scripted, name: str) -> None:
    done = grant(name, URL=office.address, TOKEN="a-token")
    assert (done.code, done.data["unknown_users"], done.said) == (0, [], [])


@pytest.mark.parametrize("name", ["Anna", "борис", "a nna", "anna?"])
def test_the_name_must_be_the_exact_one(grant: Callable[..., Done], office: Scripted, name: str) -> None:
    assert grant(name, URL=office.address, TOKEN="a-token").data["unknown_users"] == [name]


@pytest.mark.parametrize(
    ("listing", "user"),
    [
        # Another auth manager has no such address, or shows its pages there.
        (reply({"detail": "Not Found"}, 404), reply({"detail": "Not Found"}, 404)),
        (reply("<html>a page</html>"), reply("<html>a page</html>")),
        (reply({}), reply({"detail": "Not Found"}, 404)),
        # No right to read users, or no right to come in.
        (reply({"detail": "Forbidden"}, 403), reply({"detail": "Forbidden"}, 403)),
        (reply({"detail": "Invalid token"}, 401), reply({"detail": "Invalid token"}, 401)),
        (reply({}, 503), reply({}, 503)),
        (reply({"users": []}), reply({"detail": "Forbidden"}, 403)),
        (reply({"users": []}), reply({}, 503)),
    ],
)  # fmt: skip
def test_an_airflow_that_cannot_be_asked_is_a_line_in_the_log(
    grant: Callable[..., Done], listing: bytes, user: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with Scripted(lambda request: listing if request.path == USERS else user) as server:
        done = grant("ana", URL=server.address, TOKEN="a-token")
    was_not_checked(done, caplog)


@pytest.mark.parametrize("name", [".", "..", "a/b"])
def test_a_name_that_no_address_holds_is_a_line_in_the_log(
    grant: Callable[..., Done], office: Scripted, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    was_not_checked(grant(name, URL=office.address, TOKEN="a-token"), caplog, name)


@pytest.mark.parametrize(
    "environment",
    [
        {"URL": f"http://{HOST}:{pick_free_port()}", "TOKEN": "a-token"},
        {"URL": "http://localhost"},
        {"URL": "localhost", "TOKEN": "a-token"},
    ],
)
def test_an_address_of_no_use_is_a_line_in_the_log(
    grant: Callable[..., Done], environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    was_not_checked(grant("ana", **environment), caplog)


def test_without_an_address_there_is_no_warning(grant: Callable[..., Done], caplog: pytest.LogCaptureFixture) -> None:
    done = grant("ana")
    assert (done.code, done.err, caplog.records) == (0, "", [])
    assert "unknown_users" not in done.data


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_wrong_use(grant: Callable[..., Done], name: str) -> None:
    done = grant(name)
    assert done.code == 2
    assert "the name of a user is empty" in done.error


def was_not_checked(done: Done, caplog: pytest.LogCaptureFixture, name: str = "ana") -> None:
    assert done.code == 0
    assert granted_to(done) == {name}
    assert "unknown_users" not in done.data
    assert done.said == []
    (line,) = [record.getMessage() for record in caplog.records if record.name == "smena.cli.access"]
    assert line.startswith("whether Airflow knows these users was not checked: ")
