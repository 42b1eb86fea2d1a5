"""Inputs seen in the field, one form of each kind, each with the result that it must have.

Money is in kopecks (OFD) or roubles (Market). Days are of February 2026; every load is the planned one, of a morning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import pytest

from demo.signing import Head
from smena.alerts.outgoing import gather
from smena.decisions.conflicts import open_decisions, resolve
from smena.decisions.links import link
from smena.loading.run import load_shards, plan_run, publish_batches
from smena.mandates.certificates import add_certificate
from smena.mandates.lifecycle import enable, prepare_mandate
from smena.mandates.organizations import add_organization, set_organization
from smena.messages import translate
from smena.model.endpoint import Endpoint
from smena.model.reason_text import joined, reason
from smena.model.reasons import Reason
from smena.model.window import MARKET, OFD, Window
from smena.reconciliation.certificate import certify
from smena.reconciliation.reconcile import reconcile
from smena.reports.form import order_on_paper
from smena.warehouse.database import Warehouse
from tests.integration.stored_reasons import check_reasons
from tests.integration.written_operator import CASHBOX, DRIVE, INN, SHOP, Operator, Register
from tests.invented import ROMASHKA
from tests.town import QuickContext, head_of
from tests.unit.reports.pdf_text import Paper

START = date(2026, 2, 1)
OTHER_REGISTER = "0000000003065876"


class Field:
    """An organisation that loads from a written operator, and another beside it where the case says so."""

    def __init__(self, operator: Operator, warehouse: Warehouse) -> None:
        self.operator, self.warehouse = operator, warehouse
        self.context = QuickContext(warehouse, self._endpoint, now=lambda: operator.now)

    def _endpoint(self, name: str) -> Endpoint:
        if name == "kontur_market":
            return Endpoint(name, f"{self.operator.address}/market", None, "key", {})
        extra = {"api_key": "key", "auth_base_url": self.operator.address}
        return Endpoint(name, self.operator.address, "login", "password", extra)

    def integrate(self, inn: str = INN, *, ofd: bool = True, market: bool = False, **settings: str) -> None:
        head: Head = head_of(inn)
        with self.warehouse.transaction() as transaction:
            add_organization(transaction, inn=inn, kpp="960101001", name="ООО «Пример»", tariff="uchetny")
            if settings:
                set_organization(transaction, inn, settings, by="test")
            add_certificate(transaction, inn=inn, file=head.pem, source="manual", added_by="test")
            if market:
                enable(transaction, inn=inn, product=MARKET, start_date=START, changed_by="test")
            if not ofd:
                return
            mandate = prepare_mandate(transaction, inn=inn, product=OFD, start_date=START, made_by="test")
            enable(
                transaction, inn=inn, product=OFD, start_date=START, changed_by="test",
                signature=head.sign(mandate["text"]),
            )  # fmt: skip

    def load(self, *mornings: int, product: str = OFD) -> None:
        """The daily run of every organisation on these mornings."""
        for day in mornings or (7,):
            self.operator.on(date(2026, 2, day))
            made = plan_run(self.context, run_id=f"{day}", product=product)
            for shards in made["task_groups"]:
                load_shards(self.context, shards)
            publish_batches(self.context, made["batches"])

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def orders(self, inn: str = INN) -> list[tuple[str, str]]:
        """Kind and amount of the live orders, in the order of their numbers."""
        rows = self.sql(
            "select organization_inn, kind, amount::text from accounting.cash_order "
            "where status <> 'reversed' order by kind, number"
        )
        return [(kind, amount) for of, kind, amount in rows if of == inn]

    def outcomes(self) -> list[tuple[str, str | None]]:
        return self.sql("select outcome, reason from accounting.shift order by closed_at")

    def is_covered(self, day: int, register: str = Register().number) -> bool:
        rows = self.sql("select unit_id, days::text from control.covered")
        (spans,) = [self.sql(f"select '{days}'::datemultirange @> '2026-02-{day:02d}'::date") for of, days in rows
                    if of == register] or [[(False,)]]  # fmt: skip
        return bool(spans[0][0])

    def gaps(self) -> list[tuple[str, str, str]]:
        return self.sql("select unit_id, reason, details from control.gap order by 1, 2")

    def quarantine(self) -> list[tuple[str, str]]:
        return self.sql("select kind, reason from control.quarantine where state = 'open'")

    def is_certified(self, first: int, last: int) -> bool:
        days = Window(date(2026, 2, first), date(2026, 2, last))
        reconcile(self.context, INN, run_id="test", window=days)
        made = certify(self.warehouse, INN, days, made_by="test", now=datetime(2026, 3, 1, tzinfo=UTC))
        return bool(made["is_complete"])

    def alerts(self) -> str:
        """What is sent to the organisation's people."""
        return "\n".join(message.text for message in gather(self.warehouse, self.operator.now, inn=INN))


