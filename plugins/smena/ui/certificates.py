"""«Свидетельства»: make, download and verify certificates of completeness of an organisation."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from smena.model.window import Window
from smena.ui.asking import AnyInn, CannotBe, Id, Inn, Text, day_of
from smena.ui.auth import Editor, UsePages, Viewer
from smena.ui.one_at_a_time import one_at_a_time
from smena.ui.pages import NotInSight, Pages, User, first_in_sight, organization_in_sight, whole_organization
from smena.ui.refusing import NOT_DONE, Refused, refused_by
from smena.ui.rendering import page

router = APIRouter()

MOST_SHOWN = 100
MOST_DAYS = 366
"""Days of a certificate made on the page; the command line makes longer ones."""
_TYPES = {"json": "application/json", "html": "text/html; charset=utf-8"}

OneDay = Annotated[str, Form(max_length=10)]
CertificateFormat = Annotated[str, Path(pattern="^(json|html)$")]


@router.get("/certificates")
def certificates(request: Request, who: Viewer, pages: UsePages, inn: AnyInn = "", done: Text = "") -> Response:
    """Show the certificates that were made, and the form that makes one."""
    chosen = inn or first_in_sight(pages, who)
    if not chosen:
        return page(request, "month_certificates.html", who, organization=None)
    return _shown(request, who, pages, chosen, done=done == "made")


@router.post("/certificates/{inn}/make")
def make(
    request: Request, who: Editor, pages: UsePages, inn: Inn, first_day: OneDay = "", last_day: OneDay = ""
) -> Response:
    """The certificate of a period that was reconciled; it says itself whether everything is there."""
    from smena.reconciliation.certificate import certify
    from smena.reconciliation.stored_certificates import keep

    try:
        first, last = day_of(first_day), day_of(last_day)
        if first is None or last is None:
            raise CannotBe("not_a_day")
        if first > last:
            raise CannotBe("not_a_span")
        window = Window(first, last)
        if window.days > MOST_DAYS:
            raise CannotBe("span_too_long")
        with pages.reading(who) as transaction:
            whole_organization(transaction, inn)
        with one_at_a_time():
            keep(pages.warehouse, certify(pages.warehouse, inn, window, made_by=who.name, now=pages.context.now()))
    except NOT_DONE as error:
        given = {"first_day": first_day, "last_day": last_day}
        return _shown(request, who, pages, inn, given=given, refused=refused_by(error))
    return RedirectResponse(f"{request.scope.get('root_path', '')}/certificates?inn={inn}&done=made", 303)


@router.get("/certificates/{inn}/{certificate_id}/verify")
def verify(request: Request, who: Viewer, pages: UsePages, inn: Inn, certificate_id: Id) -> Response:
    """Whether a certificate is true of the warehouse as it is now: all of it is made again, the evidence hashed."""
    from smena.reconciliation.certificate import verify as run

    certificate = _in_sight(pages, who, inn, certificate_id)
    try:
        with one_at_a_time():
            found = run(pages.warehouse, certificate)
    except NOT_DONE as error:
        return _shown(request, who, pages, inn, refused=refused_by(error))
    return _shown(request, who, pages, inn, verified=found, certificate_id=certificate_id)


@router.get("/certificates/{inn}/{certificate_id}/certificate.{form}")
def download(
    _request: Request, who: Viewer, pages: UsePages, inn: Inn, certificate_id: Id, form: CertificateFormat
) -> Response:
    """The certificate as a file: JSON, or a page for a person with the same inside."""
    from smena.reconciliation.certificate import as_file

    certificate = _in_sight(pages, who, inn, certificate_id)
    period = certificate["period"]
    name = f"certificate-{inn}-{period['from']}-{period['to']}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_file(certificate, name), media_type=_TYPES[form], headers=headers)


def _in_sight(pages: Pages, who: User, inn: str, certificate_id: int) -> dict[str, Any]:
    from smena.reconciliation.stored_certificates import certificate_of

    with pages.reading(who) as transaction:
        organization_in_sight(transaction, inn)
        certificate = certificate_of(transaction, inn, certificate_id)
    if certificate is None:
        raise NotInSight
    return certificate


def _shown(
    request: Request,
    who: User,
    pages: Pages,
    inn: str,
    *,
    done: bool = False,
    given: dict[str, str] | None = None,
    refused: Refused | None = None,
    verified: Any = None,
    certificate_id: int = 0,
) -> Response:
    from smena.reconciliation.stored_certificates import kept

    with pages.reading(who) as transaction:
        organization = organization_in_sight(transaction, inn)
        rows = kept(transaction, inn, most=MOST_SHOWN)
        organizations = transaction.rows("page_organizations", search="", most=500)
    end = pages.context.now().date().replace(day=1) - timedelta(days=1)
    return page(
        request,
        "month_certificates.html",
        who,
        status=refused.status if refused else 200,
        organization=organization,
        organizations=organizations,
        rows=rows,
        given=given or {"first_day": str(end.replace(day=1)), "last_day": str(end)},
        done=done,
        refused=refused,
        verified=verified,
        certificate_id=certificate_id,
    )
