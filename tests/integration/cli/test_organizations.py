"""`smena organization`: organisations and their settings."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from smena.mandates.organizations import BY_DAY, organization_of, set_organization
from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import FIRST, INN, KPP, NAMES, WAREHOUSE, Shop, cli_of
from tests.integration.warehouse.sessions import wait_until_somebody_waits
from tests.invented import SOLE_PROPRIETOR, WRONG
from tests.unit.cli.commands import Cli, Done

WRONG_INN = ["", WRONG, "96070838930", "960100732210", "960708389a", "９６０７０８３８９３", "0000000000"]


def add(cli: Cli, *words: str, inn: str = INN) -> Done:
    return cli.here("organization", "add", "--inn", inn, "--json", *words)


def add_shop(cli: Cli) -> Done:
    return add(cli, "--kpp", KPP, *NAMES)


def change(cli: Cli, *settings: str, inn: str = INN) -> Done:
    return cli.here("organization", "set", "--inn", inn, "--json", *settings)


def stored(cli: Cli, inn: str = INN) -> dict[str, object]:
    organization = organization_of(Warehouse(cli.connections[WAREHOUSE]), inn)
    return {name: getattr(organization, name) for name in organization.__slots__}


# --- add


def test_an_organisation_is_registered_with_the_usual_settings(cli: Cli) -> None:
    done = cli.run("organization", "add", "--inn", INN, "--kpp", KPP, *NAMES, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.data == stored(cli)
    assert done.data == {
        "inn": INN, "kpp": KPP, "name": "Ромашка", "tariff": "uchetny", "modifier": None, "timezone": "Europe/Moscow",
        "detail": "totals", "refunds": "rko", "date_policy": "shift_close", "corrections": "review", "vat": "totals",
        "keeps_cash_documents": True, "bad_share_limit": 0.2, "most_changed_orders": 100,
        "ofd_connection": "kontur_ofd", "market_connection": "kontur_market",
        "okpo": "", "head_position": "", "head_name": "", "chief_accountant": "", "cashier": "",
    }  # fmt: skip


def test_the_same_again_changes_nothing(cli: Cli) -> None:
    first = add_shop(cli)
    change(cli, "detail=receipts")
    again = add_shop(cli)
    assert again.code == 0
    assert again.data == first.data | {"detail": "receipts"} == stored(cli)


@pytest.mark.parametrize(
    "other",
    [
        ("--kpp", "960701002", *NAMES),
        ("--kpp", KPP, "--name", "Лютик", "--tariff", "uchetny"),
        ("--kpp", KPP, "--name", "Ромашка", "--tariff", "other"),
        ("--kpp", KPP, *NAMES, "--modifier", "accounting_hr"),
        ("--kpp", KPP, *NAMES, "--timezone", "Asia/Omsk"),
    ],
)
def test_adding_a_registered_organisation_with_other_settings_changes_nothing(
    known: Cli, other: tuple[str, ...]
) -> None:
    before = stored(known)
    done = add(known, *other)
    assert done.code == 2
    assert "registered already" in done.error and "`smena organization set`" in done.error
    assert stored(known) == before


def test_a_sole_proprietor_has_no_kpp(cli: Cli) -> None:
    done = add(cli, "--name", "ИП Иванов", "--tariff", "other", "--modifier", "accounting_hr", inn=SOLE_PROPRIETOR)
    assert (done.code, done.data["kpp"], done.data["modifier"]) == (0, "", "accounting_hr")
    assert change(cli, "keeps_cash_documents=no", inn=SOLE_PROPRIETOR).data["keeps_cash_documents"] is False


def test_ten_digits_padded_with_zeros_and_spaces_are_the_same_organisation(cli: Cli) -> None:
    assert add(cli, "--kpp", KPP, *NAMES, inn=f" 00{INN} ").data["inn"] == INN
    assert change(cli, "refunds=net", inn=f"00{INN}").data["inn"] == INN


@pytest.mark.parametrize("inn", WRONG_INN)
def test_a_wrong_inn_is_wrong_use(unconfigured: Cli, inn: str) -> None:
    done = add(unconfigured, "--kpp", KPP, *NAMES, inn=inn)
    assert done.code == 2
    assert "is not a valid INN" in done.error and "10 digits, or 12" in done.error


WRONG = {
    "no KPP": (NAMES, "a legal entity has a KPP"),
    "a short KPP": (("--kpp", "12345", *NAMES), "is not a KPP"),
    "a KPP of another alphabet": (("--kpp", "７７０７０１００１", *NAMES), "is not a KPP"),
    "no name": (("--kpp", KPP, "--tariff", "uchetny"), "--name"),
    "an empty name": (("--kpp", KPP, "--name", "", "--tariff", "uchetny"), "has a name"),
    "an unknown tariff": (("--kpp", KPP, "--name", "Ромашка", "--tariff", "gold"), "'gold'"),
    "an unknown modifier": (("--kpp", KPP, *NAMES, "--modifier", "gold"), "'gold'"),
    "an unknown zone": (("--kpp", KPP, *NAMES, "--timezone", "Mars/Olympus"), "no time zone 'Mars/Olympus'"),
    "a part of a zone": (("--kpp", KPP, *NAMES, "--timezone", "Europe"), "no time zone 'Europe'"),
    "a path for a zone": (("--kpp", KPP, *NAMES, "--timezone", "../../etc/passwd"), "no time zone"),
    "an endless zone": (("--kpp", KPP, *NAMES, "--timezone", "x" * 300), "no time zone"),
    "an unknown option": (("--kpp", KPP, *NAMES, "--colour", "red"), "--colour"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_an_organisation_cannot_be_is_wrong_use_and_nothing_is_registered(unconfigured: Cli, case: str) -> None:
    words, why = WRONG[case]
    done = add(unconfigured, *words)
    assert done.code == 2, done.err
    assert why in done.error
    assert done.data == {"error": done.error, "exit_code": 2}
    assert "not registered" in change(unconfigured, "name=Ромашка").error


# --- set


def test_settings_are_changed_and_the_rest_stays(cli: Cli) -> None:
    before = add_shop(cli).data
    changed = {
        "detail": "receipts",
        "refunds": "net",
        "date_policy": "shift_open",
        "corrections": "book",
        "vat": "exact",
        "timezone": "Asia/Omsk",
        "modifier": "accounting_hr",
        "name": "Ромашка=1",
        "kpp": "7707ZZ001",
        "ofd_connection": "ofd_of_ours",
    }
    done = change(
        cli, *(f"{key}={value}" for key, value in changed.items()), "bad_share_limit=0.05", "most_changed_orders=0"
    )
    assert done.code == 0
    limits = {"bad_share_limit": 0.05, "most_changed_orders": 0}
    assert done.data == before | changed | limits | {"waiting": 0} == stored(cli) | {"waiting": 0}
    assert change(cli, "modifier=none").data["modifier"] is None


def test_the_printed_settings_are_the_stored_ones(cli: Cli) -> None:
    add_shop(cli)
    done = change(cli, "bad_share_limit=0.12345")
    assert done.code == 2 or done.data["bad_share_limit"] == stored(cli)["bad_share_limit"]


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("colour=red", "settings are: bad_share_limit, cashier, chief_accountant, corrections, date_policy, detail,"),
        ("inn=9607083893", "there is no setting 'inn'"),
        ("Detail=totals", "there is no setting 'Detail'"),
        ("detail", "is not KEY=VALUE"),
        ("detail=weekly", "choose one of: totals, receipts"),
        ("refunds=", "choose one of: rko, net"),
        ("date_policy=receipt", "choose one of: shift_close, shift_open"),
        ("corrections=ask", "choose one of: review, book"),
        ("vat=receipts", "choose one of: totals, exact"),
        ("tariff=none", "choose one of: uchetny, other"),
        ("modifier=gold", "choose one of: accounting_hr"),
        ("bad_share_limit=20%", "between 0 and 1"),
        ("bad_share_limit=1.5", "between 0 and 1"),
        ("bad_share_limit=nan", "between 0 and 1"),
        ("okpo=1234567", "is not a code of OKPO"),
        (f"cashier={'я' * 121}", "up to 120 letters"),
        ("most_changed_orders=-1", "from 0 to 999999"),
        ("most_changed_orders=10%", "from 0 to 999999"),
        ("most_changed_orders=1000000", "from 0 to 999999"),
        ("most_changed_orders=", "from 0 to 999999"),
        ("most_changed_orders=٣", "from 0 to 999999"),
        ("keeps_cash_documents=maybe", "yes or no"),
        ("keeps_cash_documents=no", "only a sole proprietor"),
        ("kpp=", "a legal entity has a KPP"),
        ("name=", "has a name"),
        ("name=   ", "has a name"),
        ("timezone=", "no time zone"),
        ("timezone=Europe", "no time zone"),
        ("ofd_connection=", "ofd_connection"),
        ("name=\udcff", "name"),
    ],
)
def test_an_impossible_setting_is_wrong_use_and_nothing_of_the_command_is_done(
    known: Cli, setting: str, why: str
) -> None:
    before = stored(known)
    done = change(known, "detail=receipts", setting)
    after = stored(known)
    change(known, *(f"{key}={'none' if value is None else value}" for key, value in before.items() if key != "inn"))
    assert done.code == 2, (done.out, done.err)
    assert why in done.error
    assert after == before


def test_the_settings_of_an_unknown_organisation_cannot_be_changed(unconfigured: Cli) -> None:
    done = change(unconfigured, "detail=receipts")
    assert done.code == 2
    assert done.error == f"organisation {INN} is not registered — run `smena organization add` first"


def test_different_settings_that_two_people_change_at_once_are_both_changed(
    new_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse = new_warehouse()
    cli = cli_of(warehouse.dsn)
    add_shop(cli)

    def change_refunds() -> None:
        with Warehouse(warehouse.dsn).transaction() as transaction:
            set_organization(transaction, INN, {"refunds": "net"}, by="test")

    second = threading.Thread(target=change_refunds)
    with warehouse.transaction() as transaction:
        set_organization(transaction, INN, {"detail": "receipts"}, by="test")
        second.start()
        wait_until_somebody_waits(warehouse.dsn)
    second.join()
    assert (stored(cli)["detail"], stored(cli)["refunds"]) == ("receipts", "net")


# --- list and show


def test_organisations_are_listed_with_the_state_of_their_integrations(shop: Shop) -> None:
    add(shop.cli, "--name", "ИП Ива", "--tariff", "other", inn=SOLE_PROPRIETOR)
    done = shop.cli.here("organization", "list", "--json")
    assert done.code == 0
    listed = {row["inn"]: row for row in done.data["organizations"]}
    assert listed[shop.inn]["ofd"] == f"on from {FIRST}"
    assert (listed[SOLE_PROPRIETOR]["name"], listed[SOLE_PROPRIETOR]["ofd"]) == ("ИП Ива", "")
    assert set(listed) == {shop.inn, SOLE_PROPRIETOR}


def test_an_empty_list_says_so(cli: Cli) -> None:
    done = cli.here("organization", "list")
    assert (done.code, done.out) == (0, "no organisation is registered yet\n")


def test_show_gives_the_settings_that_set_changes(cli: Cli) -> None:
    add_shop(cli)
    change(cli, "refunds=netto")
    assert cli.here("organization", "show", "--inn", INN, "--json").data == stored(cli) | {
        "by_day": [{name: stored(cli)[name] for name in sorted(BY_DAY)} | {"first_day": None, "end_day": None}]
    }
    assert cli.here("organization", "show", "--inn", SOLE_PROPRIETOR).code == 2
