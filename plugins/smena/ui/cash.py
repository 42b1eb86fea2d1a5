"""«Кассовая книга»: balances by day, movements without a shift, the limit; КО-4 as PDF."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from secrets import token_hex
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from smena.decisions import cash as deciding
from smena.model.cash import LONGEST, MOVEMENTS
from smena.model.identifiers import KPP
from smena.reads import cash_book as reading
from smena.reads.cash_sheet import sheet_of
from smena.ui.asking import AnyInn, CannotBe, Day, Id, Inn, Text, Typed, day_of, month_of, plain
from smena.ui.auth import Editor, UsePages, Viewer
from smena.ui.pages import NotInSight, Pages, User, book_in_sight, first_in_sight, organization_in_sight
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import page
from smena.warehouse.database import Transaction

router = APIRouter()

MOST_FILE_BYTES = 100 * 1024
MOST_MOVEMENTS = 500
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_DONE = ("opening", "taken_back", "movement", "movement_known", "imported", "reversed", "limit")

Contents = Annotated[str, Form(max_length=MOST_FILE_BYTES)]


@router.get("/cash")
def cash(
    request: Request,
    who: Viewer,
    pages: UsePages,
    inn: AnyInn = "",
    kpp: Text | None = None,
    month: Text = "",
    done: Text = "",
    count: Text = "",
) -> Response:
    """Show a month of a cash book: each day with its balances, and the movements entered."""
    chosen = inn or first_in_sight(pages, who)
    if not chosen:
        return page(request, "month_cash.html", who, organization=None)
    known, counted = done if done in _DONE else "", count if count.isdecimal() else ""
    return _shown(request, who, pages, chosen, kpp, month, done=known, count=counted)


@router.get("/cash/{inn}/sheet.pdf")
def sheet(_request: Request, who: Viewer, pages: UsePages, inn: Inn, kpp: Text = "", day: Day = "") -> Response:
    """Download the sheet of a day by form КО-4."""
    wanted = _needed_day(day)
    with pages.reading(who) as transaction:
        organization_in_sight(transaction, inn)
        day_sheet = sheet_of(transaction, inn, _kpp(kpp), wanted)
    if day_sheet is None:
        raise NotInSight
    from smena.reports.cash_book import print_cash_book

    headers = {"Content-Disposition": f'attachment; filename="cash-book-{inn}-{wanted}.pdf"'}
    return Response(print_cash_book(day_sheet), media_type="application/pdf", headers=headers)


@router.post("/cash/{inn}/opening")
def opening(
    request: Request, who: Editor, pages: UsePages, inn: Inn, kpp: Typed = "", day: Typed = "", amount: Typed = ""
) -> Response:
    """Enter the cash at the beginning of a day, once."""
    given = {"opening_day": day, "opening_amount": amount}

    def do(transaction: Transaction) -> None:
        deciding.enter_opening(
            transaction, inn=inn, kpp=plain(kpp), day=_needed_day(day),
            amount_kopecks=deciding.sum_of_text(plain(amount), least=0), by=who.name, now=pages.context.now(),
        )  # fmt: skip

    return _done(request, who, pages, inn, kpp, day, "opening", given, do)


@router.post("/cash/{inn}/opening/take-back")
def take_back(
    request: Request, who: Editor, pages: UsePages, inn: Inn, kpp: Typed = "", month: Typed = "", reason: Typed = ""
) -> Response:
    """Take the opening balance back, so that another can be entered."""

    def do(transaction: Transaction) -> None:
        deciding.take_back_opening(transaction, inn=inn, kpp=plain(kpp), by=who.name, why=plain(reason))

    return _done(request, who, pages, inn, kpp, month, "taken_back", {"take_back_reason": reason}, do)


@router.post("/cash/{inn}/movement")
def movement(
    request: Request,
    who: Editor,
    pages: UsePages,
    inn: Inn,
    kpp: Typed = "",
    word: Typed = "",
    day: Typed = "",
    amount: Typed = "",
    number: Typed = "",
    counterparty: Typed = "",
    account: Typed = "",
    basis: Typed = "",
    once: Annotated[str, Form(pattern="^([0-9a-f]{32})?$")] = "",
) -> Response:
    """Enter one movement of cash.

    The same form sent twice, as by a double click, enters one movement, because `once` is a number of the form. A form
    changed in between, as after the browser's Back, enters another.
    """
    typed = {"word": word, "day": day, "amount": amount, "number": number, "counterparty": counterparty,
             "account": account, "basis": basis}  # fmt: skip

    def do(transaction: Transaction) -> str:
        texts = {name: plain(text) for name, text in typed.items()} | {"kpp": plain(kpp)}
        one = deciding.movement(texts)
        if once:
            contents = json.dumps(texts, sort_keys=True).encode()
            one = replace(one, import_key=f"form:{once}:{hashlib.sha256(contents).hexdigest()}")
        is_new = deciding.enter(transaction, inn=inn, movements=[one], by=who.name, now=pages.context.now())
        return "movement" if is_new else "movement_known"

    return _done(request, who, pages, inn, kpp, day, "movement", typed, do)


@router.post("/cash/{inn}/import")
def import_file(
    request: Request,
    who: Editor,
    pages: UsePages,
    inn: Inn,
    kpp: Typed = "",
    month: Typed = "",
    contents: Contents = "",
    confirmed: Annotated[str, Form(pattern="^(yes)?$")] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Import a file of movements: first show what it would add and which lines are rejected, then add them."""
    try:
        content = _content(file, contents)
        with pages.editing(who, lambda seen: book_in_sight(seen, inn, plain(kpp))) as transaction:
            now, book = pages.context.now(), plain(kpp)
            if confirmed:
                read = deciding.import_file(transaction, inn=inn, kpp=book, content=content, by=who.name, now=now)
            else:
                read = deciding.read_file(transaction, inn=inn, kpp=book, content=content, now=now)
    except NOT_DONE as error:
        return _shown(request, who, pages, inn, kpp, month, refused=refused_by(error))
    if confirmed:
        return _back(request, inn, kpp, month, "imported", count=len(read.new))
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
    return page(
        request,
        "month_cash_import.html",
        who,
        organization=organization,
        kpp=book,
        month=month,
        read=read,
        contents=_readable(content),
    )


