"""Identifiers stay text, and an ИНН is accepted only with right check digits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.model.identifiers import FISCAL_DRIVE, KPP, RNM, clean, clean_inn, is_inn

# Order ММВ-7-6/435@, appendix: weights of the digits, highest first; written out anew, not taken from the product.
WEIGHTS = {10: ("2 4 10 3 5 9 4 6 8",), 12: ("7 2 4 10 3 5 9 4 6 8", "3 7 2 4 10 3 5 9 4 6 8")}


def with_check_digits(body: str) -> str:
    """Nine digits of an organisation or ten of a sole proprietor, and the check digits that the order asks for."""
    inn = body
    for weights in WEIGHTS[10 if len(body) == 9 else 12]:
        total = 0
        for place, weight in enumerate(weights.split()):
            total += int(inn[place]) * int(weight)
        inn += str(total % 11)[-1]
    return inn


bodies = st.integers(10_000_000, 999_999_999).map("{:09d}".format) | st.integers(10**8, 10**10 - 1).map(
    "{:010d}".format
)
real_bodies = bodies.filter(lambda body: not body.startswith("00"))


@given(real_bodies)
def test_an_inn_with_right_check_digits_is_one(body: str) -> None:
    assert is_inn(with_check_digits(body))


@given(real_bodies, st.data())
def test_an_inn_with_one_wrong_check_digit_is_none(body: str, data: st.DataObject) -> None:
    inn = with_check_digits(body)
    place = data.draw(st.integers(len(body), len(inn) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != inn[place]]))
    assert not is_inn(inn[:place] + wrong + inn[place + 1 :])


def test_numbers_worked_out_by_hand_are_checked_right() -> None:
    # 1·2+2·4+3·10+4·3+5·5+6·9+7·4+8·6+9·8 = 279 = 25·11 + 4; 257 = 23·11 + 4 and 282 = 25·11 + 7.
    assert is_inn("1234567894")
    assert is_inn("123456789047")
    assert not is_inn("1234567895")
    assert not is_inn("123456789048")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1234567894",
        "1234567894\n",
        "123456789",
        "12345678940",
        "١٢٣٤٥٦٧٨٩٤",
        "123456789³",
        "0000000000",
        "001234567894",
    ],
)
def test_what_is_no_inn_is_not_taken_for_one(text: str) -> None:
    assert not is_inn(text)


@given(st.integers(10_000_000, 999_999_999).map("{:09d}".format).filter(lambda body: not body.startswith("00")))
def test_two_zeros_before_ten_digits_are_padding(body: str) -> None:
    inn = with_check_digits(body)
    assert clean_inn(f"00{inn}  ") == inn
    assert is_inn(clean_inn(f" 00{inn}"))


def test_an_inn_of_a_sole_proprietor_keeps_its_twelve_digits() -> None:
    assert clean_inn(" 123456789047 ") == "123456789047"


def test_an_inn_of_ten_digits_is_never_cut() -> None:
    assert clean_inn("0012345678") == "0012345678"


@pytest.mark.parametrize("text", ["0000000003065868    ", "\t0000000003065868\n", "0000000003065868"])
def test_padding_goes_and_leading_zeros_stay(text: str) -> None:
    assert clean(text) == "0000000003065868"


@pytest.mark.parametrize("text", ["99990788603", "1", "0001"])
def test_a_short_drive_number_is_not_filled_up(text: str) -> None:
    assert clean(text.ljust(20)) == text
    assert FISCAL_DRIVE.fullmatch(clean(text.ljust(20)))


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (RNM, "0000000003065868", "3065868"),
        (FISCAL_DRIVE, "9999078900004792", "99990789000047921"),
        (KPP, "7701AZ001", "7701az001"),
        (KPP, "960101001", "96010100"),
    ],
)
def test_the_shapes_of_identifiers(pattern: re.Pattern[str], good: str, bad: str) -> None:
    assert pattern.fullmatch(good)
    assert not pattern.fullmatch(bad)
