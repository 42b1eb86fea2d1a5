"""Switching an integration on from a date, and off: off → on(from) → off → on(another date)…, with its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from smena.mandates import signed_texts
from smena.mandates.organizations import organization_of
from smena.mandates.signed_texts import BAN, MANDATE, Wanted
from smena.messages.refusals import wrong_use
from smena.model.errors import AlreadyAnswered, GivenAnswer, WrongUse
from smena.model.organization import Organization
from smena.model.product import product_of
from smena.model.reasons import Reason
from smena.warehouse.database import Row, Transaction, Warehouse

ON, OFF = "on", "off"

FIRST_ONLINE_DAY = date(2016, 7, 1)
"""Registers send their documents to operators since then (54-ФЗ as of 290-ФЗ): there are none before."""

FURTHEST_AHEAD = timedelta(days=366)
"""A start further ahead is taken for a typing error."""


def prepare_mandate(
    transaction: Transaction,
    *,
    inn: str,
    product: str,
    start_date: date,
    registers: Sequence[str] = (),
    made_by: str,
    now: datetime | None = None,
) -> Row:
    """Return the text of the mandate (поручение) that switches a product on; the same again gives the same bytes.

    Raises WrongUse where it could not be switched on: the tariff gives no right, it is on already, the start is
    impossible; or where no mandate is needed.
    """
    organization = organization_of(transaction, inn)
    _check_right(organization)
    signed_texts.needs_signature(product)
    _check_start(start_date, now)
    transaction.run("lock_organization", inn=organization.inn)
    now_on = _on(transaction, organization.inn, product)
    if now_on:
        raise _on_already(now_on)
    wanted = Wanted(organization, product, MANDATE, start_date)
    return signed_texts.make(transaction, wanted, registers=registers, made_by=made_by, now=now)


def prepare_ban(transaction: Transaction, *, inn: str, product: str, made_by: str, now: datetime | None = None) -> Row:
    """Return the text of the ban (запрет) that switches a product off. Raises WrongUse where it is not on."""
    organization = organization_of(transaction, inn)
    signed_texts.needs_signature(product)
    transaction.run("lock_organization", inn=organization.inn)
    if not _on(transaction, organization.inn, product):
        raise _not_on(transaction, organization.inn, product)
    return signed_texts.make(transaction, Wanted(organization, product, BAN), made_by=made_by, now=now)


def enable(
    transaction: Transaction,
    *,
    inn: str,
    product: str,
    start_date: date,
    changed_by: str,
    reason: str = "",
    signature: bytes | None = None,
    now: datetime | None = None,
    once: bool = False,
) -> Row:
    """Switch a product on from `start_date`; the same again changes nothing.

    Args:
        transaction: all changes are in it.
        inn, product, start_date: the integration and its start.
        changed_by, reason: for the history.
        signature: detached CMS over the mandate's text, DER or PEM; `ofd` needs it, other products take none.
        now: the time at which the certificate must be valid; the present by default.
        once: refuse the same again, for a person who believes that it is off.

    Raises AlreadyAnswered where it is on already, from another date (or from this one, with `once`); WrongUse where the
    tariff gives no right to it, the start is impossible, or the signature is missing; RefusedSignature where the
    signature is not valid: wrap the transaction into `keeping_refusals`.
    """
    organization = organization_of(transaction, inn)
    inn = organization.inn
    _check_right(organization)
    transaction.run("lock_organization", inn=inn)
    now_on = _on(transaction, inn, product)
    if now_on:
        if once or now_on["start_date"] != start_date:
            raise _on_already(now_on)
        if signature is not None and signature != signed_texts.signature_in_force(transaction, inn, product):
            fix = "nothing is to be done"
            raise wrong_use(Reason.ON_BY_ANOTHER_SIGNATURE, product=product, inn=inn, day=start_date, fix=fix)
        return now_on
    _check_start(start_date, now)
    _check_no_other(transaction, inn, product)
    mandate = _signed(transaction, Wanted(organization, product, MANDATE, start_date), signature, changed_by, now)
    return _switch(transaction, inn, product, ON, start_date, changed_by, reason, mandate)


def _check_no_other(transaction: Transaction, inn: str, product: str) -> None:
    """Raise WrongUse where another product of the same source is on: each would book the other's shifts."""
    source = product_of(product).source
    for row in status(transaction, inn):
        other = row["product"]
        if other != product and row["state"] == ON and product_of(other).source == source:
            fix = f"run `smena integration disable --inn {inn} --product {other}` first"
            raise wrong_use(Reason.ANOTHER_PRODUCT_IS_ON, product=other, inn=inn, fix=fix)


