"""Pages out of templates: escaped always, in the reader's language, money and days as an accountant writes them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from smena.messages import LANGUAGES, has_message, message, translate, written_by
from smena.model.money import roubles, written
from smena.ui.pages import User
from smena.ui.runs import address_of

LANGUAGE_COOKIE = "smena_lang"
FRAGMENT = "X-Fragment"
"""The header by which a page's own script asks for a part without the page around it."""

_HOUR = timedelta(hours=1)
_HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "money": _money, "day": _day, "moment": _moment, "figure": _figure, "duration": _duration, "query": _query,
        "day_of_text": _day_of_text, "local": _local, "signed": _signed, "plain_sum": _plain_sum,
        "signed_sum": lambda amount: "" if amount is None else str(int(amount * 100)),
        "kopecks": lambda amount: written(roubles(amount)),
    }  # fmt: skip
    return made


def language_of(request: Request) -> str:
    """Russian, unless the reader has chosen English."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else "ru"


def page(request: Request, template: str, who: User | None = None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for this visitor.

    Every template finds `t` (messages), `named` (words that a service gives), `said` (reasons), `said_by` (reasons that
    a person may have typed), `at` (addresses of ours), `airflow` (of Airflow's).
    """
    language = language_of(request)
    here = request.scope.get("root_path", "")
    base = here.removesuffix("/smena")
    csrf = request.app.state.csrf
    body = _environment().get_template(template).render(
        t=lambda key, **of: message(key, language, context="page", **of),
        named=lambda family, word: _named(family, word, language),
        said=lambda text: translate(text, language),
        said_by=lambda text, by: written_by(text, by, language),
        language=language,
        at=here,
        airflow=base,
        run_at=lambda dag_id, run_id: base + address_of(dag_id, run_id),
        who=who,
        token=csrf.seal(who.session, who.name) if who and who.may_act else "",
        path=request.url.path,
        asked=defaultdict(str, request.query_params),
        counts=_counts(request, who),
        tab=template.partition("_")[0].partition(".")[0],
        **values,
    )  # fmt: skip
    response = HTMLResponse(body, status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, path=here or "/", samesite="strict", httponly=True)
    return response


def _counts(request: Request, who: User | None) -> Mapping[str, int]:
    """What waits, for the navigation: by page. Of a refusal, and of a part of a page, none."""
    if who is None or request.headers.get(FRAGMENT):
        return {}
    with request.app.state.pages.reading(who) as transaction:
        return dict(transaction.row("page_counts") or {})


def _named(family: str, word: str, language: str) -> str:
    """What a word is called; a service's word that no message is of, as it is."""
    key = f"{family}_{word}"
    return message(key, language, context="page") if has_message(key, context="page") else word


def static_file(name: str) -> Path:
    """Where a file of ours lies. The caller names only files that are there."""
    return _HERE / "static" / name


def _money(amount: Decimal | None) -> str:
    return "—" if amount is None else written(amount)


def _day(value: date | None) -> str:
    return "—" if value is None else f"{value:%d.%m.%Y}"


def _day_of_text(text: str) -> str:
    """A day that is written as the pages' addresses have it, as a reader writes it; any other text as it is."""
    return ".".join(reversed(text.split("-"))) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else text


def _moment(value: datetime | None) -> str:
    return "—" if value is None else f"{value:%d.%m.%Y %H:%M}"


def _local(value: datetime | None, zone: str) -> str:
    """A moment in a zone, with how far the zone is from UTC: `27.11.2026 15:04 (UTC+3)`."""
    if value is None:
        return "—"
    there = value.astimezone(ZoneInfo(zone))
    hours = (there.utcoffset() or timedelta()) / _HOUR
    return f"{there:%d.%m.%Y %H:%M} (UTC{hours:+g})"


def _signed(amount: Decimal | None) -> str:
    """A difference: with its sign, and a dash where it is not known."""
    if amount is None:
        return "—"
    return f"+{written(amount)}" if amount > 0 else written(amount)


def _plain_sum(amount: Decimal | None) -> str:
    """An amount without its sign, in kopecks, for the page's script; empty where it is not known."""
    return "" if amount is None else str(int(abs(amount) * 100))


def _duration(value: timedelta, t: Callable[..., str]) -> str:
    days, hours = divmod(int(value.total_seconds()) // 3600, 24)
    return t("days_and_hours", days=days, hours=hours) if days else t("hours", hours=hours)


def _figure(value: object, name: str) -> str:
    """What JSON told under that name: sums, days and moments by its name, anything else as it is."""
    if value is None:
        return "—"
    if isinstance(value, Decimal) or name.startswith("cash"):
        return written(Decimal(str(value)))
    if name in ("date", "order_date", "first_day", "last_day"):
        return _day(date.fromisoformat(str(value)))
    if name.endswith("_at"):
        return _moment(datetime.fromisoformat(str(value)))
    return str(value)


def _query(given: Mapping[str, Any], **changes: Any) -> Markup:
    """The query of an address with changes; what is None or empty is left out."""
    kept = {key: value for key, value in (dict(given) | changes).items() if value not in (None, "")}
    # `urlencode` leaves nothing that HTML could take for its own but `&`.
    return Markup("?") + urlencode(kept) if kept else Markup("?")


def back_to(request: Request, path: str, inn: str, done: str) -> Response:
    """The page of an organisation again, after something was done: loading it once more does nothing twice."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/{path}?inn={inn}&done={done}", 303)
