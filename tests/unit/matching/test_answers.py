"""What a person's answer changes in the books: each word, for each kind of question and each source."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from smena.matching.answers import AnswerChanges, Question, decide_answer
from smena.model.answers import choices
from smena.model.errors import WrongUse
from smena.model.organization import AccountRule
from tests.unit.matching.slice_builders import FISCAL, TILL, Row, current_orders, in_force, order, records

ACCOUNTS = (
    AccountRule("cash_income", None, None, "50.01", "90.01.1"),
    AccountRule("cash_refund", None, None, "90.01.1", "50.01"),
)
BASIS = "Отчёт о закрытии смены № 7 от 03.02.2026, РНМ 0000000003065868, ФН 9999078900004792, ФД 120"
TILL_BASIS = "Чеки Контур.Маркета за смену 03.02.2026 09:00 – 03.02.2026 20:00, касса cashbox-1"

SUMS = {
    "cash_income": 290.0, "cash_refund": 0.0, "cash_payout": 0.0, "cash_payout_refund": 0.0, "cashless_income": 150.0,
    "cashless_refund": 0.0, "receipts": 12, "order_date": "2026-02-03",
}  # fmt: skip
STAGED = {
    "kind": "pko", "operation": "cash_income", "taxation": "osn", "agent": False, "day": "2026-02-03", "amount": 29000,
    "vat": 5229, "vat_by_rate": {"22": 5229}, "debit_account": "50.01", "credit_account": "90.01.1", "basis": BASIS,
}  # fmt: skip
PROPOSAL = {"opened_at": "2026-02-03T09:00:00", "has_corrections": False, "orders": [STAGED]}


def asked(**changed: Any) -> dict[str, Any]:
    """A conflict of a shift of the OFD with itself, as `slice_answer` gives it."""
    return {
        "decision_id": 1, "inn": "9607083893", "kind": "conflict", "shift_id": FISCAL, "competing_shift_id": None,
        "held": SUMS | {"outcome": "issued"}, "proposal": PROPOSAL, "batch_id": 3, "source": "ofd",
        "kkt_reg_id": "0000000003065868", "fiscal_drive_number": "9999078900004792", "shift_number": 7,
        "fiscal_document_number": 120, "is_unclosed": False, "cashbox_id": None, "till_shift": None,
        "opened_at": datetime(2026, 2, 3, 9), "closed_at": datetime(2026, 2, 3, 20), "same_as": None, "revision": 4,
        "competing_revision": None, "order_day": date(2026, 2, 3), "day": date(2026, 2, 3), "closed_through": None,
        "kpp": "960701001", "start_date": date(2026, 2, 1),
        "booked_counterparts": 0, **changed,
    }  # fmt: skip


OF_MARKET: Row = {
    "source": "market", "shift_id": TILL, "kkt_reg_id": None, "fiscal_drive_number": None, "shift_number": None,
    "fiscal_document_number": None, "is_unclosed": True, "cashbox_id": "cashbox-1", "till_shift": "1",
}  # fmt: skip
AGAINST_MARKET: Row = {"competing_shift_id": TILL, "competing_revision": 9, "same_as": TILL}
AGAINST_OFD: Row = OF_MARKET | {"competing_shift_id": FISCAL, "competing_revision": 9, "same_as": FISCAL}
REVIEW: Row = {"kind": "review"}
IN_CLOSED: Row = {"day": date(2026, 2, 11), "closed_through": date(2026, 2, 10)}
BY_SUMS: Row = {"proposal": None, "held": SUMS}


def answer(
    word: str, decision: Row, *orders: Row, accounts: tuple[AccountRule, ...] = ACCOUNTS, **settings: Any
) -> AnswerChanges:
    return decide_answer(Question(decision, current_orders(*orders), in_force(accounts=accounts, **settings)), word)


def shifts_of(changes: AnswerChanges) -> list[tuple[Any, ...]]:
    return records(changes.shifts, "shift_id", "action", "outcome", "same_as", "revision")


def orders_of(changes: AnswerChanges) -> list[tuple[Any, ...]]:
    return records(changes.orders, "action", "document_id", "shift_id", "taxation", "issue")


ACCEPTED = order(status="accepted", taxation="osn")
OF_TILL = order(status="accepted", shift_id=TILL, source="market", document_id="of-till")


def test_the_words_that_answer_a_question() -> None:
    assert choices(asked(**REVIEW)) == choices(asked(**REVIEW, competing_shift_id=TILL)) == ("approve", "reject")
    assert choices(asked()) == ("keep-ofd", "reverse")
    assert choices(asked(**OF_MARKET)) == ("keep-market", "reverse")
    assert choices(asked(**AGAINST_MARKET)) == choices(asked(**AGAINST_OFD)) == ("keep-ofd", "keep-market", "both")


@pytest.mark.parametrize(
    ("word", "decision", "live", "shifts", "orders"),
    [
        # A shift with itself: what is published is kept, or what is reported takes its place.
        ("keep-ofd", asked(), [ACCEPTED], [(FISCAL, "mark", "issued", None, 4)], []),
        ("keep-ofd", asked(), [], [(FISCAL, "mark", "no_cash", None, 4)], []),
        ("keep-ofd", asked(is_unclosed=True), [], [(FISCAL, "mark", "rejected", None, 4)], []),
        ("keep-market", asked(**OF_MARKET), [OF_TILL], [(TILL, "mark", "issued", None, 4)], []),
        ("keep-market", asked(**OF_MARKET), [], [(TILL, "mark", "no_cash", None, 4)], []),
        ("reverse", asked(), [ACCEPTED], [(FISCAL, "take", "issued", None, 4)],
         [("reverse", "order-1", FISCAL, "osn", 1), ("issue", None, FISCAL, "osn", 2)]),
        ("reverse", asked(proposal={"orders": []}), [ACCEPTED], [(FISCAL, "take", "no_cash", None, 4)],
         [("reverse", "order-1", FISCAL, "osn", 1)]),
        # A shift of the OFD against what is booked from Market.
        ("keep-market", asked(**AGAINST_MARKET), [OF_TILL], [(FISCAL, "mark", "duplicate", TILL, 4)], []),
        ("keep-ofd", asked(**AGAINST_MARKET), [OF_TILL],
         [(FISCAL, "take", "issued", None, 4), (TILL, "mark", "duplicate", FISCAL, 9)],
         [("reverse", "of-till", TILL, "", 1), ("issue", None, FISCAL, "osn", 1)]),
        ("both", asked(**AGAINST_MARKET), [OF_TILL], [(FISCAL, "take", "issued", None, 4)],
         [("issue", None, FISCAL, "osn", 1)]),
        # A till shift against what is booked from the OFD.
        ("keep-ofd", asked(**AGAINST_OFD), [ACCEPTED, OF_TILL], [(TILL, "mark", "duplicate", FISCAL, 4)],
         [("reverse", "of-till", TILL, "", 1)]),
        ("keep-market", asked(**AGAINST_OFD), [ACCEPTED, OF_TILL],
         [(TILL, "take", "issued", None, 4), (FISCAL, "mark", "duplicate", TILL, 9)],
         [("reverse", "order-1", FISCAL, "osn", 1)]),
        ("keep-market", asked(**AGAINST_OFD, **BY_SUMS), [ACCEPTED],
         [(TILL, "take", "issued", None, 4), (FISCAL, "mark", "duplicate", TILL, 9)],
         [("reverse", "order-1", FISCAL, "osn", 1), ("issue", None, TILL, "", 1)]),
        ("both", asked(**AGAINST_OFD), [ACCEPTED, OF_TILL], [(TILL, "take", "issued", None, 4)], []),
        ("both", asked(**AGAINST_OFD, **BY_SUMS), [ACCEPTED], [(TILL, "take", "issued", None, 4)],
         [("issue", None, TILL, "", 1)]),
        # A shift that needs a look.
        ("approve", asked(**REVIEW), [], [(FISCAL, "take", "issued", None, 4)], [("issue", None, FISCAL, "osn", 1)]),
        ("approve", asked(**REVIEW, **OF_MARKET, **BY_SUMS), [], [(TILL, "take", "issued", None, 4)],
         [("issue", None, TILL, "", 1)]),
        ("approve", asked(**REVIEW, proposal={"orders": []}), [], [(FISCAL, "take", "no_cash", None, 4)], []),
        # It waits, and has orders: two till shifts lie in one shift of the OFD, or its register was listed twice.
        ("approve", asked(**REVIEW, **OF_MARKET), [OF_TILL], [(TILL, "mark", "issued", None, 4)], []),
        ("reject", asked(**REVIEW, **OF_MARKET), [OF_TILL], [(TILL, "mark", "rejected", None, 4)],
         [("reverse", "of-till", TILL, "", 1)]),
        ("reject", asked(**REVIEW), [], [(FISCAL, "mark", "rejected", None, 4)], []),
        ("reject", asked(**REVIEW, **OF_MARKET, same_as=FISCAL), [], [(TILL, "mark", "rejected", FISCAL, 4)], []),
    ],
)  # fmt: skip
def test_each_word_for_each_question(
    word: str, decision: Row, live: list[Row], shifts: list[tuple[Any, ...]], orders: list[tuple[Any, ...]]
) -> None:
    changes = answer(word, decision, *live)
    assert shifts_of(changes) == shifts
    assert orders_of(changes) == orders
    taken = changes.shifts[changes.shifts["action"] == "take"]
    assert set(taken["kpp"]) <= {"960701001"}
    assert changes.shifts.loc[changes.shifts["action"] == "mark", "kpp"].isna().all()


@pytest.mark.parametrize("held", ["issued", "no_cash", None])
def test_orders_that_were_staged_keep_their_tax_system_and_vat(held: str | None) -> None:
    changes = answer("approve", asked(**REVIEW, held=SUMS | {"outcome": held}))
    assert records(changes.contents, "taxation", "amount", "vat", "vat_by_rate", "basis") == [
        ("osn", 29000, 5229, '{"22": 5229}', BASIS)
    ]


def test_a_staged_order_whose_vat_is_not_known_stays_so() -> None:
    staged = STAGED | {"vat": None, "vat_by_rate": None}
    changes = answer("approve", asked(**REVIEW, proposal={"orders": [staged]}))
    assert records(changes.contents, "vat", "vat_by_rate") == [(None, None)]


@pytest.mark.parametrize(
    ("decision", "amounts", "basis"),
    [
        (asked(**REVIEW, held=SUMS | {"outcome": "needs_review"}), {"cash_income": 29000}, BASIS),
        (asked(**REVIEW, held=SUMS | {"outcome": "needs_review"}, proposal={"has_corrections": True, "orders": []}),
         {"cash_income": 29000}, f"{BASIS}, с чеками коррекции"),
        (asked(**REVIEW, **BY_SUMS), {"cash_income": 29000}, BASIS),
        (asked(**REVIEW, **OF_MARKET, **BY_SUMS), {"cash_income": 29000}, TILL_BASIS),
        (asked(**REVIEW, proposal=None, held=SUMS | {"cash_refund": 100.55}),
         {"cash_income": 29000, "cash_refund": 10055}, BASIS),
        (asked(**REVIEW, proposal=None, held=SUMS | {"cash_income": 0.0}), {}, ""),
    ],
)  # fmt: skip
def test_orders_that_could_not_be_staged_are_made_of_the_sums(
    decision: Row, amounts: dict[str, int], basis: str
) -> None:
    changes = answer("approve", decision)
    assert dict(records(changes.contents, "operation", "amount")) == amounts
    assert set(changes.contents["basis"]) <= {basis}
    assert changes.contents["vat"].isna().all()


def test_an_answer_makes_orders_by_the_settings_of_the_day_of_closing() -> None:
    both = asked(**REVIEW, proposal=None, held=SUMS | {"cash_refund": 100.55})
    netted = answer("approve", both, refunds="net")
    assert records(netted.contents, "operation", "amount") == [("cash_income", 18945)]
    assert answer("approve", both, keeps_cash_documents=False).contents.empty


def test_the_basis_of_a_shift_that_was_never_closed_names_its_receipts() -> None:
    changes = answer("approve", asked(**REVIEW, **BY_SUMS, is_unclosed=True, fiscal_document_number=None))
    (basis,) = changes.contents["basis"]
    assert basis.startswith("Чеки смены № 7 без отчёта о закрытии (ФН заменён)")


@pytest.mark.parametrize("made", [{}, BY_SUMS])
def test_in_a_closed_period_orders_are_dated_on_the_first_open_day(made: Row) -> None:
    changes = answer("approve", asked(**REVIEW, **IN_CLOSED, **made))
    assert records(changes.contents, "day", "basis") == [
        (pd.Timestamp(2026, 2, 11), f"{BASIS}, за 03.02.2026: период закрыт по 10.02.2026")
    ]


def test_an_order_names_the_one_that_it_takes_the_place_of() -> None:
    first = order(status="reversed", taxation="osn", is_reversed_by_decision=True)
    second = order(status="accepted", taxation="osn", document_id="order-2", issue=2, number=9)
    changes = answer("reverse", asked(), second, first)
    assert records(changes.contents, "basis", "issue") == [(f"{BASIS}, взамен ордера № 9 от 03.02.2026", 3)]
    changes = answer("reverse", asked(**IN_CLOSED), second, first)
    (basis,) = changes.contents["basis"]
    assert basis == f"{BASIS}, взамен ордера № 9 от 03.02.2026, за 03.02.2026: период закрыт по 10.02.2026"


def test_orders_that_are_reversed_already_are_not_reversed_again() -> None:
    changes = answer("reverse", asked(), order(status="reversed", taxation="osn"))
    assert records(changes.orders, "action", "issue") == [("issue", 2)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"held": SUMS | {"cash_income": None}}, "sums of the shift of decision 1 are not known"),
        ({"order_day": None, "day": None}, "day of the shift of decision 1 is not known"),
        # The first open day is not the day of a shift of which none is known.
        ({"order_day": None, "day": date(2026, 2, 11)}, "day of the shift of decision 1 is not known"),
        ({"start_date": date(2026, 2, 4)}, "would be dated 2026-02-03, before the start"),
        ({"start_date": None}, "before the start"),
        ({"booked_counterparts": 2}, "the OFD has booked 2 shifts of that time"),
    ],
)
def test_what_cannot_be_booked_is_refused(changed: Row, message: str) -> None:
    with pytest.raises(WrongUse, match=message):
        answer("approve", asked(**REVIEW | changed))


def test_a_waiting_shift_with_orders_in_a_closed_period_is_approved_when_the_period_is_open() -> None:
    waiting = asked(**REVIEW, **OF_MARKET, **IN_CLOSED)
    with pytest.raises(WrongUse, match="closed through 2026-02-10 — open the period first"):
        answer("approve", waiting, OF_TILL)
    assert orders_of(answer("reject", waiting, OF_TILL)) == [("reverse", "of-till", TILL, "", 1)]


def test_a_shift_without_an_account_rule_is_refused_with_the_name_of_its_operation() -> None:
    of_sale = ACCOUNTS[:1]
    both = asked(**REVIEW, proposal=None, held=SUMS | {"cash_refund": 100.0})
    with pytest.raises(WrongUse, match="no account rule fits cash_refund"):
        answer("approve", both, accounts=of_sale)
    with pytest.raises(WrongUse, match="no account rule fits cash_income, cash_refund"):
        answer("approve", both, accounts=())


def test_a_refused_answer_needs_no_sums_and_no_day() -> None:
    unknown = {"held": SUMS | {"cash_income": None}, "order_day": None, "day": None}
    assert shifts_of(answer("reject", asked(**REVIEW | unknown))) == [(FISCAL, "mark", "rejected", None, 4)]
    assert shifts_of(answer("keep-ofd", asked(**unknown), ACCEPTED)) == [(FISCAL, "mark", "issued", None, 4)]


def test_a_start_date_is_not_asked_for_where_nothing_is_issued() -> None:
    nothing = asked(**REVIEW, start_date=None, proposal={"orders": []})
    assert shifts_of(answer("approve", nothing)) == [(FISCAL, "take", "no_cash", None, 4)]
