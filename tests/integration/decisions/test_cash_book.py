"""The cash book has a balance of its own: entered once, moved by orders and movements, known or not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from smena.alerts.outgoing import gather
from smena.decisions import cash
from smena.decisions.periods import close_period, open_period
from smena.mandates.organizations import organization_of
from smena.messages import translate
from smena.model.cash import Movement
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.money import roubles
from smena.model.window import Window
from smena.reads import cash_book
from smena.reads.cash_sheet import sheet_of
from smena.warehouse.database import Transaction
from tests.integration.decisions.deciding import FIRST, LAST, WEEK
from tests.town import Town

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
DAY = date(2026, 1, 2)
OPENING = 1_000_000


@pytest.fixture
def town(copy_town: Callable[..., Town]) -> Town:
    return copy_town(lambda town: town.load(), WEEK, start=FIRST)


@pytest.fixture
def kpp(town: Town) -> str:
    return str(next(one["kpp"] for one in town.orders() if one["date"] == DAY))


def noting(names: list[str], method: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a transaction, with the names of what it runs added to `names`."""

    def noted(one: Transaction, name: str, /, **parameters: Any) -> Any:
        names.append(name)
        return method(one, name, **parameters)

    return noted


class Cashier:
    """One person at one cash book."""

    def __init__(self, town: Town, kpp: str) -> None:
        self.town, self.kpp = town, kpp

    def open(self, day: date = FIRST, kopecks: int = OPENING) -> None:
        with self.town.warehouse.transaction() as doing:
            cash.enter_opening(doing, inn=self.town.inn, kpp=self.kpp, day=day, amount_kopecks=kopecks, by="a", now=NOW)

    def enter(self, word: str = "bank_deposit", day: date = DAY, kopecks: int = 10_000, **more: Any) -> int:
        one = Movement(word, day, kopecks, self.kpp, account="51", **more)
        with self.town.warehouse.transaction() as doing:
            return cash.enter(doing, inn=self.town.inn, movements=[one], by="a", now=NOW)

    def newest(self) -> int:
        return int(self.town.sql("select max(cash_movement_id) from accounting.cash_movement")[0][0])

    def reverse(self, movement: int, day: date | None = None, why: str = "ошибка") -> None:
        with self.town.warehouse.transaction() as doing:
            cash.reverse(doing, movement, by="a", why=why, now=NOW, day=day)

    def days(self, first: date = FIRST, last: date = LAST) -> dict[date, cash_book.BookDay]:
        return {one.day: one for one in cash_book.days(self.town.warehouse, self.town.inn, self.kpp, first, last)}

    def close(self, through: date) -> None:
        with self.town.warehouse.transaction() as doing:
            close_period(doing, inn=self.town.inn, through=through, closed_by="a")

    def moved(self, first: date, last: date) -> Decimal:
        """What orders moved from a day through another, computed from the orders themselves."""
        return sum(
            (
                order["amount"] if order["kind"] == "pko" else -order["amount"]
                for order in self.town.orders()
                if order["kpp"] == self.kpp and first <= order["date"] <= last
                and order["status"] in ("new", "accepted")
            ),
            Decimal(0),
        )  # fmt: skip


@pytest.fixture
def cashier(town: Town, kpp: str) -> Cashier:
    return Cashier(town, kpp)


def test_a_movement_without_a_counterparty_is_printed_by_what_it_was(cashier: Cashier) -> None:
    cashier.enter("bank_deposit", number="1")
    cashier.enter("supplier", number="2", counterparty="ООО «Поставщик»")
    with cashier.town.warehouse.transaction() as transaction:
        sheet = sheet_of(transaction, cashier.town.inn, cashier.kpp, DAY)
    assert sheet is not None
    assert {one.number: one.counterparty for one in sheet.entries if one.kind == "rko" and one.number in "12"} == {
        "1": "Сдано в банк", "2": "ООО «Поставщик»",
    }  # fmt: skip
    assert all(one.counterparty for one in sheet.entries)


def test_without_an_opening_balance_no_balance_is_known(cashier: Cashier) -> None:
    days = cashier.days()
    assert days
    assert {(one.opening, one.closing, one.over_limit) for one in days.values()} == {(None, None, None)}
    with cashier.town.warehouse.transaction() as transaction:
        sheet = sheet_of(transaction, cashier.town.inn, cashier.kpp, DAY)
    assert sheet is not None and sheet.opening_kopecks is None and sheet.closing_kopecks is None


