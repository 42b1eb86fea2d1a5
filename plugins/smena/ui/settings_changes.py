"""The newest changes of settings, account rules and grants, as «Настройки» shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from smena.mandates.organizations import as_text
from smena.warehouse.database import Row, Transaction

MOST_CHANGES = 50


def of_organization(transaction: Transaction, inn: str) -> list[dict[str, Any]]:
    """Return changes of an organisation's settings, a row per setting, and of its account rules, the newest first.

    A row has `what`, `changed_at`, `changed_by`, `before` and `after`, and for a setting its `name`.
    """
    rows = transaction.rows("setting_changes", inn=inn, most=MOST_CHANGES)
    return [one for row in rows for one in _of_row(row)]


def of_grants(transaction: Transaction, sees_all: bool, inns: Sequence[str]) -> list[Row]:
    """Return grants and revocations of the organisations that an administrator sees, the newest first."""
    return transaction.rows("grant_changes", sees_all=sees_all, inns=list(inns), most=MOST_CHANGES)


def _of_row(row: Row) -> Iterator[dict[str, Any]]:
    if row["what"] != "settings":
        yield row
        return
    for name in row["after"]:
        texts = {part: "" if row[part][name] is None else as_text(row[part][name]) for part in ("before", "after")}
        yield row | {"name": name} | texts