def disable(
    transaction: Transaction,
    *,
    inn: str,
    product: str,
    changed_by: str,
    reason: str = "",
    signature: bytes | None = None,
    now: datetime | None = None,
) -> Row:
    """Switch a product off; loaded documents stay. `ofd` needs the signature over the ban's text.

    Raises AlreadyAnswered where it was switched off before, WrongUse where it never was on or the signature is missing,
    RefusedSignature where the signature is not valid.
    """
    organization = organization_of(transaction, inn)
    inn = organization.inn
    transaction.run("lock_organization", inn=inn)
    now_on = _on(transaction, inn, product)
    if not now_on:
        raise _not_on(transaction, inn, product)
    ban = _signed(transaction, Wanted(organization, product, BAN), signature, changed_by, now)
    return _switch(transaction, inn, product, OFF, now_on["start_date"], changed_by, reason, ban)


def status(transaction: Transaction | Warehouse, inn: str | None = None, product: str | None = None) -> list[Row]:
    """Return the state of integrations: one row per organisation and product."""
    return transaction.rows("integrations", inn=inn, product=product)


def intervals(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Return the periods in which integrations were on, with the start date, by whom and why; oldest first."""
    return transaction.rows("integration_intervals", inn=inn)


def enabled(transaction: Transaction | Warehouse, product: str) -> list[Row]:
    """Return the integrations of a product that are on."""
    return [row for row in status(transaction, product=product) if row["state"] == ON]


def required(transaction: Transaction | Warehouse, inn: str, product: str) -> Row:
    """Return the integration of an organisation. Raises WrongUse where it is not on."""
    rows = status(transaction, inn, product)
    if not rows or rows[0]["state"] != ON:
        fix = f"run `smena integration enable --inn {inn} --product {product} --from DATE`"
        raise wrong_use(Reason.NOT_SWITCHED_ON, product=product, inn=inn, fix=fix)
    return rows[0]


def check_from_start(first_day: date, start_date: date) -> None:
    """Raise WrongUse where days that a person asked for begin before the start date in force."""
    if first_day < start_date:
        raise WrongUse(
            f"from: {first_day} is before the start date in force, {start_date}",
            fix="leave it empty, or switch the integration on from that date first",
        )


def _check_right(organization: Organization) -> None:
    if organization.tariff != "uchetny" and organization.modifier != "accounting_hr":
        fix = "it needs the tariff `uchetny` (Учетный) or the modifier `accounting_hr` (Бухучет и кадры)"
        raise wrong_use(Reason.NO_RIGHT_TO_INTEGRATION, inn=organization.inn, fix=fix)


def _check_start(start_date: date, now: datetime | None) -> None:
    latest = (now or datetime.now(UTC)).date() + FURTHEST_AHEAD
    if not FIRST_ONLINE_DAY <= start_date <= latest:
        fix = f"give a date from {FIRST_ONLINE_DAY}, when online registers began, through {latest}, a year from now"
        raise wrong_use(Reason.START_CANNOT_BE, day=start_date, fix=fix)


def _on(transaction: Transaction, inn: str, product: str) -> Row | None:
    return next((row for row in status(transaction, inn, product) if row["state"] == ON), None)


def _on_already(row: Row) -> WrongUse:
    given = _given(row)
    return AlreadyAnswered(
        [given],
        message=f"{given.name} is on already, from {row['start_date']}{_signed_by(given)}; nothing was changed",
        fix="disable it before another date",
    )


def _not_on(transaction: Transaction, inn: str, product: str) -> WrongUse:
    rows = status(transaction, inn, product)
    if not rows:
        return WrongUse(f"{product} of {inn} is not on")
    given = _given(rows[0])
    return AlreadyAnswered(
        [given], message=f"{given.name} is not on: it was switched off{_signed_by(given)}; nothing was changed"
    )


def _given(row: Row) -> GivenAnswer:
    """The last switching of an integration, and who did it."""
    return GivenAnswer(
        "integration", f"{row['product']} of {row['organization_inn']}", row["state"], row["changed_by"],
        row["changed_at"], row["reason"] or "",
    )  # fmt: skip


def _signed_by(given: GivenAnswer) -> str:
    when = f" on {given.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if given.at else ""
    return f", by {given.by}{when}" + (f" ({given.reason})" if given.reason else "")


def _signed(
    transaction: Transaction, wanted: Wanted, signature: bytes | None, changed_by: str, now: datetime | None
) -> Row | None:
    if product_of(wanted.product).is_operator:
        return signed_texts.accept(transaction, wanted, signature, verified_by=changed_by, now=now)
    if signature is not None:
        signed_texts.needs_signature(wanted.product)
    return None


def _switch(
    transaction: Transaction,
    inn: str,
    product: str,
    state: str,
    start_date: date,
    changed_by: str,
    reason: str,
    signed: Row | None,
) -> Row:
    transaction.run(
        "integration_switch",
        inn=inn,
        product=product,
        state=state,
        start_date=start_date,
        registers=signed["registers"] if signed else [],
        mandate_id=signed["mandate_id"] if signed else None,
        reason=reason,
        changed_by=changed_by,
    )
    return status(transaction, inn, product)[0]
