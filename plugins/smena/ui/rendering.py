"""Render pages from templates: escaped, in the reader's language, with money and days in Russian notation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
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
"""The header with which a page's own script requests a part of a page instead of the whole."""

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
        "kopecks": lambda amount: written(roubles(amount)), "quantity": _quantity, "whole": _whole,
    }  # fmt: skip
    return made


def language_of(request: Request) -> str:
    """Return the language of the page: Russian, unless the reader has chosen English."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else "ru"


def page(request: Request, template: str, who: User | None = None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page for this user.

    Every template has `t` (messages), `named` (words of a service), `said` (reasons), `said_by` (reasons that a person
    may have typed), `at` (the base of our addresses) and `airflow` (the base of Airflow's).
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
    """Return how much waits, by page, for the navigation; empty for a refusal and for a part of a page."""
    if who is None or request.headers.get(FRAGMENT):
        return {}
    with request.app.state.pages.reading(who) as transaction:
        return dict(transaction.row("page_counts") or {})


def _named(family: str, word: str, language: str) -> str:
    """Return the message for a word of a service, or the word itself if there is none."""
    key = f"{family}_{word}"
    return message(key, language, context="page") if has_message(key, context="page") else word


def static_file(name: str) -> Path:
    """Return the path of a static file. `name` is not checked: callers pass only known names."""
    return _HERE / "static" / name


def _money(amount: Decimal | None) -> str:
    return "—" if amount is None else written(amount)


def _whole(count: int | str | None) -> str:
    """Return a count with its thousands apart, as sums have them: `1 234`; a dash where it is not known.

    A text that is no number stays as it is.
    """
    text = "—" if count is None else str(count)
    return f"{int(text):,}".replace(",", "\u00a0") if text.isdecimal() else text


def _quantity(value: Decimal | None) -> str:
    """Return a quantity without zeros at its end: `2`, `0,984`; a dash where it is not known."""
    return "—" if value is None else f"{value.normalize():f}".replace(".", ",")


def _day(value: date | None) -> str:
    return "—" if value is None else f"{value:%d.%m.%Y}"


def _day_of_text(text: str) -> str:
    """Return `2026-11-27` as `27.11.2026`, any other text unchanged."""
    return ".".join(reversed(text.split("-"))) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else text


def _moment(value: datetime | None) -> str:
    """Return a register's own time, which has no zone; a time with a zone is shown in UTC and says so."""
    if value is not None and value.tzinfo is not None:
        return f"{value.astimezone(UTC):%d.%m.%Y %H:%M} UTC"
    return "—" if value is None else f"{value:%d.%m.%Y %H:%M}"


def _local(value: datetime | None, zone: str) -> str:
    """Return a time in a zone, with its offset from UTC: `27.11.2026 15:04 (UTC+3)`."""
    if value is None:
        return "—"
    there = value.astimezone(ZoneInfo(zone))
    hours = (there.utcoffset() or timedelta()) / _HOUR
    return f"{there:%d.%m.%Y %H:%M} (UTC{hours:+g})"


def _signed(amount: Decimal | None) -> str:
    """Return a difference with its sign; a dash if it is not known."""
    if amount is None:
        return "—"
    return f"+{written(amount)}" if amount > 0 else written(amount)


def _plain_sum(amount: Decimal | None) -> str:
    """Return an amount without its sign, in kopecks, for the page's script; empty if it is not known."""
    return "" if amount is None else str(int(abs(amount) * 100))


def _duration(value: timedelta, t: Callable[..., str]) -> str:
    days, hours = divmod(int(value.total_seconds()) // 3600, 24)
    return t("days_and_hours", days=days, hours=hours) if days else t("hours", hours=hours)


def _figure(value: object, name: str) -> str:
    """Return a value of JSON as text: a sum, day or time according to the name, anything else as it is."""
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
    """Return the query of an address with changes, without values that are None or empty."""
    kept = {key: value for key, value in (dict(given) | changes).items() if value not in (None, "")}
    # Markup is safe here: of the characters special in HTML, `urlencode` leaves only `&`.
    return Markup("?") + urlencode(kept) if kept else Markup("?")


def back_to(request: Request, path: str, inn: str, done: str) -> Response:
    """Redirect to the page of an organisation after a change, so that reloading the page does not repeat the change."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/{path}?inn={inn}&done={done}", 303)
