"""deploy/oidc/webserver_config.py: what it takes from a provider's answers (a real login is in tests/e2e)."""

from __future__ import annotations

import re
import runpy
from types import SimpleNamespace
from typing import Any

import pytest

from demo.repository import REPOSITORY

CONFIG = REPOSITORY / "deploy" / "oidc" / "webserver_config.py"
SET = {"OIDC_ISSUER": "https://sso.example.org/office", "OIDC_CLIENT_ID": "smena", "OIDC_CLIENT_SECRET": "tajna"}
TOKEN = {"iss": SET["OIDC_ISSUER"], "aud": SET["OIDC_CLIENT_ID"], "sub": "1", "preferred_username": "anna"}


def read(monkeypatch: pytest.MonkeyPatch, **more: str) -> dict[str, Any]:
    for name, value in {**SET, **more}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(CONFIG))


def info(config: dict[str, Any], token: dict[str, Any], userinfo: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the login takes over; without `userinfo` the provider has no such endpoint."""
    metadata = {} if userinfo is None else {"userinfo_endpoint": "https://sso.example.org/userinfo"}
    remote = SimpleNamespace(server_metadata=metadata, userinfo=lambda token: userinfo)  # noqa: ARG005
    manager = object.__new__(config["SingleSignOn"])
    manager.oauth_remotes = {"oidc": remote}
    found: dict[str, Any] = manager.get_oauth_user_info("oidc", {"userinfo": token})
    return found


@pytest.mark.parametrize(
    ("token", "userinfo", "groups"),
    [
        ({"groups": ["a"]}, None, ["a"]),
        ({"groups": "a"}, None, ["a"]),
        ({"groups": ["/a", "b/c"]}, None, ["a", "b/c"]),
        ({}, {"sub": "1", "groups": ["a"]}, ["a"]),
        ({"groups": ["a"]}, {"sub": "1", "groups": ["b"]}, ["a"]),
        ({}, None, []),
        ({"groups": None}, None, []),
        ({"groups": {"a": 1}}, None, []),
        ({"groups": [1, "a", None]}, None, ["a"]),
        ({"aud": ["another", "smena"], "groups": ["a"]}, None, ["a"]),
    ],
)
def test_groups_are_taken_in_each_form(
    monkeypatch: pytest.MonkeyPatch, token: dict[str, Any], userinfo: dict[str, Any] | None, groups: list[str]
) -> None:
    reported = info(read(monkeypatch), TOKEN | token, userinfo)
    assert (reported["username"], reported["role_keys"]) == ("anna", groups)


@pytest.mark.parametrize(
    ("token", "userinfo", "why"),
    [
        ({"iss": "https://sso.example.org/office/"}, None, "of the issuer https://sso.example.org/office/, not"),
        ({"aud": "another"}, None, "for another, not"),
        ({"aud": ["smenas", "another"]}, None, "not for OIDC_CLIENT_ID"),
        ({"aud": None}, None, "not for OIDC_CLIENT_ID"),
        ({}, {"sub": "2"}, "another person"),
        ({}, {"preferred_username": "anna"}, "another person"),
        ({"preferred_username": None}, None, "no name in the claim preferred_username"),
        ({"preferred_username": ""}, None, "no name"),
        ({"preferred_username": ["anna"]}, None, "no name"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(
    monkeypatch: pytest.MonkeyPatch, token: dict[str, Any], userinfo: dict[str, Any] | None, why: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        info(read(monkeypatch), TOKEN | token, userinfo)


def test_the_claims_have_the_names_that_were_set(monkeypatch: pytest.MonkeyPatch) -> None:
    config = read(monkeypatch, OIDC_NAME_CLAIM="upn", OIDC_GROUPS_CLAIM="roles")
    reported = info(config, TOKEN | {"upn": "anna@example.org", "roles": ["a"], "groups": ["b"]})
    assert (reported["username"], reported["role_keys"]) == ("anna@example.org", ["a"])


def test_without_its_variables_it_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SET:
        with monkeypatch.context() as patch:
            patch.setattr("os.environ", {key: value for key, value in SET.items() if key != name})
            with pytest.raises(KeyError, match=name):
                runpy.run_path(str(CONFIG))
