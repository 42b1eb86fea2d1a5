"""A certificate as a page for a person: one file, nothing to be fetched, the certificate itself inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from smena.messages import UNKNOWN, message, translate
from smena.pipeline.proof.canonical import canonical

_OPENS = '<script type="application/json" id="certificate">'
_CLOSES = "</script>"

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
    organization = f"{told['organization_name']}, ИНН {told['organization']['inn']}"
    organization += f", КПП {told['organization_kpp']}" if told["organization_kpp"] else ""
    period = f"{_day(told['period']['from'])} — {_day(told['period']['to'])}"
    parts = [
        "<h1>Свидетельство о полноте</h1>",
        f"<p>{escape(organization)}<br>Период: {period}</p>",
        _conclusion(told),
        _section("Смены", _outcomes(told["outcomes"])),
        _section("Кассовые ордера", _operations(told["operations"])),
        _section("Фискальные накопители", _drives(told["drives"])),
        _section("Полнота по кассам", _verdicts(told["registers"])),
        _section("Расхождения", _differences(told["differences"])),
        _days(told["registers"], told["books"]),
        _section("Доказательства", _evidence(told)),
    ]
    body = "\n".join(parts)
    data = canonical(dict(certificate)).decode().replace("<", "\\u003c")
    return (
        f'<!doctype html>\n<html lang="ru"><head><meta charset="utf-8"><title>Свидетельство о полноте, '
        f"{escape(told['organization']['inn'])}, {period}</title>\n<style>{_STYLE}</style></head>\n<body>\n{body}\n"
        f"{_OPENS}{data}{_CLOSES}\n</body></html>"
    )


def embedded(page: str) -> str:
    """The certificate inside a page, as JSON. Raises ValueError where there is none."""
    start = page.index(_OPENS) + len(_OPENS)
    return page[start : page.index(_CLOSES, start)]


def _conclusion(told: Mapping[str, Any]) -> str:
    verdicts = Counter(row["verdict"] for row in told["registers"])
    if told["is_complete"]:
        silent = f" Дней, в которые касса молчит: {verdicts['offline']}." if verdicts["offline"] else ""
        unwanted = f" Дней, которые не загружаются: {verdicts['disabled']}." if verdicts["disabled"] else ""
        told_all = "Загружено всё: каждая смена каждой кассы на месте, расхождений нет."
        return f'<p class="yes">{told_all}{silent}{unwanted}</p>'
    if not verdicts.keys() - {"disabled"}:
        return '<p class="no">Полнота не доказана: за этот период ничего не загружается.</p>'
    lacking = Counter(
        row["verdict"] for row in told["registers"] if row["verdict"] in ("missing", "out_of_reach", "open")
    )
    names = {"missing": "не хватает смен", "out_of_reach": "недоступно", "open": "смена открыта"}
    counts = [f"{names[name]}: дней касс — {count}" for name, count in sorted(lacking.items())]
    market = told["market_days_open"]
    counts += [f"не загружено дней Маркета — {len(market)}, первый {market[0]}"] if market else []
    unconfirmed = {row["day"] for row in told["unconfirmed"]}
    counts += (
        [f"чеки не запрошены ещё раз: дней — {len(unconfirmed)}, первый {min(unconfirmed)}"] if unconfirmed else []
    )
    counts += [f"расхождений — {len(told['differences'])}"] if told["differences"] else []
    return f'<p class="no">Полнота не доказана: {"; ".join(counts)}.</p>'


def _outcomes(rows: Sequence[Mapping[str, Any]]) -> str:
    titles = ["Исход", "Смен", "Чеков", *(f"{_said('operation', name)}, нал., ₽" for name in _OPERATIONS)]
    return _table(
        titles,
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
            _said("kind", row["kind"]) + (" (сторно)" if row["standing"] == "reversed" else ""),
            _said("operation", row["operation"]),
            row["orders"],
            _money(row["amount"]),
        ]
        for row in rows
    ]
    return _table(["Ордер", "Операция", "Количество", "Сумма, ₽"], cells, numeric_from=2)


def _drives(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [
        [
            row["register"],
            row["fiscal_drive_number"],
            f"{row['first_shift']}…{row['last_shift']}",
            row["shifts"],
            f"{row['first_document']}…{row['last_document']}",
            "подряд" if row["is_contiguous"] else "с пропусками",
        ]
        for row in rows
    ]
    return _table(["РНМ", "ФН", "Смены №", "Смен", "Документы №", "Номера"], cells)


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
        if row["verdict"] in ("missing", "out_of_reach", "open")
    ]
    return _table(["РНМ", "Дней"], cells) + (_table(["РНМ", "День", "Вывод", "Чего нет"], lacking) if lacking else "")


def _said(family: str, word: str) -> str:
    """A word of the warehouse in Russian; a dash where there is none."""
    return message(f"{family}_{word}", context="certificate") if word else UNKNOWN


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
    return _table(["День", "Что расходится", "РНМ", "Вероятная причина", "На сумму, ₽"], cells, numeric_from=4)


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
    return (
        "<details><summary>По кассам и дням</summary>"
        + _table(["РНМ", "День", "Вывод", "Смены №", "Чеков", "Наличные, ₽", "Безналичные, ₽"], shifts, numeric_from=4)
        + "</details><details><summary>По кассовым книгам и дням</summary>"
        + _table(["КПП", "День", "ПКО №", "РКО №", "Ордеров", "ПКО, ₽", "РКО, ₽"], orders, numeric_from=4)
        + "</details>"
    )


def _numbers(first: int | None, last: int | None) -> str:
    """The numbers of a series on a day, `17…21`; empty where the day has no order of it."""
    return "" if first is None else f"{first}…{last}"


def _evidence(told: Mapping[str, Any]) -> str:
    evidence = told["evidence"]
    rows = [
        ["Ответы оператора, из которых прочитаны смены", f"{evidence['pages']} ({evidence['bytes']} байт)"],
        ["SHA-256 ответов", evidence["sha256"]],
        ["SHA-256 этого свидетельства", told["sha256"]],
        ["Составлено", f"{told['made_at']}, {told['made_by']}"],
        ["Сверено", told["checked_at"]],
        ["Проверить", "smena verify ФАЙЛ"],
    ]
    lines = (f'<tr><td>{escape(name)}</td><td class="hash">{escape(str(value))}</td></tr>' for name, value in rows)
    return f"<table>{''.join(lines)}</table>"


def _section(title: str, content: str) -> str:
    return f"<h2>{title}</h2>\n{content}"


def _table(titles: Sequence[str], rows: Sequence[Sequence[Any]], numeric_from: int = 99) -> str:
    if not rows:
        return "<p>Нет.</p>"

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
    year, month, day = text.split("-")
    return f"{day}.{month}.{year}"
