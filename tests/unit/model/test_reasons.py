"""A reason is stored as its code and its arguments, and read back as they were."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from smena.model.reason_text import NotAReason, has, joined, parse, parse_all, reason
from smena.model.reasons import Reason
from smena.transform.reason_columns import also, has_code, reasons_of

DAY = date(2025, 1, 31)


def test_a_code_is_its_name_and_its_arguments_are_in_order() -> None:
    assert [str(one) for one in Reason] == [one.name.lower() for one in Reason]
    assert all(list(names) == sorted(set(names)) for names in (code.arguments for code in Reason))


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (reason(Reason.REFUNDS_EQUAL_SALES), "refunds_equal_sales"),
        (reason(Reason.BEFORE_START, day=DAY), 'before_start {"day": "2025-01-31"}'),
        (
            reason(Reason.LAST_LISTED_DOCUMENT, moment=datetime(2025, 1, 31, 9, 5)),
            'last_listed_document {"moment": "2025-01-31T09:05:00"}',
        ),
        # As PostgreSQL orders the keys of a jsonb: the shorter first.
        (
            reason(Reason.BOOKED_BY_OFD_ROUNDED, amount=40, register="7"),
            'booked_by_ofd_rounded {"amount": 40, "register": "7"}',
        ),
        (reason(Reason.FAILED_WITH, text="\ud83d \U0001f600"), 'failed_with {"text": "\ufffd \U0001f600"}'),
        (reason(Reason.FAILED_WITH, text='«а»\n"b" \\ \x00'), 'failed_with {"text": "«а»\\n\\"b\\" \\\\ \ufffd"}'),
        (reason(Reason.SHIFT_OPEN_SINCE, shift=5, day=None), 'shift_open_since {"day": null, "shift": 5}'),
    ],
)
def test_a_reason_is_one_text(stored: str, text: str) -> None:
    assert stored == text
    code, arguments = parse(text)
    assert reason(code, **arguments) == text


def test_several_reasons_are_lines_of_one_text() -> None:
    inner = joined([reason(Reason.CORRECTION_UNREADABLE), "", None, reason(Reason.FAILED_WITH, text="a\nb")])
    outer = joined([reason(Reason.IN_QUARANTINE, reason=inner), "vat_negative", "vat_negative"])
    assert [code for code, _ in parse_all(outer)] == [Reason.IN_QUARANTINE, Reason.VAT_NEGATIVE]
    assert parse_all(parse_all(outer)[0][1]["reason"])[1] == (Reason.FAILED_WITH, {"text": "a\nb"})
    assert parse_all(None) == parse_all("") == []


@pytest.mark.parametrize("wrong", [{}, {"day": DAY, "link": 1}, {"link": 1}])
def test_a_reason_takes_its_own_arguments_only(wrong: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        reason(Reason.BEFORE_START, **wrong)
    with pytest.raises(TypeError):
        reasons_of(Reason.BEFORE_START, **wrong)


@pytest.mark.parametrize("value", [1.5, True, Decimal("1.00")])
def test_money_and_counts_are_whole_numbers(value: object) -> None:
    with pytest.raises(TypeError):
        reason(Reason.CASH_OF_RECEIPTS, amount=value)


@pytest.mark.parametrize(
    "typed", ["так решили", "no_such_code", "before_start", 'before_start {"day"', 'refunds_equal_sales {"day": 1}']
)
def test_what_a_person_typed_is_no_reason(typed: str) -> None:
    with pytest.raises(NotAReason):
        parse(typed)


def test_a_code_is_found_among_others() -> None:
    text = joined(["opened_before_permission", reason(Reason.CASH_OF_RECEIPTS, amount=1)])
    assert has(text, Reason.CASH_OF_RECEIPTS)
    assert not has(text, Reason.BEFORE_START)
    assert not has(None, Reason.BEFORE_START)


def test_reasons_of_a_frame_are_those_of_its_rows() -> None:
    frame = pd.DataFrame(
        {
            "closed_at": pd.Series([datetime(2025, 1, 31, 9, 5), pd.NaT], dtype="datetime64[us]"),
            "kopecks": pd.Series([31850, pd.NA], dtype="Int64"),
            "name": pd.Series(['«а»\n"b" \\', pd.NA], dtype="string"),
        }
    ).set_axis([7, 3])
    assert reasons_of(Reason.BEFORE_START, day=frame["closed_at"]).tolist() == [
        reason(Reason.BEFORE_START, day=DAY),
        reason(Reason.BEFORE_START, day=None),
    ]
    at = frame["closed_at"]
    made = reasons_of(Reason.OFD_LACKS_RECEIPT_OF_NUMBER, amount=frame["kopecks"], cheque=frame["name"], time=at)
    assert made.index.tolist() == [7, 3]
    assert made.dtype == "string"
    assert made[7] == reason(Reason.OFD_LACKS_RECEIPT_OF_NUMBER, amount=31850, cheque='«а»\n"b" \\', time="09:05")
    assert made[3] == reason(Reason.OFD_LACKS_RECEIPT_OF_NUMBER, amount=None, cheque=None, time=None)
    newest = reasons_of(Reason.NEWEST_DOCUMENT, moment=frame["closed_at"])
    assert newest[7] == reason(Reason.NEWEST_DOCUMENT, moment=datetime(2025, 1, 31, 9, 5))


def test_two_columns_of_reasons_are_one() -> None:
    first, second = (pd.Series(one, dtype="string") for one in (["a", "", "a", None], ["", "b", "b", None]))
    assert also(first, second).tolist() == ["a", "b", "a\nb", ""]


def test_a_code_is_found_in_each_row() -> None:
    amount = reason(Reason.CASH_OF_RECEIPTS, amount=1)
    rows = [amount, f"no_link\n{amount}", "no_link", f"{Reason.MARKET_MAY_HAVE_BOOKED}\nno_link", "no_link_x", "", None]
    stored = pd.Series(rows, dtype="string").set_axis(range(7, 0, -1))
    assert has_code(stored, Reason.CASH_OF_RECEIPTS).tolist() == [True, True, *[False] * 5]
    found = has_code(stored, Reason.NO_LINK, Reason.CASH_OF_RECEIPTS)
    assert found.tolist() == [True, True, True, True, False, False, False]
    assert found.index.tolist() == list(range(7, 0, -1))
    quoted = pd.Series([reason(Reason.FAILED_WITH, text="a\nno_link")], dtype="string")
    assert not has_code(quoted, Reason.NO_LINK).any()
