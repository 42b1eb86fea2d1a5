"""Whatever a register sells: not a kopeck is lost or made, in any mode and in any order of the documents."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.transform.builders import (
    Result,
    keep_books,
    opening,
    page,
    receipt,
    records,
    sums,
    totals,
    totals_page,
    z_report,
)

OPERATIONS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")
MODES = list(product(("totals", "receipts"), ("rko", "net")))
FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@dataclass(frozen=True)
class Sale:
    """A receipt in an accountant's words: whose operation, paid how, under which tax."""

    operation: int
    cash: int
    card: int
    taxation: int | None
    agent: bool
    vat: int

    def paper(self, number: int, shift: int, day: int) -> dict[str, Any]:
        agent = {"paymentAgentType": 64} if self.agent else {}
        # The turnover of 20 % is six times its VAT; the rest of the receipt is without VAT.
        vat = {"nds20": self.vat, "ndsNo": self.cash + self.card - 6 * self.vat}
        formed = f"2025-12-{day:02d}T12:00:00"
        return receipt(
            number,
            self.cash,
            shift=shift,
            operation=self.operation,
            card=self.card,
            taxation=self.taxation,
            formed=formed,
            **agent,
            **vat,
        )


kopecks = st.sampled_from([0, 1, 100]) | st.integers(0, 10**6) | st.integers(0, 10**11)
sales = st.builds(
    lambda operation, cash, card, taxation, agent, part: Sale(
        operation, cash, card, taxation, agent, (cash + card) * part // 700
    ),
    st.sampled_from([1, 1, 1, 2, 2, 3, 4]),
    kopecks,
    kopecks,
    st.sampled_from([1, 1, 2, 32, None]),
    st.booleans(),
    st.integers(0, 100),
)
months = st.lists(st.lists(sales, max_size=8), min_size=2, max_size=6)


def source_documents(month: list[list[Sale]]) -> tuple[list[Any], list[Any]]:
    """Documents and totals of a month: one shift a day, numbered from one."""
    documents: list[Any] = []
    entries: list[Any] = []
    for shift, sold in enumerate(month, 1):
        first = shift * 100
        opened, closed = f"2025-12-{shift:02d}T09:00:00", f"2025-12-{shift:02d}T20:00:00"
        documents.append(opening(shift, first, opened=opened))
        documents += [sale.paper(first + n, shift, shift) for n, sale in enumerate(sold, 1)]
        documents.append(z_report(shift, first + 99, receipts=len(sold), closed=closed))
        found = [
            sums(
                sum(s.cash for s in sold if s.operation == code),
                sum(s.operation == code for s in sold),
                card=sum(s.card for s in sold if s.operation == code),
            )
            for code in (1, 2, 3, 4)
        ]
        entries.append(
            totals(
                shift, found[0], returned=found[1], buy=found[2], returned_buy=found[3], opened=opened, closed=closed
            )
        )
    return documents, entries


def signed(books: Result) -> dict[int, int]:
    """Cash that the orders bring into the till, by shift."""
    into: Counter[int] = Counter()
    for row in records(books.orders):
        into[row["shift_number"]] += row["amount"] if row["kind"] == "pko" else -row["amount"]
    return dict(into)


@settings(FEW, max_examples=4)
@given(months)
def test_orders_sum_to_the_cash_of_their_shift_in_every_mode(month: list[list[Sale]]) -> None:
    documents, entries = source_documents(month)
    for detail, refunds in MODES:
        books = keep_books(documents, entries, detail=detail, refunds=refunds)
        reported = records(books.shifts)
        assert [row["shift_number"] for row in reported] == list(range(1, len(month) + 1))
        for row, sold in zip(reported, month, strict=True):
            cash = [sum(sale.cash for sale in sold if sale.operation == code) for code in (1, 2, 3, 4)]
            assert [row[name] for name in OPERATIONS] == cash
            income, refund, payout, payout_refund = cash
            assert signed(books).get(row["shift_number"], 0) == income - refund - payout + payout_refund
            assert row["outcome"] in (
                ("issued", "no_cash") if refunds == "net" else ("issued",) if any(cash) else ("no_cash",)
            )
            assert row["detail"] == detail
        keys = books.order_values("shift_number", "operation", "taxation", "agent")
        assert len(set(keys)) == len(keys)
        assert all(amount > 0 for (amount,) in books.order_values("amount"))


@FEW
@given(months)
def test_own_orders_sum_by_operation_and_vat_is_never_more_than_was_reported(month: list[list[Sale]]) -> None:
    documents, entries = source_documents(month)
    books = keep_books(documents, entries, detail="receipts")
    for shift, sold in enumerate(month, 1):
        for code, operation in enumerate(OPERATIONS, 1):
            rows = [
                row for row in records(books.orders) if (row["shift_number"], row["operation"]) == (shift, operation)
            ]
            paid = [sale for sale in sold if sale.operation == code and sale.cash]
            assert sum(row["amount"] for row in rows) == sum(sale.cash for sale in paid)
            exact = sum(
                (2 * sale.vat * sale.cash + sale.cash + sale.card) // (2 * (sale.cash + sale.card)) for sale in paid
            )
            assert sum(row["vat"] for row in rows) == exact <= sum(sale.vat for sale in paid)


def plain(books: Result) -> tuple[list[Any], list[Any]]:
    """Shifts and orders, sorted, but for the pages they came from."""
    shifts = [{name: value for name, value in row.items() if name != "evidence"} for row in records(books.shifts)]
    return sorted(shifts, key=repr), sorted(records(books.orders), key=repr)


@FEW
@given(months, st.randoms(use_true_random=False), st.sampled_from(MODES), st.integers(1, 7))
def test_neither_the_order_of_the_documents_nor_their_pages_matter(
    month: Any, dice: Any, mode: tuple[str, str], size: int
) -> None:
    documents, entries = source_documents(month)
    detail, refunds = mode
    expected = plain(keep_books(documents, entries, detail=detail, refunds=refunds))
    shuffled, repeated = dice.sample(documents, len(documents)), dice.sample(documents, len(documents) // 3)
    heap = [*shuffled, *repeated]
    pages = [page(*heap[start : start + size], page_id=start + 1) for start in range(0, len(heap), size)]
    turned = [totals_page(*dice.sample(entries, len(entries)), page_id=900), totals_page(*entries[::2], page_id=901)]
    assert plain(keep_books(pages, turned, detail=detail, refunds=refunds)) == expected


@FEW
@given(months, st.data())
def test_a_receipt_that_did_not_come_leaves_its_shift_incomplete_and_no_other(month: Any, data: st.DataObject) -> None:
    documents, _ = source_documents(month)
    places = [place for place, one in enumerate(documents) if "receipt" in one]
    if not places:
        return
    lost = data.draw(st.sampled_from(places))
    whole, less = keep_books(documents), keep_books(documents[:lost] + documents[lost + 1 :])
    shift = documents[lost]["receipt"]["shiftNumber"]
    assert less.outcomes() == whole.outcomes() | {shift: "incomplete"}
    assert [row for row in records(less.orders) if row["shift_number"] == shift] == []
    assert signed(less) == {number: cash for number, cash in signed(whole).items() if number != shift}