@router.post("/cash/{inn}/movement/{movement_id}/reverse")
def reverse(
    request: Request, who: Editor, pages: UsePages, inn: Inn, movement_id: Id, kpp: Typed = "", month: Typed = "",
    reason: Typed = "",
) -> Response:  # fmt: skip
    """Reverse a movement: it stays on record and no longer counts."""

    def do(transaction: Transaction) -> None:
        row = transaction.row("cash_movement", movement_id=movement_id)
        if row is None or row["organization_inn"] != inn or row["kpp"] != plain(kpp):
            raise NotInSight
        deciding.reverse(transaction, movement_id, by=who.name, why=plain(reason), now=pages.context.now())

    return _done(request, who, pages, inn, kpp, month, "reversed", {"reverse_reason": reason}, do)


@router.post("/cash/{inn}/limit")
def limit(
    request: Request, who: Editor, pages: UsePages, inn: Inn, kpp: Typed = "", month: Typed = "", first_day: Typed = "",
    amount: Typed = "",
) -> Response:  # fmt: skip
    """Set the most cash at the end of a day; an empty amount: no limit."""
    given = {"limit_day": first_day, "limit_amount": amount}

    def do(transaction: Transaction) -> None:
        most = deciding.sum_of_text(plain(amount), least=0) if plain(amount) else None
        deciding.set_limit(
            transaction, inn=inn, kpp=plain(kpp), first_day=_needed_day(first_day), amount_kopecks=most, by=who.name
        )

    return _done(request, who, pages, inn, kpp, month, "limit", given, do)


