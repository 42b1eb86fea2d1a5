"""The history of settings and account rules: `control.setting_change`. The SQL of grants writes its own history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from smena.model.organization import AccountRule
from smena.warehouse.database import Transaction, as_json


def keep_settings(
    transaction: Transaction, inn: str, *, before: Mapping[str, Any], after: Mapping[str, Any], by: str
) -> None:
    """Store the settings that differ; nothing where none does.

    Args:
        before: all settings by name, with `settings_from`, the first day of those of accounting.
        after: the same names.
    """
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        was, now = (as_json({name: values[name] for name in changed}) for values in (before, after))
        transaction.run("setting_change_add", inn=inn, what="settings", before=was, after=now, by=by)


def keep_account_rule(
    transaction: Transaction, inn: str, before: AccountRule | None, after: AccountRule, by: str
) -> None:
    """Store a rule and the organisation's own rule that it replaces; nothing where both are the same."""
    if before != after:
        was = None if before is None else as_json(asdict(before))
        transaction.run(
            "setting_change_add", inn=inn, what="account_rule", before=was, after=as_json(asdict(after)), by=by
        )
