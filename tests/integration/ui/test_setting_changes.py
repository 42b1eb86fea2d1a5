"""Every change of settings, account rules and grants is kept with who made it, and shown on «Настройки»."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

import pytest

from smena.model.errors import BrokenPromise
from smena.ui.pages import Pages, User
from tests.integration.ui.conftest import OpenBrowser
from tests.integration.ui.test_settings_pages import ACCOUNTING, DAY, RULE, requisites
from tests.town import Town


def changes(town: Town, *kinds: str) -> list[dict[str, Any]]:
    """Of these kinds; without any: of settings and account rules."""
    rows = town.table("control.setting_change", "setting_change_id")
    return [row for row in rows if row["what"] in (kinds or ("settings", "account_rule"))]


def shown(page: str) -> list[list[str]]:
    """Rows of the table of changes, without their moments."""
    table = re.split(r"<h2>(?:Что меняли|What was changed)</h2>", page)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL)
    cells = [[html.unescape(re.sub("<.*?>", "", one)) for one in re.findall("<td.*?>(.*?)</td>", row)] for row in rows]
    assert all(re.fullmatch(r"\d\d\.\d\d\.\d{4} \d\d:\d\d( \(UTC[+-]\d+\))?", row[0]) for row in cells if len(row) > 1)
    return [row[1:] if len(row) > 1 else row for row in cells]


def test_a_change_of_settings_is_shown_with_who_made_it(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    assert shown(anna.page("/settings", inn=inn)) == [["Здесь пусто"]]
    form = requisites(town, cashier="Сидорова <С.>", okpo="12345678")
    assert anna.post(f"/settings/{inn}/requisites", **form).status_code == 303
    (kept,) = changes(town)
    assert (kept["organization_inn"], kept["what"], kept["changed_by"]) == (inn, "settings", "anna")
    assert kept["before"] == {"cashier": "", "okpo": ""}
    assert kept["after"] == {"cashier": "Сидорова <С.>", "okpo": "12345678"}
    assert shown(anna.page("/settings", inn=inn)) == [
        ["anna", "ОКПО", "—", "12345678"],
        ["anna", "Кассир", "—", "Сидорова <С.>"],
    ]
    # The same again, and what is refused, are no changes.
    assert anna.post(f"/settings/{inn}/requisites", **form).status_code == 409
    assert anna.post(f"/settings/{inn}/requisites", **(form | {"okpo": "1"})).status_code == 409
    assert changes(town) == [kept]
    # The newest is first, with the words of the form and the day.
    form = ACCOUNTING | {"refunds": "net", "from": str(DAY)}
    assert anna.post(f"/settings/{inn}/accounting", **form).status_code == 303
    assert shown(anna.page("/settings", inn=inn))[:2] == [
        ["anna", "Возвраты", "отдельным РКО", "вычитать из продаж"],
        ["anna", "Настройки действуют с", "—", f"{DAY:%d.%m.%Y}"],
    ]


def test_a_change_of_technical_settings_names_the_administrator(browser: OpenBrowser, town: Town) -> None:
    inn, admin = town.inns[0], browser("admin", may_administer=True)
    names = ("tariff", "timezone", "ofd_connection", "market_connection", "bad_share_limit", "most_changed_orders")
    page = admin.page("/settings", inn=inn)
    form = {name: re.findall(rf'name="{name}" maxlength="300" value="([^"]*)"', page) for name in names}
    form = {name: found[0] if found else "uchetny" for name, found in form.items()} | {"modifier": ""}
    assert admin.post(f"/settings/{inn}/technical", **(form | {"bad_share_limit": "0.125"})).status_code == 303
    (kept,) = changes(town)
    assert (kept["changed_by"], kept["before"], kept["after"]) == (
        "admin", {"bad_share_limit": Decimal("0.2")}, {"bad_share_limit": 0.125}
    )  # fmt: skip


def test_a_rule_is_kept_with_the_one_that_it_follows_once_it_is_set(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    assert anna.post(f"/settings/{inn}/accounts", **RULE).status_code == 200
    assert changes(town) == []
    for debit in ("50.02", "50.02", "50.03"):
        assert anna.post(f"/settings/{inn}/accounts", **(RULE | {"debit": debit}), confirmed="yes").status_code == 303
    first, second = changes(town)
    assert {row["changed_by"] for row in (first, second)} == {"anna"}
    assert first["before"] is None
    assert first["after"] == second["before"] | {"debit": "50.02"}
    assert (second["before"]["debit"], second["after"]["debit"]) == ("50.02", "50.03")
    rows = shown(anna.page("/settings", inn=inn))
    assert [row[0] for row in rows] == ["anna", "anna"]
    assert rows[0][2:] == [f"{debit} / 90.01, Действует с {DAY:%d.%m.%Y}" for debit in ("50.02", "50.03")]
    assert rows[1][2] == "—"


def test_grants_are_shown_to_administrators_within_what_they_see(browser: OpenBrowser, town: Town) -> None:
    own, other = town.inns
    known = len(changes(town, "grant", "revoke"))
    admin, limited = browser("admin", may_administer=True), browser("anna", may_administer=True)
    for inn in (own, other):
        for _ in range(2):
            assert admin.post("/settings/users/grant", user="vera", organization=inn).status_code == 303
    for _ in range(2):
        assert admin.post("/settings/users/revoke", user="vera", organization="*").status_code == 303
    added = changes(town, "grant", "revoke")[known:]
    kept = [(row["what"], row["organization_inn"], row["changed_by"]) for row in added]
    assert kept[:2] == [("grant", own, "admin"), ("grant", other, "admin")]
    assert sorted(kept[2:]) == sorted([("revoke", own, "admin"), ("revoke", other, "admin")])
    assert [row["before"]["granted_by"] for row in added[2:]] == ["admin", "admin"]
    rows = [row for row in shown(admin.page("/settings/users")) if row[2] == "vera"]
    assert [row[:2] for row in rows] == [["admin", "Доступ отозван"]] * 2 + [["admin", "Доступ открыт"]] * 2
    rows = [row for row in shown(limited.page("/settings/users")) if row[2] == "vera"]
    assert len(rows) == 2 and all(own in row[3] for row in rows)
    assert other not in limited.page("/settings/users")
    # On the page of an organisation there are no names of users: an accountant opens it.
    assert "vera" not in browser("anna").page("/settings", inn=own)


def test_changes_of_another_organisation_and_grants_are_not_visible_to_an_accountant(
    browser: OpenBrowser, town: Town
) -> None:
    own, other = town.inns
    form = requisites(town, cashier="Сидорова С. С.")
    assert browser("boris").post(f"/settings/{other}/requisites", **form).status_code == 303
    assert browser("anna").post(f"/settings/{own}/requisites", **form).status_code == 303
    assert changes(town, "grant") and {row["organization_inn"] for row in changes(town)} == {own, other}
    statement = "select organization_inn, what, changed_by from control.setting_change"
    with Pages(lambda: town.context).reading(User("anna", may_act=True)) as transaction:
        cursor = transaction.connection.cursor()
        cursor.execute(statement)
        assert cursor.fetchall() == [(own, "settings", "anna")]
    with pytest.raises(BrokenPromise, match="history is kept"):
        town.sql("delete from control.setting_change")
