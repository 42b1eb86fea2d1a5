"""What the API returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from smena.ui.api.fields import LocalTime, Model, Money

Kind = Literal["pko", "rko", "cashless_report", "sales_report", "waybill"]
Status = Literal["new", "accepted", "rejected", "reversed"]
Source = Literal["ofd", "market"]
OutcomeWord = Literal[
    "issued", "no_cash", "incomplete", "duplicate", "conflict", "needs_review", "before_start", "closed_period",
    "rejected",
]  # fmt: skip
EventType = Literal[
    "issued", "revised", "moved", "accepted", "unaccepted", "rejected", "reversed", "restored", "period_closed",
    "period_opened",
]  # fmt: skip
AnswerWord = Literal["keep-ofd", "keep-market", "both", "reverse", "approve", "reject"]

_MONEY = frozenset(
    {"cash_income", "cash_refund", "cash_payout", "cash_payout_refund", "cashless_income", "cashless_refund", "amount",
     "price_correction"}
)  # fmt: skip


class Document(Model):
    """A document of «Учет → Документы»: a cash order (ПКО, РКО), a report or a waybill."""

    document_id: UUID
    kind: Kind
    number: str
    date: date
    organization_inn: str
    kpp: str
    counterparty: str
    amount: Money | None = Field(description="Null for a waybill with an unknown price.")
    vat: Money | None = Field(description="Null if it is unknown or the kind has none.")
    operation: str | None
    debit_account: str | None
    credit_account: str | None
    basis: str | None
    source: Source
    shift_id: UUID | None = Field(description="The shift of a cash order.")
    shop_id: str | None = Field(description="The shop of a document of Kontur.Market.")
    sales_point: str = Field(description="The point of sale, by name; empty if it is unknown.")
    status: Status
    status_by: str | None
    status_at: datetime | None
    status_reason: str | None
    revision: int
    batch_id: int
    loaded_at: datetime


class Documents(Model):
    """A page of documents."""

    items: list[Document]
    next: str | None = Field(description="`after` of the next page; null on the last one.")


class Revision(Model):
    """Former contents or a former status of a document."""

    revision: int
    amount: Money | None = None
    vat: Money | None = None
    status: Status
    status_by: str | None = None
    status_reason: str | None = None
    archived_at: datetime


class Evidence(Model):
    """A response of a service from which the document was read. Its bytes may name buyers and are not returned."""

    page_id: int
    method: str
    address: str
    status: int
    fetched_at: datetime
    sha256: str
    body_bytes: int
    batch_id: int


class DecisionOfDocument(Model):
    """A decision about the document or its shift."""

    decision_id: int
    kind: str
    state: str
    resolution: str | None = None
    resolved_by: str | None = None
    resolution_reason: str | None = None


class OneDocument(Model):
    """A document with its history and the responses behind it."""

    document: Document
    history: list[Revision]
    evidence: list[Evidence]
    decisions: list[DecisionOfDocument]
    page: str = Field(description="The address of its page for people, below Airflow's own.")


class Shift(Model):
    """A closed shift that a source reported, with its outcome."""

    shift_id: UUID
    organization_inn: str
    kpp: str
    source: Source
    kkt_reg_id: str | None
    fiscal_drive_number: str | None
    shift_number: int | None
    fiscal_document_number: int | None
    shop_id: str | None
    cashbox_id: str | None
    till_shift: str | None
    same_as: UUID | None = Field(description="The shift of the other source that this one is.")
    opened_at: LocalTime | None
    closed_at: LocalTime
    received_at: datetime | None
    order_date: date | None
    receipts: int | None
    cash_income: Money | None
    cash_refund: Money | None
    cash_payout: Money | None
    cash_payout_refund: Money | None
    cashless_income: Money | None
    cashless_refund: Money | None
    outcome: OutcomeWord
    reason_code: str | None
    reason_args: dict[str, Any] | None
    revision: int
    batch_id: int
    loaded_at: datetime


class Shifts(Model):
    """A page of shifts."""

    items: list[Shift]
    next: str | None = Field(description="`after` of the next page; null on the last one.")


class OrderOfShift(Model):
    """A cash order of a shift, including reversed ones."""

    document_id: UUID
    kind: Kind
    number: str
    date: date
    operation: str
    amount: Money
    status: Status
    revision: int


class OneShift(Model):
    """A shift with its orders and the responses behind it."""

    shift: Shift
    orders: list[OrderOfShift]
    evidence: list[Evidence]
    decisions: list[DecisionOfDocument]


class Decision(Model):
    """A question to a person: both sides, and the words that answer it."""

    decision_id: int
    organization_inn: str
    kind: str
    state: Literal["open", "resolved"]
    shift_id: UUID | None
    document_id: UUID | None
    competing_shift_id: UUID | None
    reason: str = Field(description="A reason code with its arguments, or what a person wrote.")
    current: dict[str, Any] = Field(description="The side that is in the books now. Money is a string.")
    proposed: dict[str, Any] = Field(description="The other side. Money is a string.")
    recommended: AnswerWord | None
    choices: list[AnswerWord] = Field(description="Words that answer it; none if it is not open.")
    since: datetime
    resolution: str | None
    resolved_by: str | None
    resolved_at: datetime | None
    resolution_reason: str | None


class Decisions(Model):
    """A page of decisions."""

    items: list[Decision]
    next: str | None = Field(description="`after` of the next page; null on the last one.")


class Answered(Model):
    """A decision that was answered, and what the answer changed."""

    decision: Decision
    reversed: list[UUID] = Field(description="Cash orders that were reversed.")
    issued: list[UUID] = Field(description="Cash orders that were issued.")


class Marked(Model):
    """How many of the named documents have another status now."""

    status: Status
    changed: int


class Integration(Model):
    """How far one product of an organisation is loaded, and what is open in it."""

    product: str
    state: Literal["on", "off"]
    start_date: date
    through: date = Field(description="The newest day that is over.")
    wanted_days: int
    covered_days: int
    newest_covered_day: date | None
    first_open_day: date | None
    lag_days: int | None
    gaps: int
    quarantined: int


class Waiting(Model):
    """One kind of work that waits in the open days of an organisation."""

    what: str
    word: str
    count: int
    amount: Money | None
    first_day: date | None
    last_day: date | None


class Standing(Model):
    """How far an organisation is loaded, and what waits for a person or a source."""

    organization_inn: str
    name: str
    open_decisions: int
    integrations: list[Integration]
    waiting: list[Waiting] | None = Field(description="Null in a list: it is counted for one organisation, by `inn`.")


class Standings(Model):
    """A page of organisations."""

    items: list[Standing]
    next: str | None = Field(description="`after` of the next page; null on the last one.")


class Event(Model):
    """A change of a document or of a closed period."""

    place: str = Field(description="Store it with what you make of the event; `after` goes on behind it.")
    type: EventType
    organization_inn: str
    changed_at: datetime
    document: Document | None = Field(description="The document after the change; null for a period.")
    closed_through: date | None = Field(description="Of a period: the last closed day after the change.")


class Events(Model):
    """A page of events, in the order of the commits."""

    items: list[Event]
    next: str = Field(description="`after` of the next page, also where there is nothing new yet.")
    has_more: bool


def sides(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a side of a decision, with money as strings and without the digest."""
    return {name: _plain(name, value) for name, value in facts.items() if name != "digest"}


def _plain(name: str, value: Any) -> Any:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return f"{Decimal(str(value)):.2f}" if name in _MONEY and is_number else value


def evidence_of(pages: Iterable[Mapping[str, Any]]) -> list[Evidence]:
    """Return the pages of a lineage."""
    return [Evidence.model_validate(page) for page in pages]
