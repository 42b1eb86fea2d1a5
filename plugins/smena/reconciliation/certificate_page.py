"""A certificate as an HTML page: one file, which loads nothing, with the certificate itself inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from smena.messages import RUSSIAN, UNKNOWN, day, message, translate
from smena.model.money import written
from smena.reconciliation.canonical import canonical

_OPENS = '<script type="application/json" id="certificate">'
_CLOSES = "</script>"

_LACKING = ("missing", "open", "out_of_reach")
"""Verdicts of days that are not proved."""

_OPERATIONS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")

_ALL_TEXT = 99


@dataclass(frozen=True)
class Table:
    """A table of the page; cells from `numeric_from` on are aligned as numbers."""

    titles: Sequence[str]
    rows: Sequence[Sequence[object]]
    numeric_from: int = _ALL_TEXT


def as_html(certificate: Mapping[str, Any]) -> str:
    """Return the page. It is made of the certificate alone: the same certificate gives the same bytes."""
    inn, kpp = certificate["organization"]["inn"], certificate["organization_kpp"]
    period = {"first": _day(certificate["period"]["from"]), "last": _day(certificate["period"]["to"])}
    return _template().render(
        t=_t,
        language=RUSSIAN,
        page_title=_t("page_title", title=_t("title"), inn=inn, **period),
        organization=_t("of_inn_and_kpp" if kpp else "of_inn", name=certificate["organization_name"], inn=inn, kpp=kpp),
        period=_t("period", **period),
        is_complete=certificate["is_complete"],
        conclusion=_conclusion(certificate),
        sections=[
            ("shifts", [_outcomes(certificate["outcomes"])]),
            ("orders", [_operations(certificate["operations"])]),
            ("drives", [_drives(certificate["drives"])]),
            ("registers", _verdicts(certificate["registers"])),
            ("differences", [_differences(certificate["differences"])]),
        ],
        by_days=[
            ("by_registers_and_days", _days_of_registers(certificate["registers"])),
            ("by_books_and_days", _days_of_books(certificate["books"])),
        ],
        evidence=_evidence(certificate),
        opens=_OPENS,
        data=canonical(dict(certificate)).decode().replace("<", "\\u003c"),
        closes=_CLOSES,
    )


@cache
def _template() -> Template:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("certificate.html")


def embedded(page: str) -> str:
    """Return the certificate inside a page, as JSON. Raises ValueError if there is none."""
    start = page.index(_OPENS) + len(_OPENS)
    return page[start : page.index(_CLOSES, start)]


def _conclusion(certificate: Mapping[str, Any]) -> str:
    verdicts = Counter(row["verdict"] for row in certificate["registers"])
    if certificate["is_complete"]:
        known = (("silent", verdicts["offline"]), ("unwanted", verdicts["disabled"]))
        return " ".join([_t("complete"), *(_t(name, n=days) for name, days in known if days)])
    if not verdicts.keys() - {"disabled"}:
        return _t("nothing_loaded")
    market = certificate["market_days_open"]
    unconfirmed = sorted({row["day"] for row in certificate["unconfirmed"]})
    counts = [_t(f"count_{name}", n=verdicts[name]) for name in _LACKING if verdicts[name]]
    counts += [
        _t(f"count_{name}", n=len(days), day=_day(min(days)))
        for name, days in (("market", market), ("unconfirmed", unconfirmed))
        if days
    ]
    counts += [_t("count_differences", n=len(certificate["differences"]))] if certificate["differences"] else []
    return _t("not_proved", why="; ".join(counts))


def _outcomes(rows: Sequence[Mapping[str, Any]]) -> Table:
    titles = [_t(name) for name in ("outcome", "number_of_shifts", "number_of_receipts")]
    return Table(
        [*titles, *(_t("cash_of", operation=_said("operation", name)) for name in _OPERATIONS)],
        [
            [_said("outcome", row["outcome"]), row["shifts"], row["receipts"]]
            + [_money(row[name]) for name in _OPERATIONS]
            for row in rows
        ],
        numeric_from=1,
    )


def _operations(rows: Sequence[Mapping[str, Any]]) -> Table:
    cells = [
        [
            _t("reversal", kind=_said("kind", row["kind"]))
            if row["standing"] == "reversed"
            else _said("kind", row["kind"]),
            _said("operation", row["operation"]),
            row["orders"],
            _money(row["amount"]),
        ]
        for row in rows
    ]
    return Table(_titles("order", "operation", "quantity", "amount"), cells, numeric_from=2)


def _drives(rows: Sequence[Mapping[str, Any]]) -> Table:
    cells = [
        [
            row["register"],
            row["fiscal_drive_number"],
            f"{row['first_shift']}…{row['last_shift']}",
            row["shifts"],
            f"{row['first_document']}…{row['last_document']}",
            _t("contiguous" if row["is_contiguous"] else "with_gaps"),
        ]
        for row in rows
    ]
    return Table(_titles("rnm", "drive", "shift_numbers", "number_of_shifts", "document_numbers", "numbers"), cells)


def _verdicts(rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    registers: dict[str, Counter[str]] = {}
    for row in rows:
        registers.setdefault(row["register"], Counter())[row["verdict"]] += 1
    cells = [
        [name, ", ".join(f"{_said('verdict', verdict)} — {count}" for verdict, count in sorted(counts.items()))]
        for name, counts in registers.items()
    ]
    lacking = [
        [row["register"], _day(row["day"]), _said("verdict", row["verdict"]), _lacks(row)]
        for row in rows
        if row["verdict"] in _LACKING
    ]
    named = [Table(_titles("rnm", "day", "verdict", "lacking"), lacking)] if lacking else []
    return [Table(_titles("rnm", "number_of_days"), cells), *named]


def _t(key: str, **arguments: Any) -> str:
    """A message of the certificate, in Russian."""
    return message(key, context="certificate", **arguments)


def _titles(*names: str) -> list[str]:
    return [_t(name) for name in names]


def _said(family: str, word: str) -> str:
    """The name of a code of the warehouse in Russian; a dash if it is empty."""
    return _t(f"{family}_{word}") if word else UNKNOWN


def _lacks(row: Mapping[str, Any]) -> str:
    return "; ".join(map(translate, row["missing"])) or translate(row["reason"])


def _differences(rows: Sequence[Mapping[str, Any]]) -> Table:
    cells = [
        [
            _day(row["day"]),
            _said("difference", row["kind"]),
            row["register"],
            translate(row["cause"]),
            _money(row["amount"]),
        ]
        for row in rows
    ]
    return Table(_titles("day", "what_differs", "rnm", "cause", "by_amount"), cells, numeric_from=4)


def _days_of_registers(rows: Sequence[Mapping[str, Any]]) -> Table:
    cells = [
        [
            row["register"],
            _day(row["day"]),
            _said("verdict", row["verdict"]),
            row["numbers"],
            row["receipts"],
            _money(row["cash"]),
            _money(row["cashless"]),
        ]
        for row in rows
        if row["shifts"]
    ]
    titles = _titles("rnm", "day", "verdict", "shift_numbers", "number_of_receipts", "cash", "cashless")
    return Table(titles, cells, numeric_from=4)


def _days_of_books(rows: Sequence[Mapping[str, Any]]) -> Table:
    cells = [
        [
            row["kpp"],
            _day(row["day"]),
            _numbers(row["first_pko"], row["last_pko"]),
            _numbers(row["first_rko"], row["last_rko"]),
            row["orders"],
            _money(row["pko"]),
            _money(row["rko"]),
        ]
        for row in rows
    ]
    titles = _titles("kpp", "day", "pko_numbers", "rko_numbers", "number_of_orders", "pko_amount", "rko_amount")
    return Table(titles, cells, numeric_from=4)


def _numbers(first: int | None, last: int | None) -> str:
    """The numbers of a series on a day, `17…21`; empty if the day has no order of it."""
    return "" if first is None else f"{first}…{last}"


def _evidence(certificate: Mapping[str, Any]) -> list[tuple[str, str]]:
    evidence = certificate["evidence"]
    return [
        (_t("answers"), _t("answers_are", pages=evidence["pages"], bytes=evidence["bytes"])),
        (_t("sha256_of_answers"), evidence["sha256"]),
        (_t("sha256_of_certificate"), certificate["sha256"]),
        (_t("made"), f"{certificate['made_at']}, {certificate['made_by']}"),
        (_t("checked"), certificate["checked_at"]),
        (_t("verify"), _t("verify_by")),
    ]


def _money(text: str) -> str:
    """`1234567.50` as `1 234 567,50`, with a minus sign of its width."""
    return written(Decimal(text)).replace("-", "−")


def _day(text: str) -> str:
    """`2025-12-01` as `01.12.2025`."""
    return day(date.fromisoformat(text))