def test_each_day_goes_on_where_the_one_before_it_ended(cashier: Cashier) -> None:
    begins = FIRST + timedelta(days=2)
    cashier.open(begins)
    cashier.enter(kopecks=12_345)
    cashier.enter("bank_withdrawal", day=DAY, kopecks=500)
    days = cashier.days()
    assert {one.closing for day, one in days.items() if day < begins} == {None}
    balance = roubles(OPENING)
    for day in sorted(day for day in days if day >= begins):
        one = days[day]
        assert one.opening == balance
        orders = cashier.moved(day, day) + (Decimal("-118.45") if day == DAY else 0)
        assert one.closing == balance + orders == balance + one.received - one.given
        balance = one.closing
    assert balance == roubles(OPENING) + cashier.moved(begins, LAST) - Decimal("118.45")
    # A page of some days has the same balances as the whole.
    assert cashier.days(DAY, DAY)[DAY] == days[DAY]
    with cashier.town.warehouse.transaction() as transaction:
        assert cash_book.balance(transaction, cashier.town.inn, cashier.kpp, DAY) == days[DAY].opening
        sheet = sheet_of(transaction, cashier.town.inn, cashier.kpp, DAY)
    assert sheet is not None
    assert roubles(sheet.opening_kopecks or 0) == days[DAY].opening
    assert roubles(sheet.closing_kopecks or 0) == days[DAY].closing


def test_the_opening_balance_is_entered_once_and_taken_back_with_a_reason(cashier: Cashier) -> None:
    cashier.open()
    with pytest.raises(WrongUse, match="is entered already"):
        cashier.open(DAY)
    with cashier.town.warehouse.transaction() as doing:
        cash.take_back_opening(doing, inn=cashier.town.inn, kpp=cashier.kpp, by="b", why="не та касса")
    assert {one.closing for one in cashier.days().values()} == {None}
    cashier.open(DAY, 0)
    assert cashier.days()[DAY].opening == 0
    openings = cashier.town.table("accounting.cash_opening", "cash_opening_id")
    assert [(one["reversed_by"], one["reversed_reason"]) for one in openings] == [("b", "не та касса"), (None, None)]


def test_a_reversal_of_the_same_day_leaves_nothing_and_one_of_a_closed_day_counts_later(cashier: Cashier) -> None:
    cashier.open()
    before = cashier.days()
    cashier.enter()
    cashier.reverse(cashier.newest())
    assert cashier.days() == before
    cashier.enter()
    cashier.close(DAY)
    movement = cashier.newest()
    with pytest.raises(WrongUse, match="period"):
        cashier.reverse(movement, DAY)
    cashier.reverse(movement)
    days = cashier.days()
    after = DAY + timedelta(days=1)
    assert days[DAY].given == before[DAY].given + 100
    assert days[after].given == (before[after].given if after in before else 0) - 100
    assert days[max(days)].closing == before[max(before)].closing
    with pytest.raises(WrongUse, match="reversed already"):
        cashier.reverse(movement, LAST)


def test_a_reversal_counts_on_the_day_of_its_movement_while_that_is_open_and_never_in_the_future(
    cashier: Cashier,
) -> None:
    cashier.open()
    before = cashier.days()
    cashier.enter()
    cashier.reverse(cashier.newest(), LAST)
    assert cashier.days() == before
    cashier.enter()
    cashier.close(DAY)
    with pytest.raises(WrongUse):
        cashier.reverse(cashier.newest(), (NOW + timedelta(days=30)).date())
    cashier.reverse(cashier.newest(), LAST)
    assert cashier.days()[LAST].closing == before[LAST].closing


def test_nothing_is_entered_into_a_closed_period_or_the_future(cashier: Cashier) -> None:
    cashier.close(DAY)
    for doing in (cashier.open, cashier.enter):
        with pytest.raises(WrongUse, match="closed through 2026-01-02"):
            doing()
        with pytest.raises(WrongUse, match="has not begun"):
            doing(day=NOW.date() + timedelta(days=1))
    assert cashier.town.table("accounting.cash_movement", "day") == []


