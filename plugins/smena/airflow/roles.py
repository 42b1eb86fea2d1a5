"""The roles of Smena in Airflow's user management (FAB): for viewing, for deciding, and for running loads.

The pages check rights on `PAGES_DAG`, a DAG name that no DAG file has. So a role for the pages needs no right on a real
DAG, which would open runs, logs and XComs of every organisation, and pausing a load.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import product
from typing import Any

from smena.model.errors import PassingFault, WrongUse

PAGES_DAG = "smena_desk"
"""The DAG name that stands for the pages in Airflow's rights: to read it is to view, to run it is to decide."""

DAGS = (
    "alerts", "housekeeping", "integration_backfill", "market_documents", "market_today", "month_closing", "ofd_today",
    "ofd_z_reports", "reconciliation",
)  # fmt: skip

AUDITOR, ACCOUNTANT, ENGINEER = "Smena auditor", "Smena accountant", "Smena engineer"

Permission = tuple[str, str]
"""An action and a resource, by FAB's names."""

_READ, _CREATE, _EDIT = "can_read", "can_create", "can_edit"

# The website, the list of plugins by which the navigation shows the pages, and one's own password.
_OF_ALL = {
    (_READ, "Website"), (_READ, "Plugins"),
    (_READ, "My Profile"), (_READ, "My Password"), (_EDIT, "My Password"),
}  # fmt: skip
# FAB requires these besides the right on their DAG: alone they open nothing.
_OF_RUNS = {
    *product([_READ], ["DAG Runs", "Task Instances", "Task Logs", "DAG Versions", "DAG Warnings", "DAG Code"]),
    *product([_CREATE, _EDIT], ["DAG Runs"]), (_EDIT, "Task Instances"),
}  # fmt: skip

ROLES: dict[str, frozenset[Permission]] = {
    AUDITOR: frozenset({*_OF_ALL, (_READ, f"DAG:{PAGES_DAG}")}),
    ACCOUNTANT: frozenset(
        {*_OF_ALL, (_READ, f"DAG:{PAGES_DAG}"), (_EDIT, f"DAG:{PAGES_DAG}"), (_CREATE, f"DAG Run:{PAGES_DAG}")}
    ),
    ENGINEER: frozenset({*_OF_ALL, *_OF_RUNS, *product([_READ, _EDIT], [f"DAG:{dag_id}" for dag_id in DAGS])}),
}
"""All permissions of each role, by name. `smena access roles` adds missing ones and removes others."""


@dataclass(frozen=True, slots=True)
class MadeRole:
    """The change that `make_roles` made to one role."""

    name: str
    is_new: bool
    added: list[Permission]
    removed: list[Permission]


def make_roles() -> list[MadeRole]:
    """Make the roles of `ROLES` in Airflow's own database; the same again changes nothing.

    Raises WrongUse where Airflow's user management is not FAB or was not migrated, PassingFault where the database does
    not answer.
    """
    # Airflow logs to the standard output, which is for the command's answer.
    with redirect_stdout(sys.stderr), _security_manager() as manager:
        return [_made(manager, name, wanted) for name, wanted in ROLES.items()]


def _made(manager: Any, name: str, wanted: frozenset[Permission]) -> MadeRole:
    is_new = manager.find_role(name) is None
    role = manager.add_role(name)
    held = {(one.action.name, one.resource.name): one for one in role.permissions}
    added, removed = sorted(wanted - held.keys()), sorted(held.keys() - wanted)
    for action, resource in added:
        manager.add_permission_to_role(role, manager.create_permission(action, resource))
    for one in removed:
        manager.remove_permission_from_role(role, held[one])
    # FAB only logs its errors, so the result is compared.
    now = {(one.action.name, one.resource.name) for one in manager.find_role(name).permissions}
    if now != wanted:
        raise WrongUse(f"the role {name} could not be made: {sorted(now ^ wanted)}", fix="look at Airflow's log")
    return MadeRole(name, is_new, added, removed)


@contextmanager
def _security_manager() -> Iterator[Any]:
    """FAB's security manager for use outside of its web pages, on a session of Airflow's database."""
    try:
        from airflow.configuration import conf
    except ImportError as error:
        raise WrongUse("Airflow is not installed here", fix="run this where Airflow's api-server runs") from error
    manager = str(conf.get("core", "auth_manager", fallback=""))
    if not manager.endswith(".FabAuthManager"):
        raise WrongUse(
            f"Airflow's user management here is {manager.rpartition('.')[2] or 'not set'}, which has no roles to make",
            fix="run this where AIRFLOW__CORE__AUTH_MANAGER names the FabAuthManager, and its database is known",
        )
    from airflow.providers.fab.www.security_appless import ApplessAirflowSecurityManager
    from airflow.utils.session import create_session
    from sqlalchemy.exc import OperationalError, SQLAlchemyError

    try:
        with create_session() as session:
            yield ApplessAirflowSecurityManager(session=session)
    except OperationalError as error:
        raise PassingFault("Airflow's database does not answer", fix="run the same again once it does") from error
    except SQLAlchemyError as error:
        raise WrongUse("Airflow's database has no user management yet", fix="run `airflow db migrate` first") from error
