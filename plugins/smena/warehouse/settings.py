"""The settings and account rules by which an organisation's shifts are booked, each day once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from smena.model.errors import BrokenPromise
from smena.model.organization import AccountRule, Organization, SettingsInForce
from smena.warehouse.database import Transaction, Warehouse


def read_settings(transaction: Transaction | Warehouse, inn: str) -> list[SettingsInForce]:
    """Return settings and account rules with the days on which they hold, the earliest first, each day once.

    Empty if the organisation is not registered. Raises BrokenPromise if a day has no settings or several, because
    nothing is booked by a guess.
    """
    rows = transaction.rows("settings_by_day", inn=inn)
    spans = [SettingsInForce(row.pop("first_day"), row.pop("end_day"), Organization(**row)) for row in rows]
    ends = [None, *(span.end_day for span in spans)]
    begins = [*(span.first_day for span in spans), None]
    if spans and ends != begins:
        raise BrokenPromise(f"the accounting settings of {inn} do not hold on each day once")
    rules = [AccountRule(**row) for row in transaction.rows("account_rules", inn=inn)]
    bounds = {rule.first_day for rule in rules} | {rule.end_day for rule in rules}
    return [part for span in spans for part in _parts(span, rules, {day for day in bounds if day is not None})]


def _parts(span: SettingsInForce, rules: Sequence[AccountRule], bounds: set[date]) -> list[SettingsInForce]:
    """A span cut where account rules begin or end, each part with the rules that hold in it."""
    inner = sorted(day for day in bounds if span.is_of(day) and day != span.first_day)
    parts = []
    for first_day, end_day in pairwise([span.first_day, *inner, span.end_day]):
        # Rules begin and end at bounds only, so a rule that holds on one day of a part holds on all. A part without a
        # first day is tested by the day before its end, a part without both by any day.
        day = first_day or (end_day and end_day - timedelta(days=1)) or date.max
        held = [rule for rule in rules if SettingsInForce(rule.first_day, rule.end_day, span.organization).is_of(day)]
        parts.append(SettingsInForce(first_day, end_day, span.organization, held))
    return parts
