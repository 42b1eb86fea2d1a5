"""Points of sale are dated: a register that moves keeps its old shifts, and what a list does not say is unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from smena.mandates.organizations import add_organization
from smena.planning.points_of_sale import of_registers, of_shops, record_points
from smena.warehouse.database import Warehouse
from tests.invented import ROMASHKA
from tests.town import EASY, Town

MONDAY = date(2026, 2, 2)
DAYS = [MONDAY + timedelta(days=more) for more in range(6)]


@pytest.fixture
def books(warehouse: Warehouse) -> Warehouse:
    with warehouse.transaction() as transaction:
        add_organization(transaction, inn=ROMASHKA, kpp="960701001", name="ООО «Ромашка»", tariff="uchetny")
    return warehouse


def listed(point: str | None, address: str = "А", since: date | None = None, **more: Any) -> dict[str, Any]:
    addresses = ((since, address),) if since else ()
    return {"kkt_reg_id": "1", "sales_point": point, "address": address, "addresses": addresses} | more


def record(warehouse: Warehouse, register: dict[str, Any], day: date) -> None:
    with warehouse.transaction() as transaction:
        record_points(transaction, ROMASHKA, of_registers([register], day), today=day)


def known(warehouse: Warehouse) -> list[tuple[str | None, str | None, str, str]]:
    """First day, day after, name and address of each row."""
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(
            "select lower(valid)::text, upper(valid)::text, sales_point, address from control.point_of_sale"
            " order by valid"
        )
        return cursor.fetchall()


def test_a_register_that_moves_has_each_point_on_its_days(books: Warehouse) -> None:
    record(books, listed("Казань", since=date(2026, 1, 10)), DAYS[0])
    record(books, listed("Казань", since=date(2026, 1, 10)), DAYS[1])
    record(books, listed("Пермь", "Б", since=DAYS[2]), DAYS[3])
    assert known(books) == [
        ("2026-01-10", str(DAYS[2]), "Казань", "А"),
        # From the day that the operator names, not from the day on which it was read.
        (str(DAYS[2]), None, "Пермь", "Б"),
    ]
    record(books, listed("Пермь-2", "Б", since=DAYS[2]), DAYS[4])
    assert known(books)[1:] == [(str(DAYS[2]), str(DAYS[4]), "Пермь", "Б"), (str(DAYS[4]), None, "Пермь-2", "Б")]


def test_a_name_that_is_not_there_is_unknown_and_not_the_one_before(books: Warehouse) -> None:
    record(books, listed("Казань", since=date(2026, 1, 10)), DAYS[0])
    record(books, listed(None, since=date(2026, 1, 10)), DAYS[1])
    record(books, listed("Казань", since=date(2026, 1, 10)), DAYS[3])
    assert [(first, point) for first, _, point, _ in known(books)] == [
        ("2026-01-10", "Казань"), (str(DAYS[1]), ""), (str(DAYS[3]), "Казань"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "addresses",
    [(), ((date(2026, 1, 10), "другой"),), ((DAYS[5], "А"),)],
    ids=["none", "contradicting the present one", "of the future"],
)
def test_days_before_the_first_list_are_unknown_unless_the_addresses_have_days(
    books: Warehouse, addresses: tuple[tuple[date, str], ...]
) -> None:
    record(books, listed("Казань", addresses=addresses), DAYS[0])
    assert known(books) == [(str(DAYS[0]), None, "Казань", "А")]


def test_former_addresses_have_no_name(books: Warehouse) -> None:
    both = ((date(2026, 1, 10), "А"), (date(2026, 1, 20), "Б"))
    record(books, listed("Пермь", "Б", addresses=both), DAYS[0])
    assert known(books) == [("2026-01-10", "2026-01-20", "", "А"), ("2026-01-20", None, "Пермь", "Б")]


def test_a_list_read_twice_on_a_day_counts_as_it_was_read_last(books: Warehouse) -> None:
    record(books, listed("Казань"), DAYS[0])
    record(books, listed("Пермь"), DAYS[0])
    record(books, listed("Пермь"), DAYS[0])
    assert known(books) == [(str(DAYS[0]), None, "Пермь", "А")]


def test_a_shop_is_a_point_itself_and_its_first_name_has_no_first_day(books: Warehouse) -> None:
    for day, name in ((DAYS[0], "Лавка"), (DAYS[2], "Лавка № 1")):
        with books.transaction() as transaction:
            shops = of_shops([{"shop_id": "s", "name": name, "address": None}])
            record_points(transaction, ROMASHKA, shops, today=day)
    assert known(books) == [(None, str(DAYS[2]), "Лавка", ""), (str(DAYS[2]), None, "Лавка № 1", "")]


def test_shifts_and_orders_keep_the_point_of_their_day(build_town: Callable[..., Town]) -> None:
    """The register stood elsewhere on the fourth day; from the fifth on the list names its old point again."""
    first = EASY.first_day
    fourth, fifth = first + timedelta(days=3), first + timedelta(days=4)
    town = build_town(replace(EASY, registers_per_organization=1), start=first)
    (register,) = town.sandbox.world.organizations[0].registers
    town.load_daily(first, fourth - timedelta(days=1))
    town.sql("update control.point_of_sale set valid = daterange(lower(valid), %s) where upper_inf(valid)", fourth)
    town.sql(
        "insert into control.point_of_sale (organization_inn, unit_id, valid, sales_point)"
        " values (%s, %s, daterange(%s, null), 'Переезд')", town.inn, register.reg_number, fourth,
    )  # fmt: skip
    town.load_daily(fourth, fifth)
    points = town.sql(
        "select distinct date < %s, date = %s, cash_order.sales_point, shift.sales_point from accounting.cash_order"
        " inner join accounting.shift using (shift_id)", fourth, fourth,
    )  # fmt: skip
    old = register.sales_point
    assert sorted(points) == [(False, False, old, old), (False, True, "Переезд", "Переезд"), (True, False, old, old)]
    # Read again, a shift stays where it was.
    town.load(first, fifth)
    assert town.sql("select count(*) from accounting.shift where sales_point = 'Переезд'") == [(1,)]
