"""Reading a page all at once gives what reading its cheques one by one gives, or gives the page up."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smena.contract.decoding import decode
from smena.contract.market import Cheque, answer_type
from smena.transform.market import reading
from smena.transform.market.amounts import kopecks_of, line_kopecks, thousandths, whole, worth
from smena.transform.market.cheques import as_columns
from smena.transform.market.moments import local_moments, moment_of
from smena.transform.market.reading import read_cheques
from smena.transform.pages import RawPage
from tests.unit.transform.market.test_whatever_the_till_sells import cheques_of, months
from tests.unit.transform.market.till import ZONE, cheque, line, page

SOME = settings(max_examples=25, deadline=None)
LATEST = datetime(2026, 1, 5)


def at_once(one: RawPage) -> None:
    """Raises where the page must be read cheque by cheque."""
    as_columns(one, decode(one.body, answer_type(Cheque)).items, None)


@SOME
@given(month=months)
def test_it_gives_what_reading_the_cheques_one_by_one_gives(month: list[Any]) -> None:
    cheques = cheques_of(month)
    with pytest.MonkeyPatch.context() as patch:
        quick = read_cheques([page(*cheques)], ZONE)
        patch.setattr(reading, "as_columns", never)
        slow = read_cheques([page(*cheques)], ZONE)
    for name in ("cheques", "payments", "lines", "rejects"):
        pd.testing.assert_frame_equal(getattr(quick, name), getattr(slow, name))


def never(*_: Any) -> None:
    raise ValueError


@SOME
@given(month=months)
def test_nothing_ordinary_makes_it_slow(month: list[Any]) -> None:
    at_once(page(*cheques_of(month)))


ODD = {
    "a number for an id": cheque(5),  # type: ignore[arg-type]
    "an offset": cheque(closed="2025-12-01T12:00:00Z"),
    "a sum with an exponent": cheque(totalPrice="1e2", payments=[{"type": "Cash", "value": 100}]),
    "a price of more digits than kopecks of millions have": cheque(lines=[line("0.12345678")]),
    "a letter that cannot be stored": cheque(number="1\x00"),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_unusual_page_is_read_one_by_one(odd: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        at_once(page(odd))
    frames = read_cheques([page(cheque("plain"), odd)], ZONE)
    assert (len(frames.cheques), len(frames.rejects)) == (2, 0)


numbers = st.decimals(allow_nan=True, allow_infinity=True) | st.decimals(-100, 10**6, places=3)


@SOME
@given(amounts=st.lists(numbers, max_size=4))
def test_whole_amounts_are_those_of_each_or_none(amounts: list[Decimal]) -> None:
    with suppress(ValueError):
        assert whole(amounts, 2).tolist() == [kopecks_of(one, "it", signed=True) for one in amounts]


# The largest product, 4 · 10^18 of the smallest units, fits 64 bits; the test below has one that does not.
@SOME
@given(
    lines=st.lists(st.tuples(st.decimals(0, 10**6, places=6), st.decimals(0, 4000, places=3)), min_size=1, max_size=4)
)
def test_lines_are_worth_what_each_is_worth(lines: list[tuple[Decimal, Decimal]]) -> None:
    prices, counts = zip(*lines, strict=True)
    quantities = whole(counts, 3)
    assert quantities.tolist() == [thousandths(one, "it") for one in counts]
    assert worth(prices, quantities).tolist() == [line_kopecks(price, count, "it") for price, count in lines]


def test_a_line_whose_product_overflows_64_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="amount"):
        worth([Decimal(10**10)], whole([Decimal(10**9)], 3))


texts = (
    st.datetimes(datetime(2015, 12, 1), datetime(2026, 2, 1)).map(datetime.isoformat)
    | st.datetimes(datetime(1, 1, 2)).map(datetime.isoformat)
    | st.text("0123456789-:T.Z+", max_size=28)
    | st.sampled_from(["2025-12-01T10:00", "2025-12-01T10", "2025-12-01 10:00:00.1234567", "2025-12-01T24:00:00"])
)


@settings(max_examples=200, deadline=None)
@given(written=st.lists(texts, min_size=1, max_size=3))
def test_moments_are_those_of_each_or_none(written: list[str]) -> None:
    with suppress(ValueError):
        moments = local_moments(written, LATEST)
        each = [moment_of(one, ZoneInfo(ZONE), "it", LATEST) for one in written]
        assert moments.astype(datetime).tolist() == each


def test_missing_moments_are_none_and_digits_are_cut_off() -> None:
    first, second = local_moments([None, "2025-12-31T23:59:59.9999999"], LATEST)
    assert np.isnat(first)
    assert second.astype(datetime) == datetime(2026, 1, 1) - timedelta(microseconds=1)