BY_HAND = [
    "insert into accounting.cash_movement (organization_inn, kpp, word, day, account, amount, entered_by)"
    " values ('{inn}', '{kpp}', 'wages', '2026-01-02', '70', 5, 'x')",
    "insert into accounting.cash_opening (organization_inn, kpp, day, amount, entered_by)"
    " values ('{inn}', '', '2026-01-02', 5, 'x')",
    "update accounting.cash_movement set reversed_on = '2026-01-02', reversed_by = 'x', reversed_at = now(),"
    " reversed_reason = 'y'",
    "update accounting.cash_opening set reversed_on = day, reversed_by = 'x', reversed_at = now(),"
    " reversed_reason = 'y'",
    "update accounting.cash_movement set amount = 1",
    "update accounting.cash_movement set day = day + 9",
    "delete from accounting.cash_movement",
    "delete from accounting.cash_opening",
    "truncate accounting.cash_movement",
    "update accounting.cash_limit set amount = 1",
    "delete from accounting.cash_limit",
]


@pytest.mark.parametrize("statement", BY_HAND)
def test_the_database_itself_refuses_to_change_or_delete_entries(cashier: Cashier, statement: str) -> None:
    cashier.open()
    cashier.enter()
    with cashier.town.warehouse.transaction() as doing:
        cash.set_limit(doing, inn=cashier.town.inn, kpp=cashier.kpp, first_day=FIRST, amount_kopecks=5, by="a")
    cashier.close(DAY)
    before = cashier.days()
    with pytest.raises(BrokenPromise):
        cashier.town.sql(statement.format(inn=cashier.town.inn, kpp=cashier.kpp))
    assert cashier.days() == before


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_the_database_itself_refuses_a_movement_that_is_not_above_zero(cashier: Cashier, amount: str) -> None:
    with pytest.raises(BrokenPromise):
        cashier.town.sql(
            "insert into accounting.cash_movement (organization_inn, kpp, word, day, account, amount, entered_by)"
            " values (%s, %s, 'wages', %s, '70', %s, 'x')",
            cashier.town.inn, cashier.kpp, DAY, amount,
        )  # fmt: skip


def test_a_file_adds_what_is_new_once_and_names_what_is_wrong(cashier: Cashier) -> None:
    cashier.open()
    cashier.close(FIRST)
    lines = [
        "Дата;Движение;Сумма", f"{DAY:%d.%m.%Y};Сдано в банк;100,00", f"{FIRST:%d.%m.%Y};Инкассация;1,00",
        f"{DAY:%d.%m.%Y};Инкассация;один", f"{DAY:%d.%m.%Y};Сдано в банк;100,00",
    ]  # fmt: skip

    def give(text: list[str]) -> cash.ImportResult:
        with cashier.town.warehouse.transaction() as doing:
            return cash.import_file(
                doing, inn=cashier.town.inn, kpp=cashier.kpp, content="\n".join(text).encode(), by="a", now=NOW
            )

    with cashier.town.warehouse.transaction(keep=False) as doing:
        dry = cash.read_file(doing, inn=cashier.town.inn, kpp=cashier.kpp, content="\n".join(lines).encode(), now=NOW)
    assert cashier.town.table("accounting.cash_movement", "day") == []
    first = give(lines)
    assert first == dry
    assert (len(first.new), first.known, [one.line for one in first.bad]) == (2, 0, [3, 4])
    again = give([*lines, f"{DAY:%d.%m.%Y};Инкассация;7,00"])
    assert (len(again.new), again.known, [one.line for one in again.bad]) == (1, 2, [3, 4])
    assert [one["amount"] for one in cashier.town.table("accounting.cash_movement", "cash_movement_id")] == [
        100, 100, 7,
    ]  # fmt: skip
    # A reversed movement is not added again by another file with the same line.
    cashier.reverse(cashier.newest())
    assert len(give([lines[0], f"{DAY:%d.%m.%Y};Инкассация;7,00"]).new) == 0


