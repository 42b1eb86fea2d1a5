"""A warehouse with a history is brought to decisions, and back."""

from __future__ import annotations

from collections.abc import Callable

from smena.warehouse.migrating import migrate
from tests.integration.decisions.deciding import FIRST, MORE, WEEK, Office
from tests.town import Town


def test_what_waited_before_waits_after_and_books_stay(build_town: Callable[..., Town]) -> None:
    town = build_town(WEEK, start=FIRST)
    office = Office(town)
    town.load()
    order, shift = office.a_sale(FIRST)
    office.accept(order)
    office.close(FIRST)
    office.tell(shift, MORE)
    office.load_again()
    # A question of the former release knows no orders of the held side.
    aside = ["status_by", "status_at", "decision_id", "documents_quantity"]
    stood = town.books(but=aside)
    town.warehouse.close()
    migrate(town.warehouse.dsn, "0006")
    migrate(town.warehouse.dsn)
    assert town.books(but=aside) == stood
    (waiting,) = office.waiting()
    assert waiting["shift_id"] == shift["shift_id"]
    office.open()
    office.resolve("reverse")
    (sale,) = [one for one in office.live(shift) if one["operation"] == "cash_income"]
    assert sale["amount"] > order["amount"]
    office.check()
