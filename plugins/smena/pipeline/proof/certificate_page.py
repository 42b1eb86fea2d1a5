"""A certificate as a page for a person: one file, nothing to be fetched, the certificate itself inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from smena.messages import RUSSIAN, UNKNOWN, day, message, translate
from smena.pipeline.proof.canonical import canonical

_OPENS = '<script type="application/json" id="certificate">'
_CLOSES = "</script>"

_LACKING = ("missing", "open", "out_of_reach")
"""Verdicts of days that are not proved."""

_OPERATIONS = ("cash_income", "cash_refund", "cash_payout", "cash_payout_refund")

_STYLE = """
body { font: 15px/1.5 "PT Sans", "Segoe UI", Arial, sans-serif; color: #1b1b1b; max-width: 64rem; margin: 2rem auto;
  padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top; }
th { font-weight: 600; color: #555; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.yes, .no { padding: .6rem 1rem; border-left: .35rem solid; } .yes { border-color: #2c8a4b; background: #eef7f0; }
.no { border-color: #b4452c; background: #fbf0ed; } .hash { font-family: monospace; word-break: break-all; }
details summary { cursor: pointer; margin-top: 1rem; font-weight: 600; }
@media print { details { display: block; } }
"""


def as_html(certificate: Mapping[str, Any]) -> str:
    """The page. It is made of the certificate and nothing else: the same certificate gives the same bytes."""
    told = certificate
    inn, kpp = told["organization"]["inn"], told["organization_kpp"]
    organization = _t("of_inn_and_kpp" if kpp else "of_inn", name=told["organization_name"], inn=inn, kpp=kpp)
    period = {"first": _day(told["period"]["from"]), "last": _day(told["period"]["to"])}
    parts = [
        f"<h1>{_t('title')}</h1>",
        f"<p>{escape(organization)}<br>{_t('period', **period)}</p>",
        _conclusion(told),
        _section("shifts", _outcomes(told["outcomes"])),
        _section("orders", _operations(told["operations"])),
        _section("drives", _drives(told["drives"])),
        _section("registers", _verdicts(told["registers"])),
        _section("differences", _differences(told["differences"])),
        _days(told["registers"], told["books"]),
        _section("evidence", _evidence(told)),
    ]
    body = "\n".join(parts)
    data = canonical(dict(certificate)).decode().replace("<", "\\u003c")
    title = escape(_t("page_title", title=_t("title"), inn=inn, **period))
    return (
        f'<!doctype html>\n<html lang="{RUSSIAN}"><head><meta charset="utf-8"><title>{title}</title>\n'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n{_OPENS}{data}{_CLOSES}\n</body></html>"
    )


def embedded(page: str) -> str:
    """The certificate inside a page, as JSON. Raises ValueError where there is none."""
    start = page.index(_OPENS) + len(_OPENS)
    return page[start : page.index(_CLOSES, start)]


def _conclusion(told: Mapping[str, Any]) -> str:
    verdicts = Counter(row["verdict"] for row in told["registers"])
    if told["is_complete"]:
        known = (("silent", verdicts["offline"]), ("unwanted", verdicts["disabled"]))
        said = " ".join([_t("complete"), *(_t(name, n=days) for name, days in known if days)])
        return f'<p class="yes">{said}</p>'
    if not verdicts.keys() - {"disabled"}:
        return f'<p class="no">{_t("nothing_loaded")}</p>'
    market = told["market_days_open"]
    unconfirmed = sorted({row["day"] for row in told["unconfirmed"]})
    counts = [_t(f"count_{name}", n=verdicts[name]) for name in _LACKING if verdicts[name]]
    counts += [
        _t(f"count_{name}", n=len(days), day=_day(min(days)))
        for name, days in (("market", market), ("unconfirmed", unconfirmed))
        if days
    ]
    counts += [_t("count_differences", n=len(told["differences"]))] if told["differences"] else []
    return f'<p class="no">{_t("not_proved", why="; ".join(counts))}</p>'


def _outcomes(rows: Sequence[Mapping[str, Any]]) -> str:
    titles = [_t(name) for name in ("outcome", "number_of_shifts", "number_of_receipts")]
    return _table(
        [*titles, *(_t("cash_of", operation=_said("operation", name)) for name in _OPERATIONS)],
        [
            [_said("outcome", row["outcome"]), row["shifts"], row["receipts"]]
            + [_money(row[name]) for name in _OPERATIONS]
            for row in rows
        ],
        numeric_from=1,
    )


def _operations(rows: Sequence[Mapping[str, Any]]) -> str:
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
    return _table(_titles("order", "operation", "quantity", "amount"), cells, numeric_from=2)


def _drives(rows: Sequence[Mapping[str, Any]]) -> str:
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
    return _table(_titles("rnm", "drive", "shift_numbers", "number_of_shifts", "document_numbers", "numbers"), cells)


def _verdicts(rows: Sequence[Mapping[str, Any]]) -> str:
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
    named = _table(_titles("rnm", "day", "verdict", "lacking"), lacking) if lacking else ""
    return _table(_titles("rnm", "number_of_days"), cells) + named


def _t(key: str, **arguments: Any) -> str:
    """A message of the certificate, in Russian."""
    return message(key, context="certificate", **arguments)


def _titles(*names: str) -> list[str]:
    return [_t(name) for name in names]


def _said(family: str, word: str) -> str:
    """A word of the warehouse in Russian; a dash where there is none."""
    return _t(f"{family}_{word}") if word else UNKNOWN


def _lacks(row: Mapping[str, Any]) -> str:
    return "; ".join(map(translate, row["missing"])) or translate(row["reason"])


def _differences(rows: Sequence[Mapping[str, Any]]) -> str:
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
    return _table(_titles("day", "what_differs", "rnm", "cause", "by_amount"), cells, numeric_from=4)


def _days(registers: Sequence[Mapping[str, Any]], books: Sequence[Mapping[str, Any]]) -> str:
    shifts = [
        [
            row["register"],
            _day(row["day"]),
            _said("verdict", row["verdict"]),
            row["numbers"],
            row["receipts"],
            _money(row["cash"]),
            _money(row["cashless"]),
        ]
        for row in registers
        if row["shifts"]
    ]
    orders = [
        [
            row["kpp"],
            _day(row["day"]),
            _numbers(row["first_pko"], row["last_pko"]),
            _numbers(row["first_rko"], row["last_rko"]),
            row["orders"],
            _money(row["pko"]),
            _money(row["rko"]),
        ]
        for row in books
    ]
    of_shifts = _titles("rnm", "day", "verdict", "shift_numbers", "number_of_receipts", "cash", "cashless")
    of_orders = _titles("kpp", "day", "pko_numbers", "rko_numbers", "number_of_orders", "pko_amount", "rko_amount")
    return "".join(
        f"<details><summary>{_t(name)}</summary>{_table(titles, rows, numeric_from=4)}</details>"
        for name, titles, rows in (
            ("by_registers_and_days", of_shifts, shifts),
            ("by_books_and_days", of_orders, orders),
        )
    )


def _numbers(first: int | None, last: int | None) -> str:
    """The numbers of a series on a day, `17…21`; empty where the day has no order of it."""
    return "" if first is None else f"{first}…{last}"


def _evidence(told: Mapping[str, Any]) -> str:
    evidence = told["evidence"]
    rows = [
        [_t("answers"), _t("answers_are", pages=evidence["pages"], bytes=evidence["bytes"])],
        [_t("sha256_of_answers"), evidence["sha256"]],
        [_t("sha256_of_certificate"), told["sha256"]],
        [_t("made"), f"{told['made_at']}, {told['made_by']}"],
        [_t("checked"), told["checked_at"]],
        [_t("verify"), _t("verify_by")],
    ]
    lines = (f'<tr><td>{escape(name)}</td><td class="hash">{escape(str(value))}</td></tr>' for name, value in rows)
    return f"<table>{''.join(lines)}</table>"


def _section(name: str, content: str) -> str:
    return f"<h2>{_t(name)}</h2>\n{content}"


def _table(titles: Sequence[str], rows: Sequence[Sequence[Any]], numeric_from: int = 99) -> str:
    if not rows:
        return f"<p>{_t('nothing')}</p>"

    def line(cells: Sequence[Any], tag: str) -> str:
        opens = [f'<{tag} class="n">' if place >= numeric_from else f"<{tag}>" for place in range(len(cells))]
        marked = (f"{start}{escape(str(cell))}</{tag}>" for start, cell in zip(opens, cells, strict=True))
        return f"<tr>{''.join(marked)}</tr>"

    return f"<table>{line(titles, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"


def _money(text: str) -> str:
    """`1234567.50` as `1 234 567,50`."""
    sign, digits = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, _, part = digits.partition(".")
    return f"{sign}{int(whole):,}".replace(",", "\u00a0") + f",{part:0<2}"


def _day(text: str) -> str:
    """`2025-12-01` as `01.12.2025`."""
    return day(date.fromisoformat(text))