NewField = Callable[..., Field]


@pytest.fixture
def new_field(new_warehouse: Callable[[], Warehouse]) -> Iterator[NewField]:
    fields: list[Field] = []
    with ExitStack() as stack:

        def make(*registers: Register, ofd: bool = True, market: bool = False, **settings: str) -> Field:
            operator = stack.enter_context(Operator({"a": (INN, list(registers))}))
            made = Field(operator, new_warehouse())
            made.integrate(ofd=ofd, market=market, **settings)
            fields.append(made)
            return made

        yield make
    for field in fields:
        check_reasons(field.warehouse)


def beside(field: Field) -> None:
    """Another organisation with a register of its own and 1.00 on 3 February."""
    other = Register(OTHER_REGISTER, inn=ROMASHKA)
    other.shift(1, "2026-02-03", 100, drive="9999078900000029")
    field.operator.parts["other"] = (ROMASHKA, [other])
    field.integrate(ROMASHKA)


ONE_SHIFT = [("pko", "100.00")]


def register_with(*, of: int = 3, cash: int = 10000, **entry: Any) -> Register:
    """A register with one shift of a day of February."""
    made = Register(entry=entry)
    made.shift(1, f"2026-02-{of:02d}", cash)
    return made


# --- 1, 2: silence


def test_1_a_list_entry_of_nothing_but_a_number_and_a_drive(new_field: NewField) -> None:
    register = register_with()
    register.listed = lambda _: {  # type: ignore[method-assign]
        "regNumber": register.number, "fiscalDrive": {"fiscalDriverNumber": DRIVE},
    }  # fmt: skip
    field = new_field(register)
    field.load()
    assert field.orders() == ONE_SHIFT


def test_2_a_closing_in_the_minute_of_the_last_receipt_that_comes_two_days_later(new_field: NewField) -> None:
    register = Register()
    register.open(1, "2026-02-03T09:00")
    register.sell(1, "2026-02-03T21:00", 10000)
    register.close(1, "2026-02-03T21:00", received="2026-02-05T20:00:00")
    field = new_field(register)
    field.load(4)
    assert not field.is_covered(3)
    field.load(5, 6)
    assert field.orders() == ONE_SHIFT


# --- 3: corrections


@pytest.mark.parametrize("detail", ["totals", "receipts"])
@pytest.mark.parametrize("day", [None, 1769990400, "02.02.2026"])
def test_3_a_correction_whose_day_is_absent_unix_seconds_or_of_another_form(
    new_field: NewField, day: Any, detail: str
) -> None:
    register = Register()
    register.open(1, "2026-02-04T09:00")
    register.sell(1, "2026-02-04T10:00", 10000)
    said = {} if day is None else {"correctionDocumentDate": day}
    register.sell(1, "2026-02-04T11:00", 777700, kind="receiptCorrection", **said)
    register.close(1, "2026-02-04T21:00")
    field = new_field(register, detail=detail)
    field.load()
    assert field.outcomes() == [("needs_review", "correction_day_unknown")]
    assert field.orders() == []


# --- 4, 5, 6: what is delivered or listed twice, or may hardly be read


def test_4_the_same_z_report_with_another_id_and_time_of_receipt(new_field: NewField) -> None:
    register = register_with()
    kind, report = register.documents[-1]
    register.documents.append((kind, report | {"id": "again", "receiveDateTimeUtc": "2026-02-04T00:00:00"}))
    field = new_field(register)
    field.load()
    assert (field.orders(), field.quarantine()) == (ONE_SHIFT, [])


