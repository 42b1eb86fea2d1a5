"""A town of two organisations that is loaded, and programs that see one of them, both, or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.integration.api.client import Program
from tests.integration.decisions.deciding import FIRST, WEEK, Office
from tests.town import Town

OpenProgram = Callable[..., Program]


@pytest.fixture
def town(copy_town: Callable[..., Town]) -> Town:
    return copy_town(_two_organizations, replace(WEEK, organizations=2), start=FIRST)


def _two_organizations(town: Town) -> None:
    for inn in town.inns:
        town.load(inn=inn)
    for name, inn in (("anna", town.inns[0]), ("boris", town.inns[1]), ("auditor", None)):
        town.warehouse.run("page_user_grant", user_name=name, inn=inn, granted_by="test")


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


@pytest.fixture
def program(town: Town) -> OpenProgram:
    return lambda name, **rights: Program(town.context, name, **rights)
