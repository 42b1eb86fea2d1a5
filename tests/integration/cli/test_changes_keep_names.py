"""Changes of settings, account rules and grants by a command are recorded with its user, and only real changes."""

from __future__ import annotations

import getpass
from decimal import Decimal
from typing import Any

from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import INN, KPP, NAMES, WAREHOUSE
from tests.unit.cli.commands import Cli

RULE = ("accounts", "add", "--inn", INN, "--operation", "cash_income", "--credit", "90.01", "--from", "2026-01-01")
CHANGES = (
    # The command, and the changes that are recorded of it: of what, before, after.
    (("organization", "set", "--inn", INN, "cashier=Петрова", "name=Ромашка"),
     [("settings", {"cashier": ""}, {"cashier": "Петрова"})]),
    (("organization", "set", "--inn", INN, "cashier=Петрова"), []),
    (("organization", "set", "--inn", INN, "bad_share_limit=0.2", "keeps_cash_documents=yes"), []),
    (("organization", "set", "--inn", INN, "most_changed_orders=7", "bad_share_limit=0.5"),
     [("settings", {"most_changed_orders": 100, "bad_share_limit": Decimal("0.2")},
       {"most_changed_orders": 7, "bad_share_limit": 0.5})]),
    (("organization", "set", "--inn", INN, "vat=exact", "--from", "2026-01-01"),
     [("settings", {"vat": "totals", "settings_from": None}, {"vat": "exact", "settings_from": "2026-01-01"})]),
    (("organization", "set", "--inn", INN, "vat=exact", "--from", "2026-01-01"), []),
    ((*RULE, "--debit", "50.02", "--dry-run"), []),
    ((*RULE, "--debit", "50.02"), [("account_rule", None, {"debit": "50.02"})]),
    ((*RULE, "--debit", "50.02"), []),
    ((*RULE, "--debit", "50.03"), [("account_rule", {"debit": "50.02"}, {"debit": "50.03"})]),
    (("access", "grant", "--user", "anna", "--inn", INN), [("grant", None, {"user": "anna"})]),
    (("access", "grant", "--user", "anna", "--inn", INN), []),
    (("access", "grant", "--user", "anna", "--all"), [("grant", None, {"user": "anna"})]),
    (("access", "revoke", "--user", "boris", "--all"), []),
    (("access", "revoke", "--user", "anna", "--all"),
     [("revoke", {"user": "anna", "granted_by": getpass.getuser()}, None)] * 2),
)  # fmt: skip


def within(part: dict[str, Any] | None, whole: dict[str, Any] | None) -> bool:
    """Whether a recorded value has what is expected; that of a rule or a grant has more than is named here."""
    return part is whole if part is None or whole is None else part.items() <= whole.items()


def test_each_change_is_recorded_once_with_who_ran_the_command(cli: Cli) -> None:
    assert cli.here("organization", "add", "--inn", INN, "--kpp", KPP, *NAMES).code == 0
    warehouse = Warehouse(cli.connections[WAREHOUSE])
    known = 0
    for words, expected in CHANGES:
        done = cli.here(*words)
        assert done.code == 0, done.error
        with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(
                "select what, before, after, changed_by, organization_inn from control.setting_change"
                " order by setting_change_id offset %s",
                [known],
            )
            kept = cursor.fetchall()
        assert [row[0] for row in kept] == [what for what, _, _ in expected], words
        for (what, before, after), row in zip(expected, kept, strict=True):
            assert within(before, row[1]) and within(after, row[2]), (words, row)
            if what == "settings":
                assert (row[1], row[2]) == (before, after)
            assert row[3] == getpass.getuser()
            assert row[4] == INN or what in ("grant", "revoke")
        known += len(kept)
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(
            "select organization_inn from control.setting_change where what in ('grant', 'revoke') order by 1"
        )
        assert cursor.fetchall() == [(INN,), (INN,), (None,), (None,)]
    warehouse.close()