def test_5_two_organisations_of_one_inn_that_both_list_the_register(new_field: NewField) -> None:
    field = new_field(register_with())
    field.operator.parts["b"] = (INN, [register_with()])
    beside(field)
    field.load()
    assert (field.orders(), field.orders(ROMASHKA)) == (ONE_SHIFT, [("pko", "1.00")])


def test_6_a_permission_without_a_whole_day(new_field: NewField) -> None:
    half = Register(OTHER_REGISTER, {"permissionFrom": "2026-02-03T12:00:00", "permissionTo": "2026-02-04T12:00:00"})
    field = new_field(register_with(), half)
    third = Register("0000000003065884", inn=ROMASHKA)
    third.shift(1, "2026-02-03", 100, drive="9999078900000029")
    field.operator.parts["other"] = (ROMASHKA, [third])
    field.integrate(ROMASHKA)
    field.load()
    assert [(register, reason) for register, reason, _ in field.gaps()] == [(OTHER_REGISTER, "no_whole_day")]
    assert (field.orders(), field.orders(ROMASHKA)) == (ONE_SHIFT, [("pko", "1.00")])


# --- 7, 8: VAT


def vat(field: Field) -> list[tuple[Any, ...]]:
    return field.sql("select amount::text, vat::text, vat_by_rate::text from accounting.cash_order")


def test_7_vat_in_the_nested_form_of_2026(new_field: NewField) -> None:
    register = Register()
    register.open(1, "2026-02-03T09:00")
    register.sell(1, "2026-02-03T10:00", 10000, amountsReceiptNds={"amountsNds": [{"nds": 11, "ndsSum": 1803}]})
    register.close(1, "2026-02-03T21:00")
    field = new_field(register, detail="receipts")
    field.load()
    ((amount, tax, by_rate),) = vat(field)
    assert (amount, tax) == ("100.00", "18.03")
    assert "22" in by_rate


def test_8_one_of_two_receipts_says_nothing_of_vat(new_field: NewField) -> None:
    register = Register()
    register.open(1, "2026-02-03T09:00")
    register.sell(1, "2026-02-03T10:00", 10000, nds22=1803)
    register.sell(1, "2026-02-03T11:00", 5000, ndsNo=None)
    register.close(1, "2026-02-03T21:00")
    field = new_field(register, detail="receipts")
    field.load()
    assert [(amount, tax) for amount, tax, _ in vat(field)] == [("150.00", None)]
    ((document_id,),) = field.sql("select document_id from accounting.cash_order")
    paper = Paper(order_on_paper(field.warehouse.rows("print_order", documents=[document_id])[0])).text()
    assert "НДС" not in paper
    assert "без налога" not in paper


# --- 9, 10: what a receipt is worth, and whose money it is


def test_9_storno_items_are_taken_off(new_field: NewField) -> None:
    register = Register()
    register.open(1, "2026-02-03T09:00")
    register.sell(1, "2026-02-03T10:00", 10000, items=[{"sum": 15000}], stornoItems=[{"sum": 5000}])
    register.close(1, "2026-02-03T21:00")
    field = new_field(register, detail="receipts")
    field.load()
    assert (field.orders(), field.quarantine()) == (ONE_SHIFT, [])


def test_10_a_principal_of_blanks_is_none(new_field: NewField) -> None:
    register = Register()
    register.open(1, "2026-02-03T09:00")
    item = {"sum": 10000, "providerInn": "            ", "paymentAgentByProductType": 0}
    register.sell(1, "2026-02-03T10:00", 10000, items=[item])
    register.close(1, "2026-02-03T21:00")
    field = new_field(register, detail="receipts")
    field.load()
    assert field.sql("select amount::text, agent, credit_account from accounting.cash_order") == [
        ("100.00", False, "90.01.1")
    ]


# --- 11, 12: forms of times and totals


