"""An office over a town that is loaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.decisions.deciding import FIRST, WEEK, Office
from tests.town import Town


@pytest.fixture
def office(copy_town: Callable[..., Town]) -> Office:
    return Office(copy_town(Town.load, WEEK, start=FIRST))
