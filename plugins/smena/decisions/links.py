"""Set, confirm and withdraw register links: which cashbox of Kontur.Market is which register of the OFD."""

from __future__ import annotations

from datetime import date

from smena.decisions.earlier_answers import given_answer
from smena.mandates.organizations import organization_of
from smena.messages.refusals import wrong_use
from smena.model import reason_text
from smena.model.errors import AlreadyAnswered, GivenAnswer, WrongUse
from smena.model.reasons import Reason
from smena.warehouse.database import Row, Transaction, Warehouse

IN_FORCE, PROPOSED, WITHDRAWN = "in_force", "proposed", "withdrawn"


def links(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Return links in force and proposed: cashbox, register (None: the OFD has none), days, evidence, by whom, why."""
    return transaction.rows("links", inn=inn, link_id=None)


def loose_cashboxes(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Return cashboxes without a link in force: their shop, newest day, and how many of their shifts wait."""
    return transaction.rows("links_loose", inn=inn)


def link(
    transaction: Transaction,
    *,
    inn: str,
    cashbox_id: str,
    kkt_reg_id: str | None,
    first_day: date | None = None,
    last_day: date | None = None,
    by: str,
    reason: str,
) -> Row:
    """Put a link into force, from `first_day` through `last_day`; None is no bound.

    `kkt_reg_id` None means that the OFD has no register for the cashbox. Raises WrongUse where the cashbox or the
    register is not known, or another link of one of them is in force in these days.
    """
    _check_reason(reason)
    organization = organization_of(transaction, inn)
    if first_day and last_day and first_day > last_day:
        raise WrongUse(f"{first_day} is after {last_day}")
    transaction.run("lock_organization", inn=organization.inn)
    known = transaction.rows("link_known", inn=organization.inn, cashbox_id=cashbox_id, kkt_reg_id=kkt_reg_id)[0]
    if not known["cashbox"]:
        fix = "`smena links` lists them"
        raise wrong_use(Reason.CASHBOX_UNKNOWN, cashbox=cashbox_id, inn=organization.inn, fix=fix)
    if kkt_reg_id is not None and not known["register"]:
        fix = "`smena plan` lists them"
        raise wrong_use(Reason.REGISTER_UNKNOWN, register=kkt_reg_id, inn=organization.inn, fix=fix)
    return _put(
        transaction, organization.inn, cashbox_id=cashbox_id, kkt_reg_id=kkt_reg_id, first_day=first_day,
        last_day=last_day, by=by, reason=reason,
    )  # fmt: skip


def confirm(transaction: Transaction, link_id: int, *, by: str, reason: str) -> Row:
    """Put a proposed link into force.

    Raises AlreadyAnswered where it was confirmed or withdrawn before, WrongUse where another link contradicts it.
    """
    _check_reason(reason)
    link = _locked(transaction, link_id)
    if link["state"] != PROPOSED:
        raise AlreadyAnswered([_given(transaction, link)])
    transaction.run("link_withdraw", link_id=link_id, by="rule", reason=str(Reason.LINK_CONFIRMED))
    return _put(
        transaction, link["organization_inn"], cashbox_id=link["cashbox_id"], kkt_reg_id=link["kkt_reg_id"],
        first_day=None, last_day=None, by=by, reason=reason,
    )  # fmt: skip


def withdraw(transaction: Transaction, link_id: int, *, by: str, reason: str) -> Row:
    """Withdraw a link or a proposal. Raises AlreadyAnswered where it was withdrawn or confirmed before."""
    _check_reason(reason)
    link = _locked(transaction, link_id)
    if link["state"] == WITHDRAWN:
        raise AlreadyAnswered([_given(transaction, link)])
    transaction.run(
        "link_withdraw", link_id=link_id, by=by, reason=reason_text.reason(Reason.LINK_WITHDRAWN, text=reason)
    )
    return _link(transaction, link_id)


def _put(
    transaction: Transaction,
    inn: str,
    *,
    cashbox_id: str,
    kkt_reg_id: str | None,
    first_day: date | None,
    last_day: date | None,
    by: str,
    reason: str,
) -> Row:
    rows = transaction.rows(
        "link_in_the_way", inn=inn, cashbox_id=cashbox_id, kkt_reg_id=kkt_reg_id, first_day=first_day, last_day=last_day
    )
    if rows and (rows[0]["cashbox_id"], rows[0]["kkt_reg_id"]) == (cashbox_id, kkt_reg_id):
        raise AlreadyAnswered([_given(transaction, _link(transaction, rows[0]["link_id"]))])
    if rows:
        other = {"link": rows[0]["link_id"], "cashbox": rows[0]["cashbox_id"]}
        fix = f"take it back first: smena links withdraw {rows[0]['link_id']} --reason …"
        if rows[0]["kkt_reg_id"] is None:
            raise wrong_use(Reason.LINK_SAYS_NO_REGISTER, fix=fix, **other)
        raise wrong_use(Reason.LINK_SAYS_OTHERWISE, register=rows[0]["kkt_reg_id"], fix=fix, **other)
    made = transaction.rows(
        "link_put",
        inn=inn,
        cashbox_id=cashbox_id,
        kkt_reg_id=kkt_reg_id,
        first_day=first_day,
        last_day=last_day,
        by=by,
        reason=reason.strip(),
    )
    return _link(transaction, made[0]["link_id"])


def _link(transaction: Transaction, link_id: int) -> Row:
    row = transaction.row("links", inn=None, link_id=link_id)
    if row is None:
        raise WrongUse(f"there is no link {link_id}", fix="`smena links` lists them")
    return row


def _locked(transaction: Transaction, link_id: int) -> Row:
    """Lock the link's organisation and return the link, so that an answer given meanwhile is seen."""
    transaction.run("lock_organization", inn=_link(transaction, link_id)["organization_inn"])
    return _link(transaction, link_id)


def _given(transaction: Transaction, link: Row) -> GivenAnswer:
    """Return the earlier answer about a link. For a confirmed proposal it is that of the link that replaced it."""
    number = str(link["link_id"])
    if link["state"] != WITHDRAWN:
        return given_answer("link", number, link["state"], link["decided_by"], link["decided_at"], link["reason"])
    confirming = transaction.row("link_confirming", link_id=link["link_id"])
    if confirming is not None:
        return given_answer(
            "link", number, "confirmed", confirming["decided_by"], confirming["decided_at"], confirming["reason"]
        )
    why = link["reason"].rpartition(reason_text.LINE_END)[2]
    if reason_text.has(why, Reason.LINK_WITHDRAWN):
        why = reason_text.parse(why)[1]["text"]
    return given_answer("link", number, WITHDRAWN, link["withdrawn_by"] or "", link["withdrawn_at"], why)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise WrongUse("a link needs a reason", fix="give --reason")