def test_11_a_time_of_the_list_to_the_minute(new_field: NewField) -> None:
    field = new_field(register_with(lastDocumentTimestamp="2026-02-03T21:00"))
    field.load()
    assert field.sql("select last_document_at::text from control.register") == [("2026-02-03 21:00:00",)]
    assert field.orders() == ONE_SHIFT


def test_12_totals_with_sales_only(new_field: NewField) -> None:
    field = new_field(register_with())

    def with_sales_only(path: str, body: Any) -> Any:
        for one in body.get("shifts", []) if path.endswith("by-shifts") else ():
            for name in ("returnSell", "buy", "returnBuy"):
                del one[name]
        return body

    field.operator.change = with_sales_only
    field.load()
    assert (field.orders(), field.quarantine()) == (ONE_SHIFT, [])
    assert field.sql("select detail, cash_refund::text from accounting.shift") == [("totals", "0.00")]


# --- 13, 14: clocks


def test_13_a_period_that_is_read_by_the_time_of_receipt(new_field: NewField) -> None:
    register = Register(clock="received")
    register.shift(1, "2026-02-02", 5000)
    register.shift(2, "2026-02-03", 10000, received="2026-02-05T20:00:00")
    field = new_field(register)
    field.load(3, 4, 5, 6)
    assert field.orders() == [("pko", "50.00"), ("pko", "100.00")]


def test_14_a_clock_that_shows_the_next_year(new_field: NewField) -> None:
    register = Register()
    register.shift(1, "2026-02-02", 5000)
    register.shift(2, "2026-02-03", 10000)
    for shift, day in ((3, 4), (4, 5), (5, 6)):
        register.shift(shift, f"2027-02-{day:02d}", 700)
    for _, document in register.documents:
        document["receiveDateTimeUtc"] = document["receiveDateTimeUtc"].replace("2027", "2026")
    field = new_field(register)
    field.load(3, 4, 5, 6, 7)
    assert field.orders() == [("pko", "50.00"), ("pko", "100.00")]
    assert [field.is_covered(day) for day in (2, 3, 4, 5, 6)] == [True, True, False, False, False]
    assert {reason for _, reason, _ in field.gaps()} >= {"clock_ahead"}
    assert "часы кассы спешат" in field.alerts()
    assert not field.is_certified(2, 6)


# --- 15: a branch that is refused


def test_15_a_branch_whose_list_is_refused(new_field: NewField) -> None:
    field = new_field(register_with())
    field.operator.parts["b"] = (INN, 403)
    field.load()
    assert field.orders() == ONE_SHIFT
    ((part, reason, details),) = field.gaps()
    assert (part, reason) == ("b", "not_listed")
    assert "403" in details
    assert field.sql("select * from control.covered_day") == []


# --- 16 and on: Kontur.Market


def cheque(number: int, at: str, value: Any, shift: str = "shift-1") -> dict[str, Any]:
    return {
        "id": f"3a4d7c10-0000-4000-8000-{number:012d}", "shopId": SHOP, "number": str(number), "cashboxId": CASHBOX,
        "cashRegisterId": shift, "isRefund": False, "openTime": at, "closeTime": at, "totalPrice": value,
        "priceCorrection": 0, "payments": [{"type": "Cash", "value": value}],
        "lines": [{"productId": None, "sellPricePerUnit": value, "count": 1}],
    }  # fmt: skip


def test_16_a_sum_of_market_as_text_with_a_comma(new_field: NewField) -> None:
    field = new_field(ofd=False, market=True)
    field.operator.cheques = [cheque(1, "2026-02-03T10:00:00", "50,5")]
    field.load(product=MARKET)
    assert (field.orders(), field.quarantine()) == ([("pko", "50.50")], [])