def test_a_file_goes_only_into_a_book_of_the_organisation(cashier: Cashier) -> None:
    town, closed_shop, known, unknown = cashier.town, "960201001", "960301001", "960401001"
    town.sql(
        "update control.register_kpp set kpp = %s where (organization_inn, kkt_reg_id) ="
        " (select organization_inn, kkt_reg_id from control.register where organization_inn = %s limit 1)",
        closed_shop, town.inn,
    )  # fmt: skip
    with town.warehouse.transaction() as doing:
        cash.enter_opening(doing, inn=town.inn, kpp=known, day=FIRST, amount_kopecks=0, by="a", now=NOW)
        own = organization_of(doing, town.inn).kpp
    places = [own, cashier.kpp, closed_shop, known, unknown]
    text = "\n".join(["Дата;Движение;Сумма;КПП", *(f"{DAY:%d.%m.%Y};Инкассация;1,00;{one}" for one in places)])
    with town.warehouse.transaction() as doing:
        found = cash.import_file(doing, inn=town.inn, kpp=own, content=text.encode(), by="a", now=NOW)
        other = cash.read_file(doing, inn=town.inn, kpp=unknown, content=text.encode(), now=NOW)
    assert [one.kpp for one in found.new] == places[:-1]
    ((line, why),) = [(one.line, translate(one.reason, "ru")) for one in found.bad]
    assert line == 6 and unknown in why
    with town.warehouse.transaction() as doing, pytest.raises(WrongUse, match=unknown):
        cash.enter(doing, inn=town.inn, movements=[replace(found.new[0], kpp=unknown)], by="a", now=NOW)
    # Nor where the whole file is for such a book.
    assert [one.line for one in other.bad] == [6]
    assert {one["kpp"] for one in town.table("accounting.cash_movement", "kpp")} == set(places[:-1])


