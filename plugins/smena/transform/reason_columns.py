"""Reasons of whole frames: one stored reason per row (see `smena.model.reason_text`)."""

from __future__ import annotations

import json
import re

import pandas as pd

from smena.model.reason_text import LINE_END, json_value, place_of_key
from smena.model.reasons import Reason

_MOMENT = '"%Y-%m-%dT%H:%M:%S"'
_FORMS = {"day": '"%Y-%m-%d"', "time": '"%H:%M"'}
"""The form of a date or time, by the name of its argument."""


def reasons_of(code: Reason, /, **arguments: pd.Series | object) -> pd.Series:
    """Return one reason per row, as `reason` writes each. At least one argument is a Series; others hold for all rows.

    Moments, times and days are MOMENT; counts and kopecks are WHOLE. NA is written as null.

    The result is a string Series with the index of the arguments. Every row has a reason, whether it applies or not:
    `np.select` or `mask` chooses.
    """
    if arguments.keys() != set(code.arguments):
        raise TypeError(f"{code} takes {code.arguments}, and is given {tuple(arguments)}")
    index = next(column.index for column in arguments.values() if isinstance(column, pd.Series))
    text = pd.Series(f"{code} {{", index=index, dtype="string")
    for place, name in enumerate(sorted(arguments, key=place_of_key)):
        column = arguments[name]
        written = _written(name, column) if isinstance(column, pd.Series) else _json(column)
        text = text + (", " if place else "") + f'"{name}": ' + written
    made: pd.Series = text + "}"
    return made


def also(first: pd.Series, second: pd.Series) -> pd.Series:
    """Return the reasons of two string Series, row by row, as one text; an empty or missing one adds nothing."""
    first, second = first.fillna(""), second.fillna("")
    both = first + LINE_END + second
    return both.mask(second == "", first).mask(first == "", second)


def has_code(stored: pd.Series, *codes: Reason) -> pd.Series:
    """Return whether each row has a reason with one of these codes (same index); False where there is no reason."""
    pattern = rf"(?m)^(?:{'|'.join(map(re.escape, codes))})(?: |$)"
    found: pd.Series = stored.astype("string").str.contains(pattern, regex=True).fillna(value=False).astype(bool)
    return found


def _json(value: object) -> str:
    return json.dumps(json_value(value), ensure_ascii=False)


def _written(name: str, column: pd.Series) -> pd.Series:
    """A column's values as JSON, NA as null."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        days: pd.Series = column.dt.strftime(_FORMS.get(name, _MOMENT)).astype("string").fillna("null")
        return days
    if pd.api.types.is_integer_dtype(column.dtype):
        return column.astype("string").fillna("null")
    # Each distinct text is written once.
    values = column.dropna().unique()
    return column.map(dict(zip(values, map(_json, values), strict=True))).astype("string").fillna("null")
