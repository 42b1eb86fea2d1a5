"""The text of an alert: what and how much, what to do, by which command (messages of context `alert`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from smena.mandates.certificates import standing
from smena.messages import UNKNOWN, has_message, message, money, translate
from smena.messages import day as day_of
from smena.model.reason_text import has
from smena.model.reasons import Reason

_ZONE = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Alert:
    """One kind of problem of an organisation, with its count.

    Attributes:
        kind: `uncovered`, `batches`, `missing`, `gap`, `difference`, `decision`, `shift`, `quarantine`, `register`,
            `certificate`, `cash`, `unchecked`.
        line, fix, command: what a person reads, should do, and may type.
        page: the page to do it on, below the address of the pages; empty where there is none.
        details: the row that it was made from.
    """

    kind: str
    count: int
    line: str
    fix: str
    command: str
    details: Mapping[str, Any]
    page: str = ""

    def text(self, pages_address: str = "") -> str:
        """Return two lines; the second has the page, or the command where the address of the pages is not known."""
        how = f"{pages_address}/{self.page}" if pages_address and self.page else self.command
        return f"• {self.line}\n  → {self.fix}: {how}"

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "count": self.count,
            "line": self.line,
            "fix": self.fix,
            "command": self.command,
            "page": self.page,
            "details": dict(self.details),
        }


def headline(name: str, inn: str, day: date) -> str:
    """Return the first line of a message: the organisation and the day. Line breaks in a name become spaces."""
    return _said("headline", day=day_of(day), name=" ".join(name.split()), inn=inn)


def late(dag_id: str, run_id: str, due: str) -> tuple[str, str]:
    """Return the subject and the text of an alert that a load has not ended by its deadline."""
    subject = _said("late", dag=dag_id)
    lines = [subject, f"• {_said('late_run', run=run_id, due=due)}"]
    return subject, "\n".join([*lines, f"  → {_said('late_fix')}: smena integration status"])


def alert_of(kind: str, inn: str, row: Mapping[str, Any], now: datetime) -> Alert:
    """Return the alert of one row of the statement `alert_…` of this kind."""
    line, fix, command = _SAID[kind](row, now)
    count = int(row.get("count", 1))
    return Alert(kind, count, line, fix, f"smena {command.format(inn=inn, **row)}", dict(row), page_of(kind, inn, row))


def unchecked(kind: str, inn: str, reason: str) -> Alert:
    """Return the alert that a kind, or the whole message, could not be checked; `reason` is a stored reason."""
    line = _said("not_checked", what=_named("checked", kind), reason=" ".join(translate(reason).split())[:200])
    return Alert(
        "unchecked", 1, line, _said("not_checked_fix"), f"smena alerts --inn {inn}", {"kind": kind, "reason": reason},
        page_of("unchecked", inn, {}),
    )  # fmt: skip


def _uncovered(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    line = _said("uncovered", product=_product(row), count=row["count"], day=day_of(row["first_day"]))
    return line, _said("uncovered_fix"), _days("load --product {product}", row)


def _batches(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    parts = ", ".join(
        _said(f"batches_{name}", count=row[name]) for name in ("stopped", "unfinished", "windows") if row[name]
    )
    line = _said("batches", product=_product(row), count=row["count"], parts=parts)
    if has(row["reason"], Reason.TOO_MANY_ORDERS_CHANGE):
        return line, _said("batches_allow_fix"), "rehearse --batch {batch_id}"
    return line, _said("batches_fix"), "quality --batch {batch_id}"


def _missing(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    line = _said("missing", count=row["count"], span=_span(row), registers=row["registers"])
    return line, _said("missing_fix"), _days("reconcile", row)


def _gap(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    reason = row["reason"]
    fix = _said(f"gap_fix_{reason}") if has_message(f"gap_fix_{reason}", context="alert") else _said("gap_fix")
    line = _said(
        "gap",
        product=_product(row),
        count=row["count"],
        what=_named("gap", reason),
        span=_span(row),
        registers=row["registers"],
    )
    return line, fix, "integration status --inn {inn}"


def _difference(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    what, amount = _named("difference", row["kind"]), money(int(row["amount"] * 100)).replace("\xa0", " ")
    line = _said("difference", count=row["count"], what=what, amount=amount, span=_span(row))
    return line, _said("difference_fix"), _days("reconcile", row)


def _decision(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    line = _said("decision", what=_named("decision", row["kind"]), count=row["count"])
    return line, _said("decision_fix"), "conflicts --inn {inn}"


def _shift(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    outcome = row["outcome"]
    line = _said("shift", what=_said(f"shift_{outcome}"), count=row["count"], span=_span(row))
    return line, _said(f"shift_fix_{outcome}"), "shifts --inn {inn} --outcome {outcome}"


def _quarantine(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    reason = " ".join(translate(row["commonest"]).split())[:120]
    line = _said("quarantine", product=_product(row), count=row["count"], reason=reason)
    return line, _said("quarantine_fix"), "quarantine list --inn {inn}"


def _certificate(row: Mapping[str, Any], now: datetime) -> tuple[str, str, str]:
    end = row["valid_to"].astimezone(_ZONE).date()
    has_ended = standing(row["valid_to"], now) == "ended"
    line = _said("certificate_ended" if has_ended else "certificate_ends", day=day_of(end))
    return line, _said("certificate_fix"), "certificate add --inn {inn} head.pem"


def _register(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    names, sign = [" ".join(name.split())[:60] for name in row["names"]], row["sign"]
    rest = [] if row["count"] <= len(names) else ["…"]
    line = _said(f"register_{sign}", count=row["count"], names=", ".join([*names, *rest]))
    return line, _said(f"register_fix_{sign}"), "integration status --inn {inn}"


def page_of(kind: str, inn: str, row: Mapping[str, Any]) -> str:
    """Return the page, below the address of the pages, that shows what an alert is about and where a person acts."""
    match kind:
        case "uncovered" | "certificate" | "batches":
            return f"integrations/{inn}/{row.get('product', 'ofd')}"
        case "missing":
            return f"completeness/{inn}/{row['first_day']}"
        case "gap" | "shift":
            return f"completeness/{inn}/{row['first_day']}?product={row['product']}"
        case "difference" | "quarantine":
            return f"quality?inn={inn}"
        case "decision":
            return f"decisions?inn={inn}"
        case "cash":
            return f"cash?inn={inn}&kpp={row['kpp']}&month={row['first_day']:%Y-%m}"
        case _:
            return f"today?inn={inn}"


def _cash(row: Mapping[str, Any], _now: datetime) -> tuple[str, str, str]:
    amount = money(int(row["amount"] * 100)).replace("\xa0", " ")
    book = row["kpp"] or UNKNOWN
    line = _said(f"cash_{row['word']}", book=book, count=row["count"], amount=amount, span=_span(row))
    command = f"cash show --inn {{inn}} --from {row['first_day']} --to {row['last_day']}"
    return line, _said(f"cash_fix_{row['word']}"), command + (" --kpp {kpp}" if row["kpp"] else "")


_SAID = {
    "uncovered": _uncovered,
    "batches": _batches,
    "missing": _missing,
    "gap": _gap,
    "difference": _difference,
    "decision": _decision,
    "shift": _shift,
    "quarantine": _quarantine,
    "register": _register,
    "certificate": _certificate,
    "cash": _cash,
}


def _said(key: str, **arguments: Any) -> str:
    return message(key, context="alert", **arguments)


def _named(family: str, word: str) -> str:
    """The name of a code of the warehouse; a newer code that has no name yet is shown as it is."""
    key = f"{family}_{word}"
    return _said(key) if has_message(key, context="alert") else word


def _product(row: Mapping[str, Any]) -> str:
    return _named("product", row["product"])


def _span(row: Mapping[str, Any]) -> str:
    first, last = row["first_day"], row["last_day"]
    return day_of(first) if first == last else f"{day_of(first)}–{day_of(last)}"


def _days(command: str, row: Mapping[str, Any]) -> str:
    return f"{command} --inn {{inn}} --from {row['first_day']} --to {row['last_day']}"