def test_the_number_of_statements_does_not_grow_with_days_and_books(
    cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, counts = cashier.town, []
    for days, books in ((1, 1), (3, 3)):
        kpps = [f"9602{number:02}001" for number in range(books)]
        for kpp in kpps[1:]:
            with town.warehouse.transaction() as doing:
                cash.enter_opening(doing, inn=town.inn, kpp=kpp, day=FIRST, amount_kopecks=0, by="a", now=NOW)
        lines = [
            f"{FIRST + timedelta(days=day):%d.%m.%Y};Инкассация;{books},00;{kpp}"
            for day in range(days) for kpp in (cashier.kpp, *kpps[1:])
        ]  # fmt: skip
        content = "\n".join(["Дата;Движение;Сумма;КПП", *lines]).encode()
        run: list[str] = []
        with town.warehouse.transaction() as doing, monkeypatch.context() as patch:
            for method in ("run", "rows"):
                patch.setattr(Transaction, method, noting(run, getattr(Transaction, method)))
            found = cash.import_file(doing, inn=town.inn, kpp=cashier.kpp, content=content, by="a", now=NOW)
        assert (len(found.new), found.bad) == (days * books, [])
        counts.append(run)
    assert counts[0] == counts[1]
    assert counts[0].count("cash_movements_add") == 1


def test_a_day_that_ends_above_the_limit_is_reported_until_it_is_mended_or_closed(cashier: Cashier) -> None:
    inn = cashier.town.inn

    def reported() -> list[tuple[str, int]]:
        return [
            (alert.details["word"], alert.count)
            for message in gather(cashier.town.warehouse, NOW, inn=inn)
            for alert in message.alerts if alert.kind == "cash"
        ]  # fmt: skip

    with cashier.town.warehouse.transaction() as doing:
        cash.set_limit(doing, inn=inn, kpp=cashier.kpp, first_day=LAST, amount_kopecks=100, by="a")
    # Without an opening balance it is not known whether it is above.
    assert reported() == []
    cashier.open(FIRST, 0)
    last = max(cashier.days())
    assert last == LAST
    closing = cashier.days()[last].closing
    assert closing is not None and closing > 1
    # Every day since, with a movement or without.
    assert reported() == [("over_limit", (NOW.date() - LAST).days)]
    assert cashier.days()[last].over_limit == closing - 1
    cashier.enter("bank_deposit", day=LAST, kopecks=int(closing * 100) - 100)
    assert reported() == []
    cashier.enter("collection", day=LAST, kopecks=101)
    assert reported() == [("below_nothing", (NOW.date() - LAST).days)]
    cashier.close(NOW.date() - timedelta(days=1))
    assert reported() == []


def test_a_limit_holds_from_its_day_and_may_end(cashier: Cashier) -> None:
    cashier.open()
    for first_day, amount in ((FIRST, 100), (DAY, 5_000_000_00), (DAY, None), (LAST, 100)):
        with cashier.town.warehouse.transaction() as doing:
            cash.set_limit(
                doing, inn=cashier.town.inn, kpp=cashier.kpp, first_day=first_day, amount_kopecks=amount, by="a"
            )
    limits = {day: one.limit_amount for day, one in cashier.days().items()}
    assert {limit for day, limit in limits.items() if day < DAY} == {1}
    assert {limit for day, limit in limits.items() if DAY <= day < LAST} == {None}
    assert limits[LAST] == 1


def test_the_journal_has_every_number_once_whatever_became_of_it(cashier: Cashier) -> None:
    cashier.enter(number="17")
    order = next(one for one in cashier.town.orders() if one["kpp"] == cashier.kpp and one["kind"] == "pko")
    cashier.town.sql(
        "update accounting.cash_order set status = 'rejected', status_by = 'a', status_at = now(), status_reason = 'x'"
        " where document_id = %s", order["document_id"],
    )  # fmt: skip
    with cashier.town.warehouse.transaction() as transaction:
        rows: list[dict[str, Any]] = [
            dict(zip(cash_book.JOURNAL, row, strict=True))
            for row in cash_book.journal(transaction, cashier.town.inn, None, FIRST, LAST)
        ]
    listed = {(one["kind"], one["kpp"], one["day"].year, one["number"]): one for one in rows}
    assert len(listed) == len(rows)
    wanted = {(o["kind"], o["kpp"], o["date"].year, str(o["number"])) for o in cashier.town.orders()}
    assert listed.keys() == wanted | {("rko", cashier.kpp, DAY.year, "17")}
    noted = listed["pko", cashier.kpp, order["date"].year, str(order["number"])]
    assert (noted["note"], noted["amount"]) == ("rejected", order["amount"])
    assert {one["note"] for one in rows} == {"", "rejected", "entered"}


def test_opening_a_period_again_lets_the_cash_be_mended(cashier: Cashier) -> None:
    cashier.open()
    cashier.close(DAY)
    with cashier.town.warehouse.transaction() as doing:
        open_period(doing, inn=cashier.town.inn, opened_by="a", reason="x")
    cashier.enter()
    assert cashier.days()[DAY].given >= 100


def test_a_balance_is_the_same_whether_it_was_carried_over_from_a_closed_period_or_not(cashier: Cashier) -> None:
    cashier.open()
    cashier.enter(day=FIRST)

    def balances() -> list[Any]:
        with cashier.town.warehouse.transaction() as transaction:
            return [
                cashier.days(), cashier.days(DAY), cashier.days(LAST),
                *(cash_book.balance(transaction, cashier.town.inn, cashier.kpp, day) for day in Window(FIRST, LAST)),
            ]  # fmt: skip

    def carried() -> list[date]:
        return [one["day"] for one in cashier.town.table("accounting.cash_carried", "day")]

    before = balances()
    cashier.close(FIRST + timedelta(days=1))
    cashier.close(DAY)
    assert carried() == [FIRST + timedelta(days=2), DAY + timedelta(days=1)]
    assert balances() == before
    # The balance is counted from the carried amount, not from the entries of the closed days.
    cashier.town.sql("update accounting.cash_carried set amount = amount + 5 where day = %s", DAY + timedelta(days=1))
    assert cashier.days(LAST)[LAST].closing == before[2][LAST].closing + 5
    with cashier.town.warehouse.transaction() as doing:
        open_period(doing, inn=cashier.town.inn, opened_by="a", reason="x", through=FIRST)
    assert carried() == [FIRST + timedelta(days=1)]
    assert balances() == before
    cashier.enter()
    changed = balances()
    assert changed[2][LAST].closing == before[2][LAST].closing - 100
    cashier.close(DAY)
    assert balances() == changed
    with cashier.town.warehouse.transaction() as doing:
        open_period(doing, inn=cashier.town.inn, opened_by="a", reason="x")
    assert carried() == []
    assert balances() == changed


def test_a_limit_holds_on_days_without_a_movement(cashier: Cashier) -> None:
    inn, later = cashier.town.inn, LAST + timedelta(days=3)
    cashier.open(FIRST, 0)
    closing = cashier.days()[LAST].closing
    assert closing is not None
    with cashier.town.warehouse.transaction() as doing:
        cash.set_limit(doing, inn=inn, kpp=cashier.kpp, first_day=later, amount_kopecks=int(closing * 100) - 7, by="a")
    (alert,) = [
        one
        for message in gather(cashier.town.warehouse, NOW + timedelta(days=10), inn=inn)
        for one in message.alerts
        if one.kind == "cash"
    ]
    assert (alert.details["word"], alert.details["first_day"]) == ("over_limit", later)
    assert alert.details["amount"] == Decimal("0.07")
