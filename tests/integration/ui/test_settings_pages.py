"""«Настройки»: of an organisation with their days, account rules with what they would change, who sees what."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import psycopg2
import pytest

from smena.mandates.alert_routes import routes
from smena.mandates.grants import grants
from smena.mandates.organizations import account_rules_of, organization_of
from smena.model.money import written
from smena.warehouse.database import Warehouse
from tests.integration.decisions.deciding import FIRST
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.town import QuickContext, Town
from tests.unit.reports.pdf_text import Paper

DAY = date(2026, 1, 2)
ACCOUNTING = {
    "detail": "totals", "vat": "totals", "refunds": "rko", "date_policy": "shift_close", "corrections": "review",
    "keeps_cash_documents": "yes",
}  # fmt: skip
RULE = {"operation": "cash_income", "taxation": "", "agent": "", "debit": "50.02", "credit": "90.01", "from": str(DAY)}


def requisites(town: Town, **changed: str) -> dict[str, str]:
    known = organization_of(town.warehouse, town.inns[0])
    names = ("name", "kpp", "okpo", "head_position", "head_name", "chief_accountant", "cashier")
    return {name: str(getattr(known, name)) for name in names} | changed


def test_who_signs_is_set_on_the_page_and_printed_on_every_form(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    form = requisites(
        town, okpo="12345678", head_position="Директор", head_name="Иванова И. И.", chief_accountant="Петров П. П.",
        cashier="Сидорова С. С.",
    )  # fmt: skip
    assert anna.post(f"/settings/{inn}/requisites", **form).status_code == 303
    assert 'value="Петров П. П."' in anna.page("/settings", inn=inn)
    order = next(one for one in town.orders() if one["organization_inn"] == inn and one["kind"] == "pko")
    paper = Paper(anna.get(f"/documents/{order['document_id']}/order.pdf").content).text()
    for words in ("12345678", "Петров П. П.", "Сидорова С. С."):
        assert words in paper
    sheet = anna.get(f"/cash/{inn}/sheet.pdf", kpp=order["kpp"], day=str(order["date"]))
    text = Paper(sheet.content).text()
    assert "12345678" in text and "Сидорова С. С." in text
    rko = next((one for one in town.orders() if one["organization_inn"] == inn and one["kind"] == "rko"), None)
    if rko is not None:
        text = Paper(anna.get(f"/documents/{rko['document_id']}/order.pdf").content).text()
        assert "Директор" in text and "Иванова И. И." in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"okpo": "123"}, "не код ОКПО"),
        ({"name": " "}, "нужно название"),
        ({"kpp": "12"}, "не КПП"),
        ({"kpp": ""}, "есть КПП"),
        ({"cashier": "x" * 121}, "не больше 120 букв"),
        ({}, ""),
    ],
)
def test_an_impossible_setting_keeps_the_form(
    browser: OpenBrowser, town: Town, changed: dict[str, str], said: str
) -> None:
    inn = town.inns[0]
    before = organization_of(town.warehouse, inn)
    answer = browser("anna").post(f"/settings/{inn}/requisites", **requisites(town, **changed))
    assert answer.status_code == 409
    assert said in answer.text
    for name, text in changed.items():
        assert f'name="{name}" maxlength="300" value="{text}"' in answer.text
    assert organization_of(town.warehouse, inn) == before


def test_settings_of_accounting_need_a_day_and_are_shown_with_it(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    form = ACCOUNTING | {"refunds": "net"}
    without = anna.post(f"/settings/{inn}/accounting", **form)
    assert without.status_code == 409
    assert "с какого дня меняется refunds" in without.text
    assert re.search(r'<option value="net" selected>', without.text)
    assert anna.post(f"/settings/{inn}/accounting", **form, **{"from": str(DAY)}).status_code == 303
    page = anna.page("/settings", inn=inn)
    rows = re.findall(r"<tr><td>([^<]*)</td><td>([^<]*)</td><td>[^<]*</td><td>[^<]*</td><td>([^<]*)</td>", page)
    assert rows == [("—", f"{DAY:%d.%m.%Y}", "отдельным РКО"), (f"{DAY:%d.%m.%Y}", "—", "вычитать из продаж")]


def test_an_accountant_changes_no_connection_and_an_administrator_does(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    known = organization_of(town.warehouse, inn)
    names = ("tariff", "timezone", "ofd_connection", "market_connection", "bad_share_limit", "most_changed_orders")
    form = {name: str(getattr(known, name)) for name in names} | {"modifier": "", "ofd_connection": "other"}
    anna = browser("anna")
    assert anna.post(f"/settings/{inn}/technical", **form).status_code == 403
    assert 'action="/smena/settings/' in anna.page("/settings", inn=inn)
    assert "/technical" not in anna.page("/settings", inn=inn)
    # Nor by another form.
    anna.post(f"/settings/{inn}/requisites", **requisites(town, cashier="x"), ofd_connection="other")
    assert organization_of(town.warehouse, inn).ofd_connection == known.ofd_connection
    admin = browser("admin", may_administer=True)
    assert admin.post(f"/settings/{inn}/technical", **form).status_code == 303
    assert organization_of(town.warehouse, inn).ofd_connection == "other"
    assert browser("anna", may_administer=True).post(f"/settings/{town.inns[1]}/technical", **form).status_code == 404


def test_a_rule_is_shown_with_what_it_would_change_before_it_is_set(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    before = account_rules_of(town.warehouse, inn)  # type: ignore[arg-type]
    asked = anna.post(f"/settings/{inn}/accounts", **RULE)
    assert asked.status_code == 200
    closed = {one["shift_id"]: one["closed_at"].date() for one in town.shifts()}
    orders = [
        one for one in town.orders()
        if one["organization_inn"] == inn and one["operation"] == "cash_income" and closed[one["shift_id"]] >= DAY
    ]  # fmt: skip
    assert orders
    total = written(sum((one["amount"] for one in orders), Decimal(0)))
    assert f'<td class="number">{len(orders)}</td><td class="number">{total}</td>' in asked.text
    assert "50.02 / 90.01" in asked.text
    assert account_rules_of(town.warehouse, inn) == before  # type: ignore[arg-type]
    assert anna.post(f"/settings/{inn}/accounts", **RULE, confirmed="yes").status_code == 303
    rule = account_rules_of(town.warehouse, inn)[0]  # type: ignore[arg-type]
    assert (rule.debit, rule.credit, rule.first_day) == ("50.02", "90.01", DAY)
    assert "<td>любая</td><td>любые</td><td>50.02</td>" in anna.page("/settings/accounts", inn=inn)
    # What is booked stays.
    assert {one["debit_account"] for one in town.orders() if one["organization_inn"] == inn} != {"50.02"}
    earlier = anna.post(f"/settings/{inn}/accounts", **(RULE | {"from": str(FIRST)}))
    assert earlier.status_code == 409
    assert "уже есть" in earlier.text and 'value="50.02"' in earlier.text
    for wrong, status in (({"debit": " "}, 409), ({"operation": "x"}, 400), ({"from": ""}, 400), ({"agent": "?"}, 400)):
        answer = anna.post(f"/settings/{inn}/accounts", **(RULE | wrong))
        assert answer.status_code == status
        assert 'name="credit" size="8" maxlength="20" value="90.01"' in answer.text


def test_access_is_granted_and_taken_back_by_an_administrator_within_what_he_sees(
    browser: OpenBrowser, town: Town
) -> None:
    other = town.inns[1]

    def seen() -> set[tuple[str, str | None]]:
        return {(row["user_name"], row["organization_inn"]) for row in grants(town.warehouse)}

    before = seen()
    admin, limited = browser("admin", may_administer=True), browser("anna", may_administer=True)
    assert admin.post("/settings/users/grant", user="vera", organization=other).status_code == 303
    assert ("vera", other) in seen()
    page = limited.page("/settings/users")
    assert "vera" not in page and "boris" not in page and "anna" in page
    for organization in (other, "*"):
        assert limited.post("/settings/users/grant", user="vera", organization=organization).status_code == 404
        assert limited.post("/settings/users/revoke", user="boris", organization=organization).status_code == 404
    unnamed = admin.post("/settings/users/grant", user=" ", organization=other)
    assert unnamed.status_code == 400
    assert f'<option value="{other}" selected>' in unnamed.text
    assert admin.post("/settings/users/revoke", user="vera", organization=other).status_code == 303
    assert seen() == before
    for path in ("/settings/users/grant", "/settings/users/revoke"):
        assert browser("anna").post(path, user="anna", organization=other).status_code == 403
    assert browser("anna").get("/settings/users").status_code == 403
    assert seen() == before


NEW = {"inn": "9601000019", "kpp": "960101001", "name": "ООО «Новая»", "tariff": "uchetny", "modifier": "",
       "timezone": "Asia/Omsk"}  # fmt: skip


def test_an_organisation_is_added_by_an_administrator_who_sees_every_one(browser: OpenBrowser, town: Town) -> None:
    admin = browser("admin", may_administer=True)
    assert 'value="Europe/Moscow"' in admin.page("/settings/add")
    for wrong, said in (({"inn": "9601000018"}, "9601000018"), ({"kpp": ""}, "КПП"), ({"timezone": "Mars"}, "Mars")):
        refused = admin.post("/settings/add", **NEW | wrong)
        assert refused.status_code == 409
        assert said in refused.text and 'value="ООО «Новая»"' in refused.text and 'role="alert"' in refused.text
    assert all(row["inn"] != NEW["inn"] for row in town.warehouse.rows("organizations", inn=None))
    done = admin.post("/settings/add", **NEW)
    assert (done.status_code, NEW["inn"] in done.headers["location"]) == (303, True)
    assert organization_of(town.warehouse, NEW["inn"]).timezone == "Asia/Omsk"
    assert "ООО «Новая»" in admin.page("/settings", inn=NEW["inn"])
    assert admin.post("/settings/add", **NEW).status_code == 303
    assert admin.post("/settings/add", **NEW | {"name": "Другая"}).status_code == 409


def test_nobody_else_adds_an_organisation(browser: OpenBrowser, town: Town) -> None:
    limited = browser("anna", may_administer=True)
    assert '<form class="stack"' not in limited.page("/settings/add")
    assert limited.post("/settings/add", **NEW).status_code == 404
    assert browser("anna").get("/settings/add").status_code == 403
    assert browser("anna").post("/settings/add", **NEW).status_code == 403
    assert all(row["inn"] != NEW["inn"] for row in town.warehouse.rows("organizations", inn=None))


def test_alerts_are_routed_by_an_administrator_within_what_he_sees(browser: OpenBrowser, town: Town) -> None:
    own, other = town.inns[0], town.inns[1]
    admin, limited = browser("admin", may_administer=True), browser("anna", may_administer=True)

    def known() -> dict[tuple[str, str | None], int]:
        return {(row["connection"], row["organization_inn"]): row["alert_route_id"] for row in routes(town.warehouse)}

    for organization in (own, other, "*"):
        assert admin.post("/settings/alerts/add", connection="mail", organization=organization).status_code == 303
    numbers = known()
    assert numbers.keys() == {("mail", own), ("mail", other), ("mail", None)}
    page = limited.page("/settings/alerts")
    assert own in page and other not in page
    assert f"/settings/alerts/{numbers['mail', own]}/remove" in page
    for organization in (other, "*"):
        assert limited.post("/settings/alerts/add", connection="x", organization=organization).status_code == 404
    for organization in (other, None):
        assert limited.post(f"/settings/alerts/{numbers['mail', organization]}/remove").status_code == 404
    assert admin.post("/settings/alerts/999999/remove").status_code == 404
    wrong = admin.post("/settings/alerts/add", connection=" ", organization=other, sales_point="Магазин")
    assert wrong.status_code == 400
    assert f'<option value="{other}" selected>' in wrong.text and 'value="Магазин"' in wrong.text
    nowhere = admin.post("/settings/alerts/add", connection="mail", organization=other, sales_point="Нет такого")
    assert nowhere.status_code == 409
    assert known() == numbers
    assert limited.post(f"/settings/alerts/{numbers['mail', own]}/remove").status_code == 303
    assert known().keys() == {("mail", other), ("mail", None)}
    assert browser("anna").get("/settings/alerts").status_code == 403
    assert browser("anna").post("/settings/alerts/add", connection="x", organization=own).status_code == 403


def test_where_the_pages_run_as_a_loader_access_and_routes_are_set_by_the_command(town: Town) -> None:
    name = "a_loader_of_settings"
    town.sql(f"create role {name} login password 'x' in role smena_loader")
    address = town.warehouse.dsn
    warehouse = Warehouse(re.sub(r"//[^@]*@", f"//{name}:x@", address))
    try:
        context = QuickContext(warehouse, town.endpoint)
        admin = Browser(context, "admin", may_administer=True)
        page = admin.page("/settings/users")
        assert "smena access grant" in page and "/settings/users/grant" not in page
        page = admin.page("/settings/alerts")
        assert "smena alert-routes add" in page and "/settings/alerts/add" not in page
    finally:
        warehouse.close()
        town.sql(f"drop role {name}")
    with pytest.raises(psycopg2.Error):
        psycopg2.connect(warehouse.dsn)
