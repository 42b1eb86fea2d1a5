"""«Интеграции»: the state of each, switching on and off with the head's signature, and the plan of the next run."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from smena.mandates import lifecycle
from smena.mandates.certificates import MOST_BYTES, add_certificate, certificates
from smena.mandates.signed_texts import keeping_refusals
from smena.model.product import product_of
from smena.reads.same_day import today_read
from smena.reads.standing import standings
from smena.ui.asking import CannotBe, Inn, Product, Text, day_of, plain
from smena.ui.auth import Editor, UsePages, Viewer
from smena.ui.pages import Pages, User, organization_in_sight, whole_organization
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import page
from smena.ui.runs import Runs

router = APIRouter()

A_PAGE = 40
MOST_SIGNATURE_BYTES = 64 * 1024
_LONGEST_REASON = 500

Reason = Annotated[str, Form(max_length=_LONGEST_REASON)]
Start = Annotated[str, Form(max_length=10)]


@router.get("/integrations")
def integrations(
    request: Request,
    who: Viewer,
    pages: UsePages,
    find_runs: Runs,
    q: Text = "",
    after_name: Text = "",
    after: Text = "",
) -> Response:
    """List the organisations that the user may see, each with both products."""
    with pages.reading(who) as transaction:
        listed = transaction.rows(
            "page_integrations", search=plain(q), after_name=plain(after_name), after_inn=plain(after), most=A_PAGE
        )
        inns = list(dict.fromkeys(row["inn"] for row in listed))
        current = {
            (one.organization_inn, one.product): one for one in standings(transaction, pages.context.now(), inns=inns)
        }
    rows = [row | {"standing": current.get((row["inn"], row["product"]))} for row in listed]
    return page(
        request,
        "integrations.html",
        who,
        rows=rows,
        q=q,
        next_after=rows[-1] if len(inns) == A_PAGE else None,
        dags=find_runs({row["run_id"] for row in rows if row["run_id"]}),
    )


@router.get("/integrations/{inn}/{product}")
def integration(
    request: Request,
    who: Viewer,
    pages: UsePages,
    find_runs: Runs,
    inn: Inn,
    product: Product,
    start: Text = "",
    done: Text = "",
) -> Response:
    """Show one integration: its history, its batches, and the forms that switch it."""
    return _shown(request, who, pages, find_runs, inn, product, start=start, done=done)


@router.post("/integrations/{inn}/{product}/plan")
def plan(request: Request, who: Editor, pages: UsePages, find_runs: Runs, inn: Inn, product: Product) -> Response:
    """The dry run: what the next run would ask, and what it could not read. Nothing of it is stored."""
    from smena.planning.plan import preview

    with pages.reading(who) as transaction:
        whole_organization(transaction, inn)
    made = preview(pages.context, inn, product)
    return _shown(request, who, pages, find_runs, inn, product, plan=made)


@router.post("/integrations/{inn}/{product}/certificate")
def add_head_certificate(
    request: Request,
    who: Editor,
    pages: UsePages,
    find_runs: Runs,
    inn: Inn,
    product: Product,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Register the head's certificate, one for all products; the same again changes nothing."""
    try:
        if file is None or not file.filename:
            raise CannotBe("nothing_chosen")
        with pages.editing(who, lambda seen: whole_organization(seen, inn)) as transaction:
            add_certificate(
                transaction, inn=inn, file=file.file.read(MOST_BYTES + 1), source="manual", added_by=who.name
            )
    except NOT_DONE as error:
        return _shown(request, who, pages, find_runs, inn, product, refused=refused_by(error))
    return _back(request, inn, product, "certificate")


@router.post("/integrations/{inn}/{product}/mandate")
def mandate(_request: Request, who: Editor, pages: UsePages, inn: Inn, product: Product, start_date: Start) -> Response:
    """Download the mandate (поручение) that the head signs."""
    start = day_of(start_date)
    if start is None:
        raise CannotBe("not_a_day")
    with pages.editing(who, lambda seen: whole_organization(seen, inn)) as transaction:
        row = lifecycle.prepare_mandate(transaction, inn=inn, product=product, start_date=start, made_by=who.name)
    return _file(row["text"], f"mandate-{inn}-{product}-{start}.txt")


