"""Heads that are made once for the session, for making keys takes time."""

from __future__ import annotations

from functools import cache

import pytest

from tests.unit.mandates.heads import HeadOf, make_head


@pytest.fixture(scope="session")
def head_of(tmp_path_factory: pytest.TempPathFactory) -> HeadOf:
    """The head with a key of this kind."""
    return cache(lambda kind: make_head(tmp_path_factory.mktemp(kind), kind))