def test_17_a_drive_that_died_with_an_open_shift(new_field: NewField) -> None:
    register = Register(entry={"permissionFrom": "2026-01-01"})
    register.shift(1, "2026-02-02", 5000)
    register.open(2, "2026-02-03T09:00")
    register.sell(2, "2026-02-03T10:00", 22200)
    register.sell(2, "2026-02-03T11:00", 5500)
    new = "9999078900000037"
    register.open(1, "2026-02-03T16:00", new)
    register.sell(1, "2026-02-03T17:00", 10000, drive=new)
    register.close(1, "2026-02-03T21:00", drive=new)
    field = new_field(register)
    field.load()
    assert field.orders() == [("pko", "50.00"), ("pko", "100.00")]
    reconcile(field.context, INN, run_id="test", window=Window(date(2026, 2, 2), date(2026, 2, 6)))
    (waiting,) = open_decisions(field.warehouse, INN)
    assert "277" in str(waiting)
    with field.warehouse.transaction() as transaction:
        resolve(transaction, waiting["decision_id"], "approve", by="Анна", reason="the till was counted")
    assert field.orders() == [("pko", "50.00"), ("pko", "100.00"), ("pko", "277.00")]


# --- 18, 19, 20: a till shift that is not quite the fiscal one


def till_and_register(new_field: NewField, register: Register, *cheques: dict[str, Any]) -> Field:
    """Both sources loaded, the cashbox linked to the register."""
    field = new_field(register, market=True)
    field.operator.cheques = list(cheques)
    field.load()
    field.load(product=MARKET)
    with field.warehouse.transaction() as transaction:
        link(transaction, inn=INN, cashbox_id=CASHBOX, kkt_reg_id=register.number, by="Анна", reason="seen")
    field.load()
    field.load(product=MARKET)
    return field


def register_of(*receipts: int) -> Register:
    register = Register()
    register.open(1, "2026-02-03T09:00")
    for place, cash in enumerate(receipts):
        register.sell(1, f"2026-02-03T10:{place:02d}", cash)
    return register


def explained(field: Field) -> str:
    """Why the till shift is a duplicate: as the shift says it, and as the decision of the rule does."""
    ((outcome, reason),) = field.sql("select outcome, reason from accounting.shift where source = 'market'")
    ((kept, by),) = field.sql("select reason, resolved_by from control.decision where kind = 'duplicate'")
    assert (outcome, kept, by) == ("duplicate", reason, "rule")
    return str(reason)


def test_18_the_till_does_not_know_a_correction(new_field: NewField) -> None:
    register = register_of(10000)
    register.sell(1, "2026-02-03T12:00", 19099, kind="receiptCorrection", correctionDocumentDate="2026-02-03")
    register.close(1, "2026-02-03T21:00")
    field = till_and_register(new_field, register, cheque(1, "2026-02-03T10:00:00", 100))
    assert open_decisions(field.warehouse, INN) == []
    assert field.orders() == [("pko", "290.99")]
    corrected = reason(Reason.CORRECTION_RECEIPT, amount=19099, document=3)
    assert explained(field) == joined([reason(Reason.BOOKED_BY_OFD, register="0000000003065868"), corrected])


def test_19_the_till_lacks_one_of_31_receipts(new_field: NewField) -> None:
    register = register_of(*[1000] * 31)
    register.close(1, "2026-02-03T21:00")
    cheques = [cheque(number, f"2026-02-03T10:{number - 1:02d}:00", 10) for number in range(1, 32) if number != 17]
    field = till_and_register(new_field, register, *cheques)
    assert open_decisions(field.warehouse, INN) == []
    assert field.orders() == [("pko", "310.00")]
    lacking = reason(Reason.MARKET_LACKS_CHEQUE_OF_NUMBER, amount=1000, cheque="17", document=18)
    assert explained(field) == joined([reason(Reason.BOOKED_BY_OFD, register="0000000003065868"), lacking])


def test_20_the_till_has_a_cheque_that_no_receipt_is(new_field: NewField) -> None:
    register = register_of(10000)
    register.close(1, "2026-02-03T21:00")
    cheques = cheque(1, "2026-02-03T10:00:00", 100), cheque(2, "2026-02-03T11:00:00", 500)
    field = till_and_register(new_field, register, *cheques)
    (waiting,) = open_decisions(field.warehouse, INN)
    assert waiting["kind"] == "conflict"
    assert waiting["recommendation"]["word"] == "keep-ofd"
    assert translate(waiting["recommendation"]["reason"], "en") == (
        "the fiscal record is the OFD's; the OFD has no receipt of cheque № 2, 500.00 at 11:00"
    )
