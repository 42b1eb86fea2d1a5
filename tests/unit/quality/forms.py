"""For every rule of every suite: frames of good, bad, boundary and unknown values of the columns that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from smena.quality import cheques, orders, receipts, shifts, till_shifts, waybills, z_reports
from smena.quality.masks import Less, Missing, NoneOf, Outside, Repeated, Unequal, Unlike
from smena.quality.rules import Rule
from smena.transform.frames import ORDERS, RECEIPTS, SHIFTS, Z_REPORTS
from smena.transform.market.frames import CHEQUES, TILL_SHIFTS, WAYBILLS
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema

SUITES: Mapping[str, tuple[Schema, tuple[Rule, ...]]] = {
    "z_reports": (Z_REPORTS, z_reports.RULES + z_reports.NEIGHBOUR_RULES),
    "receipts": (RECEIPTS, receipts.RULES),
    "shifts": (SHIFTS, shifts.RULES),
    "orders": (ORDERS, orders.ORDER_RULES),
    "shifts of orders": (SHIFTS, orders.SHIFT_RULES),
    "cheques": (CHEQUES, cheques.RULES),
    "till_shifts": (TILL_SHIFTS, till_shifts.RULES),
    "waybills": (WAYBILLS, waybills.RULES),
}

_TEXTS = (
    *(
        "0000000003065868",
        "9999078900001234",
        "9",
        "x",
        "",
        " ",
        "\t",
        "\n",
        "\u00a0",
        "9\n",
        "\n9",
        " 9",
        "9 ",
        "9e15",
    ),
    *("99990789000012345", "٩٩٩٩", "９９", "50.01", "pko", "rko", "nan", "None", "<NA>", "0000000003065868\n"),
)
_MOMENTS = ("1970-01-01", "2016-06-30 23:59:59", "2016-07-01", "2026-03-01 22:00", "2026-03-01 22:00:00.000001")
_NUMBERS = (-(10**13), -1, 0, 1, 2, 99, 10**13, 2**53, 2**53 + 1)


def forms_of(rule: Rule, schema: Schema) -> dict[str, tuple[str, list[Any]]]:
    """By column of the rule's mask, its type and the values worth trying, the unknown one among them."""
    mask = rule.mask
    match mask:
        case Missing(column):
            kind = schema.columns.get(column, WHOLE)
            return {column: (kind, [_some(kind)[0], None])}
        case Unlike(column, _):
            return {column: (TEXT, [*_TEXTS, None])}
        case Outside(column, least, most, _):
            edges = [edge + step for edge in (least, most) if edge is not None for step in (-1, 0, 1)]
            return {column: (WHOLE, [*edges, *_NUMBERS, None])}
        case NoneOf(column, values, _):
            kind = TEXT if isinstance(values[0], str) else WHOLE
            other = [str(values[0]).upper(), f"{values[0]} ", ""] if kind == TEXT else [-1, 1, 2]
            return {column: (kind, [*values, *other, None])}
        case Repeated(columns):
            several: dict[str, list[Any]] = {WHOLE: [1, 2, 1, None], FLAG: [True, False, True, None]}
            texts = ["a", "b", "A", "a ", "a", "", None, None] if len(columns) < 3 else ["a", "b", "a", None]
            kinds = {name: schema.columns.get(name, TEXT) for name in columns}
            return {name: (kind, several.get(kind, texts)) for name, kind in kinds.items()}
        case Less(column, other, _) | Unequal(column, other, _):
            kind = schema.columns.get(column) or schema.columns.get(other) or WHOLE
            return {name: (kind, [*_some(kind), None]) for name in (column, other)}
    raise AssertionError(f"no forms are known of {mask}")


def _some(kind: str) -> list[Any]:
    return {TEXT: list(_TEXTS), WHOLE: list(_NUMBERS), MOMENT: [pd.Timestamp(one) for one in _MOMENTS]}.get(
        kind, [True, False]
    )


def every_form(rule: Rule, schema: Schema) -> pd.DataFrame:
    """A frame of every form; where a rule is about two columns, of every pair of forms."""
    forms = forms_of(rule, schema)
    values = pd.MultiIndex.from_product([range(len(some)) for _, some in forms.values()], names=list(forms))
    places = values.to_frame(index=False)
    return pd.DataFrame(
        {name: pd.Series([some[place] for place in places[name]], dtype=kind) for name, (kind, some) in forms.items()}
    )