def _done(
    request: Request,
    who: User,
    pages: Pages,
    inn: str,
    kpp: str,
    month: str,
    what: str,
    given: Mapping[str, str],
    do: Any,
) -> Response:
    """Call `do` and redirect to the page; if it is refused, return the page with the form as it was filled in.

    The key of the message that it is done is what `do` returns, or else `what`.
    """
    try:
        with pages.editing(who, lambda seen: book_in_sight(seen, inn, plain(kpp))) as transaction:
            done = do(transaction) or what
    except NOT_DONE as error:
        return _shown(request, who, pages, inn, kpp, month, given=given, failed=what, refused=refused_by(error))
    return _back(request, inn, kpp, month, done)


def _shown(
    request: Request,
    who: User,
    pages: Pages,
    inn: str,
    kpp: str | None,
    month: str,
    *,
    done: str = "",
    count: str = "",
    given: Mapping[str, str] | None = None,
    failed: str = "",
    refused: Refused | None = None,
) -> Response:
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        today = pages.context.now().astimezone(ZoneInfo(organization["timezone"])).date()
        first_day, last_day = _month(month, today, lenient=refused is not None)
        books = reading.books(transaction, inn, min(last_day, today))
        chosen = organization["kpp"] if kpp is None else plain(kpp)
        book = next((one for one in books if one["kpp"] == chosen), None)
        if book is None and kpp is None and books:
            book = books[0]
        days = reading.days(transaction, inn, book["kpp"], first_day, last_day) if book else []
        entered = (
            reading.movements(transaction, inn, book["kpp"], first_day, last_day, most=MOST_MOVEMENTS) if book else []
        )
        begins = reading.balance(transaction, inn, book["kpp"], first_day) if book else None
        organizations = transaction.rows("page_organizations", search="", most=500)
    before, after = first_day - timedelta(days=1), first_day + timedelta(days=31)
    return page(
        request,
        "month_cash.html",
        who,
        status=refused.status if refused else 200,
        organization=organization,
        organizations=organizations,
        books=books,
        book=book,
        days=days,
        begins=begins,
        ends=days[-1].closing if days else begins,
        entered=entered,
        words=MOVEMENTS,
        once=token_hex(16),
        longest=LONGEST,
        first_day=first_day,
        last_day=last_day,
        month=f"{first_day:%Y-%m}",
        month_before=f"{before:%Y-%m}",
        month_after=f"{after:%Y-%m}",
        done=done,
        count=count,
        given={
            "opening_day": str(first_day), "opening_amount": "", "take_back_reason": "", "limit_day": str(first_day),
            "limit_amount": "", "word": "bank_deposit", "day": str(min(last_day, today)), "amount": "", "number": "",
            "counterparty": "", "account": "", "basis": "", "reverse_reason": "",
        } | dict(given or {}),
        failed=failed,
        refused=refused,
    )  # fmt: skip


def _month(text: str, today: date, *, lenient: bool) -> tuple[date, date]:
    """Return the first and last day of the month `text`.

    With `lenient`, on the page of a refusal, `text` may also be a day, and any other text gives the current month.
    """
    try:
        return month_of(text[:7] if lenient else text, today)
    except CannotBe:
        if not lenient:
            raise
        return month_of("", today)


def _content(file: UploadFile | None, contents: str) -> bytes:
    """Return the uploaded bytes, or those that the confirmation page sends back in `contents`. Raises CannotBe."""
    if file is None or not file.filename:
        if not contents.strip():
            raise CannotBe("file_needed")
        return contents.encode()
    content = file.file.read(MOST_FILE_BYTES + 1)
    if len(content) > MOST_FILE_BYTES:
        raise CannotBe("cash_file_too_large")
    return content


def _readable(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _kpp(text: str) -> str:
    given = plain(text)
    if given and not KPP.fullmatch(given):
        raise CannotBe("not_understood")
    return given


def _needed_day(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise CannotBe("not_a_day")
    return day


def _back(request: Request, inn: str, kpp: str, month: str, done: str, *, count: int | None = None) -> Response:
    fields = {"inn": inn, "kpp": plain(kpp), "month": month[:7] if _MONTH.match(month) else "", "done": done}
    query = urlencode(fields if count is None else fields | {"count": count})
    return RedirectResponse(f"{request.scope.get('root_path', '')}/cash?{query}", 303)
