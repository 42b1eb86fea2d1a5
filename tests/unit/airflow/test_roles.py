"""The rights of the roles, as a table; tests/e2e/test_each_role_and_its_rights.py shows what they open."""

from __future__ import annotations

import pytest

from smena.airflow.roles import ACCOUNTANT, AUDITOR, ENGINEER, PAGES_DAG, ROLES, make_roles
from smena.model.errors import WrongUse

TOO_MUCH = {
    "Connections", "Variables", "Pools", "Users", "Roles", "Passwords", "Permissions", "XComs", "Configurations",
    "Providers", "Triggers", "Audit Logs", "HITL Detail", "Assets", "Backfills", "DAGs",
}  # fmt: skip


@pytest.mark.parametrize("name", ROLES)
def test_no_role_has_a_right_on_secrets_users_or_every_dag(name: str) -> None:
    assert not {resource for _, resource in ROLES[name]} & TOO_MUCH
    assert not [right for right in ROLES[name] if right[0] == "can_delete"]


def test_users_of_the_pages_have_no_right_on_a_dag_that_exists() -> None:
    for name in (AUDITOR, ACCOUNTANT):
        of_dags = {resource for _, resource in ROLES[name] if "DAG" in resource or "Task" in resource}
        assert of_dags <= {f"DAG:{PAGES_DAG}", f"DAG Run:{PAGES_DAG}"}
    assert {action for action, resource in ROLES[AUDITOR] if PAGES_DAG in resource} == {"can_read"}
    assert ROLES[AUDITOR] < ROLES[ACCOUNTANT]
    assert not [resource for _, resource in ROLES[ENGINEER] if PAGES_DAG in resource]


def test_without_fab_there_are_no_roles_to_make() -> None:
    with pytest.raises(WrongUse, match="SimpleAuthManager, which has no roles to make"):
        make_roles()
