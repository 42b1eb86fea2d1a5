"""Each user of the demo has the rights that the name promises, by Airflow's own answer."""

from __future__ import annotations

import pytest
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

from demo.airflow import USERS


@pytest.mark.parametrize(
    ("name", "acts", "administers"), [("auditor", False, False), ("accountant", True, False), ("admin", True, True)]
)
def test_only_the_administrator_of_the_demo_administers_and_the_auditor_only_looks(
    name: str, acts: bool, administers: bool
) -> None:
    manager, user = SimpleAuthManager(), SimpleAuthManagerUser(username=name, role=USERS[name])

    assert manager.is_authorized_dag(method="GET", user=user)
    assert manager.is_authorized_dag(method="POST", access_entity=DagAccessEntity.RUN, user=user) is acts
    assert manager.is_authorized_connection(method="PUT", user=user) is administers
