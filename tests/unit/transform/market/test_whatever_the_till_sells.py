"""Whatever is sold: not a kopeck is lost or made, whatever pages it comes in, whatever else is damaged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smena.transform.market.reading import read_cheques
from smena.transform.pages import RawPage
from tests.unit.transform.market.till import REGISTER, ZONE, Result, cheque, keep_books, line, page, paid, records

SOME = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REGISTERS = (REGISTER, "c1d2e3f4-0000-4000-8000-000000000002")
TYPES = ("Card", "Prepaid", "YandexEda", "Unknown", "Novelty")


@dataclass(frozen=True)
class Sale:
    """A cheque in an accountant's words; kopecks, thousandths, minutes since the beginning of December."""

    minute: int
    register: str
    refund: bool
    cash: int
    cashless: dict[str, int]
    lines: list[tuple[int, int]]

    @property
    def shift(self) -> str:
        """A register has one shift at a time, here for two days each."""
        return f"s{REGISTERS.index(self.register)}-{self.minute // (2 * 24 * 60)}"

    def as_cheque(self, number: int) -> dict[str, Any]:
        """The cheque in Market's form."""
        roubles = {kind: f"{Decimal(amount).scaleb(-2):f}" for kind, amount in self.cashless.items()}
        total = self.cash + sum(self.cashless.values())
        sold = [line(float(Decimal(p).scaleb(-2)), float(Decimal(q).scaleb(-3)), f"p{p % 3}") for p, q in self.lines]
        return cheque(
            f"c{number}",
            closed=(datetime(2025, 12, 1) + timedelta(minutes=self.minute)).isoformat(),
            shift=self.shift,
            register=self.register,
            refund=self.refund,
            totalPrice=float(Decimal(total).scaleb(-2)),
            payments=paid(Cash=f"{Decimal(self.cash).scaleb(-2):f}", **roubles),
            lines=sold,
        )


amounts = st.sampled_from([0, 1, 99]) | st.integers(0, 10**9)
sales = st.builds(
    Sale,
    minute=st.integers(0, 31 * 24 * 60 - 1),
    register=st.sampled_from(REGISTERS),
    refund=st.booleans(),
    cash=amounts,
    cashless=st.dictionaries(st.sampled_from(TYPES), amounts, max_size=3),
    lines=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5)), max_size=3),
)
months = st.lists(sales, max_size=12)


def cheques_of(month: list[Sale]) -> list[dict[str, Any]]:
    return [sale.as_cheque(number) for number, sale in enumerate(month)]


def comparable(books: Result, *without: str) -> list[Any]:
    """All that was made, but for these columns; cheques and their parts in the order of their ids."""
    frames = books.frames
    read = [frame.sort_values(list(frame)[1:]) for frame in (frames.cheques, frames.payments, frames.lines)]
    made = [*read, books.shifts, books.cashless, books.sold]
    return [records(frame.drop(columns=[name for name in without if name in frame])) for frame in made]


@SOME
@given(month=months)
def test_the_sums_of_the_shifts_are_the_sums_of_the_cheques(month: list[Sale]) -> None:
    books = keep_books(*cheques_of(month))
    assert books.frames.rejects.empty
    for name, refund in (("income", False), ("refund", True)):
        of_kind = [sale for sale in month if sale.refund is refund]
        assert books.shifts[f"cash_{name}"].sum() == sum(sale.cash for sale in of_kind)
        cashless = sum(sum(sale.cashless.values()) for sale in of_kind)
        assert books.shifts[f"cashless_{name}"].sum() == books.cashless[name].sum() == cashless
    assert books.shifts["receipts"].sum() == len(month)
    assert len(books.shifts) == len({(sale.register, sale.shift) for sale in month})


@SOME
@given(month=months)
def test_the_goods_of_the_reports_are_the_goods_of_the_cheques(month: list[Sale]) -> None:
    sold = keep_books(*cheques_of(month)).sold
    signed = [(-1 if sale.refund else 1, price, count) for sale in month for price, count in sale.lines]
    assert sold["quantity"].sum() == sum(sign * count for sign, _, count in signed)
    # Half up: kopecks by thousandths are thousandths of kopecks.
    assert sold["amount"].sum() == sum(sign * ((price * count + 500) // 1000) for sign, price, count in signed)


@SOME
@given(month=months, data=st.data())
def test_any_order_of_pages_and_any_repeats_give_the_same(month: list[Sale], data: st.DataObject) -> None:
    cheques = cheques_of(month)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(cheques)), max_size=3)))
    ends = [0, *cuts, len(cheques)]
    pages = [page(*cheques[a:b], page_id=n) for n, (a, b) in enumerate(pairwise(ends), 1)]
    repeated = data.draw(st.lists(st.sampled_from(cheques), max_size=4) if cheques else st.just([]))
    pages.append(page(*repeated, page_id=99))
    shuffled = data.draw(st.permutations(pages))
    assert comparable(keep_books(pages=shuffled)) == comparable(keep_books(pages=pages))
    # In one page or several, once or repeated: only the page that is named differs.
    whole = keep_books(*cheques)
    assert comparable(keep_books(pages=pages), "page_id", "evidence") == comparable(whole, "page_id", "evidence")


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.just([])
    | st.just({})
    | st.sampled_from(["-1", "1e400", "1970-01-01T00:00:00", "NaN", -0.01, 10**14, [None], {"a": 1}])
)


@SOME
@given(month=st.lists(sales, min_size=1, max_size=6), data=st.data())
def test_a_damaged_cheque_never_harms_its_neighbours(month: list[Sale], data: st.DataObject) -> None:
    cheques = cheques_of(month)
    place = data.draw(st.integers(0, len(cheques) - 1))
    victim = dict(cheques[place])
    name = data.draw(st.sampled_from(sorted(set(victim) - {"id"})))
    if data.draw(st.booleans()):
        del victim[name]
    else:
        victim[name] = data.draw(junk)
    neighbours = cheques[:place] + cheques[place + 1 :]
    harmed = read_cheques([page(*cheques[:place], victim, *cheques[place + 1 :])], ZONE)
    plain = read_cheques([page(*neighbours)], ZONE)
    own = harmed.cheques["cheque_id"] == victim["id"]
    assert own.sum() + len(harmed.rejects) == 1
    for there, here in (
        (harmed.cheques, plain.cheques),
        (harmed.payments, plain.payments),
        (harmed.lines, plain.lines),
    ):
        others = there[there["cheque_id"] != victim["id"]].reset_index(drop=True)
        pd.testing.assert_frame_equal(others, here)


@SOME
@given(month=months, data=st.data())
def test_a_page_damaged_anywhere_never_raises_and_never_harms_another_page(
    month: list[Sale], data: st.DataObject
) -> None:
    good = page(*cheques_of(month), page_id=1)
    other = page(cheque("other", 1), page_id=2).body
    at = data.draw(st.integers(0, len(other)))
    harmed = other[:at] + data.draw(st.binary(max_size=3)) + other[at + data.draw(st.integers(0, 5)) :]
    books = keep_books(pages=[RawPage(2, good.unit_id, harmed), good])
    cheques = books.frames.cheques
    assert records(cheques[cheques["page_id"] == 1]) == records(keep_books(pages=[good]).frames.cheques)
    assert (cheques["page_id"] == 2).sum() + len(books.frames.rejects) <= 1
