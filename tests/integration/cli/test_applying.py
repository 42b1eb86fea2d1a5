"""`smena apply`: organisations as code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from smena.mandates.alert_routes import routes
from smena.mandates.grants import grants
from smena.mandates.organizations import account_rules_of, organization_of
from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import INN, WAREHOUSE
from tests.invented import SOLE_PROPRIETOR, VASILEK
from tests.unit.cli.commands import Cli, Done

SHOP: dict[str, Any] = {
    "inn": INN,
    "settings": {"name": "Ромашка", "tariff": "uchetny", "kpp": "960701001", "refunds": "net", "okpo": "12345678"},
    "accounts": [
        {"operation": "cash_income", "debit": "50.02", "credit": "90.01", "from": "2026-01-01"},
        {"operation": "cash_income", "taxation": "none", "agent": True, "debit": "50.02", "credit": "76",
         "from": "2026-01-01"},
    ],
    "access": [{"user": "ivanova"}, {"user": "petrov"}],
    "alerts": [{"connection": "north"}],
}  # fmt: skip
OTHER = {"inn": VASILEK, "settings": {"name": "Василёк", "tariff": "uchetny", "kpp": "960701002"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "organizations.yaml"


def apply(cli: Cli, file: Path, *organizations: object, dry_run: bool = False) -> Done:
    file.write_text(yaml.safe_dump({"organizations": list(organizations)}, sort_keys=False), encoding="utf-8")
    return cli.here("apply", str(file), "--json", *(["--dry-run"] if dry_run else []))


def warehouse_of(cli: Cli) -> Warehouse:
    return Warehouse(cli.connections[WAREHOUSE])


def changes(done: Done) -> list[tuple[str, ...]]:
    return [tuple(change[key] for key in ("what", "name", "before", "after")) for change in done.data["changes"]]


def test_a_file_registers_an_organisation_with_all_that_it_names(cli: Cli, file: Path) -> None:
    done = apply(cli, file, SHOP)
    assert done.code == 0
    assert changes(done) == [
        ("organization", "", "", "Ромашка"),
        ("setting", "refunds", "rko", "net"),
        ("setting", "okpo", "", "12345678"),
        ("account rule", "cash_income, from 2026-01-01", "", "50.02 / 90.01"),
        ("account rule", "cash_income, a principal's, from 2026-01-01", "", "50.02 / 76"),
        ("access", "ivanova", "", "the whole organisation"),
        ("access", "petrov", "", "the whole organisation"),
        ("alerts", "north", "", "the whole organisation"),
    ]
    warehouse = warehouse_of(cli)
    organization = organization_of(warehouse, INN)
    assert (organization.refunds, organization.okpo, organization.timezone) == ("net", "12345678", "Europe/Moscow")
    assert {row["user_name"] for row in grants(warehouse)} == {"ivanova", "petrov"}
    assert [(row["connection"], row["organization_inn"]) for row in routes(warehouse)] == [("north", INN)]
    rules = [(rule.taxation, rule.agent, rule.debit) for rule in account_rules_of(warehouse, INN) if rule.first_day]
    assert sorted(rules, key=str) == [("", True, "50.02"), (None, None, "50.02")]


def test_the_same_again_changes_nothing(cli: Cli, file: Path) -> None:
    apply(cli, file, SHOP, OTHER)
    again = apply(cli, file, SHOP, OTHER)
    assert (again.code, changes(again), again.data["failures"]) == (0, [], {})


def test_a_dry_run_shows_the_differences_and_changes_nothing(cli: Cli, file: Path) -> None:
    done = apply(cli, file, SHOP, dry_run=True)
    assert (done.code, len(changes(done)), done.data["dry_run"]) == (0, 8, True)
    assert warehouse_of(cli).row("organizations", inn=INN) is None
    assert changes(apply(cli, file, SHOP)) == changes(done)


def test_what_a_file_does_not_name_stays(cli: Cli, file: Path) -> None:
    apply(cli, file, SHOP)
    done = apply(cli, file, {"inn": INN, "settings": {"okpo": "87654321"}})
    assert changes(done) == [("setting", "okpo", "12345678", "87654321")]
    assert organization_of(warehouse_of(cli), INN).refunds == "net"
    assert len(grants(warehouse_of(cli))) == 2


def test_people_and_routes_that_a_list_does_not_name_lose_the_organisation_but_not_every_one(
    cli: Cli, file: Path
) -> None:
    cli.here("access", "grant", "--user", "chief", "--all")
    cli.here("alert-routes", "add", "--connection", "head_office")
    apply(cli, file, SHOP, OTHER | {"access": [{"user": "petrov"}]})
    done = apply(cli, file, {"inn": INN, "access": [{"user": "sidorova"}], "alerts": []})
    assert changes(done) == [
        ("access", "ivanova", "the whole organisation", ""),
        ("access", "petrov", "the whole organisation", ""),
        ("access", "sidorova", "", "the whole organisation"),
        ("alerts", "north", "the whole organisation", ""),
    ]
    assert {(row["user_name"], row["organization_inn"]) for row in grants(warehouse_of(cli))} == {
        ("chief", None), ("petrov", VASILEK), ("sidorova", INN),
    }  # fmt: skip
    assert [row["connection"] for row in routes(warehouse_of(cli))] == ["head_office"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"settings": {"refund": "net"}}, "there is no setting 'refund'"),
        ({"settings": {"refunds": "gross"}}, "gross"),
        ({"settings": {"refunds": None}}, "none"),
        ({"access": [{"user": "ivanova", "kpp": "960701009"}]}, "has no register or shop"),
        ({"accounts": [{"operation": "cash_income", "debit": "", "credit": "90", "from": "2026-01-01"}]}, "account"),
        ({"accounts": [{"operation": "cash_income", "taxation": "ufo", "debit": "5", "credit": "9",
                        "from": "2026-01-01"}]}, "there is no tax system 'ufo'"),
        ({"accounts": [{"operation": "sale", "debit": "5", "credit": "9", "from": "2026-01-01"}]}, "sale"),
        ({"accounts": [{"operation": "cash_income", "debit": "5", "credit": "9"}]}, "from"),
        ({"accounts": [{"operation": "cash_income", "debit": debit, "credit": "9", "from": "2026-01-01"}
                       for debit in ("50.01", "50.02")]}, "two rules for the same orders"),
        ({"settings": {"kpp": 960101001}}, "in quotes"),
        ({"settings": {"name": True}}, "in quotes"),
        ({"settings": {"most_changed_orders": "many"}}, "most_changed_orders"),
        ({"settings": {"cashier": "a\x00"}}, "cashier"),
        ({"access": [{"user": " "}]}, "user"),
        ({"access": [{"user": "a\x00b"}]}, "user"),
        ({"access": [{"user": "a\ud800b"}]}, INN),
        ({"alerts": [{"connection": ""}]}, "connection"),
        ({"setings": {}}, "setings"),
        ({"inn": SOLE_PROPRIETOR}, "is not registered, and the file lacks its name and tariff"),
        ({"inn": 9601000019}, "in quotes"),
        ({"inn": "9601000018"}, "is not a valid INN"),
        ("text", "entry 2"),
    ],
)  # fmt: skip
def test_an_organisation_that_cannot_be_changed_stays_and_costs_its_neighbours_nothing(
    cli: Cli, file: Path, wrong: object, why: str
) -> None:
    apply(cli, file, SHOP)
    before = organization_of(warehouse_of(cli), INN)
    entry = {"inn": INN, "settings": {"okpo": "87654321"}} | wrong if isinstance(wrong, dict) else wrong
    if isinstance(wrong, dict) and "settings" in wrong:
        entry = {"inn": INN, "settings": {"okpo": "87654321"} | wrong["settings"]}
    done = apply(cli, file, OTHER, entry)
    assert done.code == 1
    (failure,) = done.data["failures"].items()
    assert why in " ".join(failure)
    assert organization_of(warehouse_of(cli), INN) == before
    assert organization_of(warehouse_of(cli), VASILEK).name == "Василёк"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "organizations: []", "organizations: {}", "other: 1", "organizations: [{",
     f"organizations: [{{inn: '{INN}'}}, {{inn: '{INN}'}}]", f"organizations: [{{inn: '{INN}'}}, {{inn: ' {INN}'}}]",
     f"{{organizations: [{{inn: '{INN}'}}], version: 2}}",
     f"organizations: [{{inn: '{INN}', access: [{{user: anna}}], access: []}}]"],
)  # fmt: skip
def test_a_file_that_is_no_list_of_organisations_is_wrong_use(cli: Cli, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    done = cli.here("apply", str(file), "--json")
    assert done.code == 2
    assert warehouse_of(cli).rows("organizations", inn=None) == []


def test_an_entry_within_itself_is_refused_as_an_entry(cli: Cli, file: Path) -> None:
    file.write_text("organizations: [&a [*a]]", encoding="utf-8")
    done = cli.here("apply", str(file), "--json")
    assert (done.code, list(done.data["failures"])) == (1, ["entry 1"])
