"""Kopecks are whole inside; roubles have two places outside; nothing is rounded on the way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.model.money import kopecks, roubles, written

amounts = st.integers(-(10**13), 10**13)


@given(amounts)
def test_kopecks_survive_the_way_to_roubles_and_back(amount: int) -> None:
    assert kopecks(roubles(amount)) == amount


@given(amounts)
def test_roubles_always_have_two_places(amount: int) -> None:
    assert roubles(amount).as_tuple().exponent == -2
    assert roubles(amount) * 100 == amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", 0),
        ("0.01", 1),
        ("-0.01", -1),
        ("123.45", 12345),
        ("1E+3", 100_000),
        ("0.1000", 10),
        ("99999999999.99", 10**13 - 1),
    ],
)
def test_roubles_become_kopecks(amount: str, text: int) -> None:
    assert kopecks(Decimal(amount)) == text


@pytest.mark.parametrize("amount", ["0.001", "-0.005", "1.999", "NaN"])
def test_a_part_of_a_kopeck_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not a whole number of kopecks"):
        kopecks(Decimal(amount))


@pytest.mark.parametrize("amount", ["1.00000000000000000000000000001", "99999999999999999999999999.999"])
def test_a_part_of_a_kopeck_far_behind_the_point_is_refused_too(amount: str) -> None:
    with pytest.raises(ValueError, match="not a whole number of kopecks"):
        kopecks(Decimal(amount))


def test_infinity_is_refused_like_any_invalid_amount() -> None:
    with pytest.raises(ValueError, match="kopecks"):
        kopecks(Decimal("Infinity"))


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234567.8", "1\u00a0234\u00a0567,80"), ("0", "0,00"), ("-1234.5", "-1\u00a0234,50"), ("999.99", "999,99")],
)
def test_an_accountant_reads_roubles(amount: str, text: str) -> None:
    assert written(Decimal(amount)) == text