@router.post("/integrations/{inn}/{product}/ban")
def ban(_request: Request, who: Editor, pages: UsePages, inn: Inn, product: Product) -> Response:
    """Download the ban (запрет) that the head signs."""
    with pages.editing(who, lambda seen: whole_organization(seen, inn)) as transaction:
        row = lifecycle.prepare_ban(transaction, inn=inn, product=product, made_by=who.name)
    return _file(row["text"], f"ban-{inn}-{product}.txt")


@router.post("/integrations/{inn}/{product}/enable")
def enable(
    request: Request,
    who: Editor,
    pages: UsePages,
    inn: Inn,
    product: Product,
    start_date: Start,
    reason: Reason = "",
    signature: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Switch the integration on from a date. The next run begins the loading."""
    start = day_of(start_date)
    if start is None:
        raise CannotBe("not_a_day")
    signed = _signature(signature)
    with keeping_refusals(pages.warehouse), pages.editing(who, lambda seen: whole_organization(seen, inn)) as doing:
        lifecycle.enable(
            doing,
            inn=inn,
            product=product,
            start_date=start,
            changed_by=who.name,
            reason=plain(reason),
            signature=signed,
            once=True,
        )
    return _back(request, inn, product, "enabled")


@router.post("/integrations/{inn}/{product}/disable")
def disable(
    request: Request,
    who: Editor,
    pages: UsePages,
    inn: Inn,
    product: Product,
    reason: Reason = "",
    signature: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Switch the integration off; loaded documents stay."""
    signed = _signature(signature)
    with keeping_refusals(pages.warehouse), pages.editing(who, lambda seen: whole_organization(seen, inn)) as doing:
        lifecycle.disable(doing, inn=inn, product=product, changed_by=who.name, reason=plain(reason), signature=signed)
    return _back(request, inn, product, "disabled")


def _shown(
    request: Request,
    who: User,
    pages: Pages,
    find_runs: Any,
    inn: str,
    product: str,
    *,
    start: str = "",
    done: str = "",
    plan: Any = None,
    refused: Refused | None = None,
) -> Response:
    wanted = day_of(start)
    outlook = None
    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        standing = next(iter(standings(transaction, pages.context.now(), inn=inn, product=product)), None)
        as_of = {row["product"]: row["read_at"] for row in today_read(transaction, pages.context.now(), inn=inn)}
        intervals = transaction.rows("page_intervals", inn=inn, product=product)
        batches = transaction.rows("page_batches", inn=inn, product=product, run_id=None, most=10)
        serving = next((row for row in certificates(transaction, inn) if row["serves"]), None)
        horizon = organization["today"] - timedelta(days=1)
        if wanted:
            outlook = transaction.row("page_outlook", inn=inn, start_date=wanted, horizon=horizon)
    return page(
        request,
        "integrations_one.html",
        who,
        status=refused.status if refused else 200,
        refused=refused,
        organization=organization,
        product=product,
        standing=standing,
        as_of=as_of.get(product),
        is_on=bool(standing and standing.state == lifecycle.ON),
        is_operator=product_of(product).is_operator,
        intervals=intervals,
        batches=batches,
        certificate=serving,
        start=wanted,
        horizon=horizon,
        outlook=outlook,
        plan=plan,
        done=done if done in ("enabled", "disabled", "certificate") else "",
        dags=find_runs({row["run_id"] for row in batches}),
    )


def _signature(file: UploadFile | None) -> bytes | None:
    """Return the uploaded signature, or None. Raises CannotBe if its size or first bytes are not of a signature."""
    if file is None or not file.filename:
        return None
    content = file.file.read(MOST_SIGNATURE_BYTES + 1)
    if len(content) > MOST_SIGNATURE_BYTES:
        raise CannotBe("signature_too_large")
    # DER begins with a SEQUENCE, PEM with its dashes.
    if not content.startswith((b"\x30", b"-----BEGIN ")):
        raise CannotBe("not_a_signature")
    return content


def _file(text: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(bytes(text), media_type="text/plain; charset=utf-8", headers=headers)


def _back(request: Request, inn: str, product: str, done: str) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/integrations/{inn}/{product}?done={done}", 303)
