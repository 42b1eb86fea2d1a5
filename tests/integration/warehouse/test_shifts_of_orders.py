"""An order always has its shift, and a line its document, though no foreign key says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from smena.model.errors import BrokenPromise
from tests.town import EASY, FIRST, Town

ANOTHER_ORDER = """
    insert into accounting.cash_order (
        document_id, shift_id, organization_inn, kpp, kind, number, date, counterparty, amount, source, operation,
        taxation, agent, debit_account, credit_account, basis, issue, batch_id
    )
    select
        gen_random_uuid(), %s, organization_inn, kpp, kind,
        (select max(number) + 1 from accounting.cash_order where kind = 'pko'), date, counterparty, amount, source,
        operation, taxation, agent, debit_account, credit_account, basis, 2, batch_id
    from accounting.cash_order
    where kind = 'pko' and shift_id = %s
    limit 1
"""


@pytest.fixture
def town(build_town: Callable[..., Town]) -> Town:
    made = build_town(replace(EASY, last_day=FIRST + timedelta(days=2)))
    made.load()
    made.sql("drop index accounting.one_live_order")
    return made


def test_an_order_of_a_shift_that_does_not_exist_is_refused(town: Town) -> None:
    ((shift,),) = town.sql("select shift_id from accounting.cash_order where kind = 'pko' limit 1")
    with pytest.raises(BrokenPromise, match="which does not exist"):
        town.sql(ANOTHER_ORDER, str(uuid4()), shift)
    town.sql(ANOTHER_ORDER, shift, shift)
    assert town.sql("select count(*) from accounting.cash_order where shift_id = %s and issue = 2", shift) == [(1,)]


def test_a_shift_keeps_its_id(town: Town) -> None:
    with pytest.raises(BrokenPromise, match="keeps its id"):
        town.sql("update accounting.shift set shift_id = gen_random_uuid()")


def test_a_line_of_a_document_that_does_not_exist_is_refused(town: Town) -> None:
    add = "insert into accounting.market_document_line (document_id, line) values (%s, 1)"
    with pytest.raises(BrokenPromise, match="which does not exist"):
        town.sql(add, str(uuid4()))
