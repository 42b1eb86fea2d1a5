"""`smena integration`: on from a date, off, and the status."""

from __future__ import annotations

import getpass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.integration.cli.shop import FIRST, INN, KPP, LAST, NAMES, WAREHOUSE, Shop
from tests.integration.warehouse.sessions import look
from tests.invented import SOLE_PROPRIETOR as OTHER
from tests.town import head_of
from tests.unit.cli.commands import Cli, Done


@pytest.fixture
def registered(cli: Cli) -> Cli:
    """The command line with one organisation that has the right to the integration."""
    assert cli.here("organization", "add", "--inn", INN, "--kpp", KPP, *NAMES).code == 0
    return cli


def enable(cli: Cli, start: str = "2025-03-01", *words: str, inn: str = INN) -> Done:
    return signed(cli, "mandate", "enable", ("--inn", inn, "--product", "ofd", "--from", start), *words)


def disable(cli: Cli, *words: str) -> Done:
    return signed(cli, "ban", "disable", ("--inn", INN, "--product", "ofd"), *words)


def signed(cli: Cli, text: str, verb: str, what: tuple[str, ...], *words: str) -> Done:
    """The head's certificate, the text, his signature, and the switching; without one where no text is given."""
    head = head_of(what[1])
    with TemporaryDirectory() as directory:
        certificate, out, signature = (Path(directory) / name for name in ("head.pem", "text", "signature"))
        certificate.write_bytes(head.pem)
        cli.here("certificate", "add", "--inn", what[1], str(certificate))
        if cli.here("integration", text, *what, "--out", str(out)).code == 0:
            signature.write_bytes(head.sign(out.read_bytes()))
            words = ("--signature", str(signature), *words)
        return cli.here("integration", verb, *what, "--json", *words)


def status(cli: Cli, *words: str) -> Done:
    return cli.here("integration", "status", "--json", *words)


def history(cli: Cli) -> list[tuple[str, str, str, str]]:
    return look(
        cli.connections[WAREHOUSE],
        "select state, start_date::text, reason, changed_by from control.integration_history "
        "order by integration_history_id",
    )


# --- the right to it


def test_a_tariff_gives_the_right_and_so_does_the_modifier(cli: Cli) -> None:
    cli.here("organization", "add", "--inn", OTHER, "--name", "ИП Иванов", "--tariff", "other")
    done = enable(cli, inn=OTHER)
    assert done.code == 2
    assert "has no right" in done.error and "`uchetny`" in done.error and "`accounting_hr`" in done.error
    assert status(cli).data == {"integrations": []}
    cli.here("organization", "set", "--inn", OTHER, "modifier=accounting_hr")
    assert enable(cli, inn=OTHER).code == 0


def test_an_unknown_organisation_cannot_be_switched(unconfigured: Cli) -> None:
    for done in (enable(unconfigured), disable(unconfigured)):
        assert done.code == 2
        assert "not registered" in done.error and "`smena organization add`" in done.error


# --- on and off


def test_on_off_and_on_from_another_date(registered: Cli) -> None:
    done = enable(registered, "2025-03-01", "--reason", "по заявлению")
    assert (done.code, done.err) == (0, "")
    (answer_data,) = done.data["integrations"]
    assert (answer_data["organization_inn"], answer_data["product"]) == (INN, "ofd")
    assert (answer_data["state"], answer_data["start_date"]) == ("on", "2025-03-01")
    (answer_data,) = disable(registered, "--reason", "переезд").data["integrations"]
    assert (answer_data["state"], answer_data["start_date"]) == ("off", "2025-03-01")
    (answer_data,) = enable(registered, "2025-02-01").data["integrations"]
    assert (answer_data["state"], answer_data["start_date"]) == ("on", "2025-02-01")
    person = getpass.getuser()
    assert history(registered) == [
        ("on", "2025-03-01", "по заявлению", person),
        ("off", "2025-03-01", "переезд", person),
        ("on", "2025-02-01", "", person),
    ]


def test_switching_on_twice_is_one_switching_on(registered: Cli) -> None:
    first = enable(registered)
    again = enable(registered)
    assert (again.code, again.data) == (0, first.data)
    assert len(history(registered)) == 1


def test_another_date_while_it_is_on_is_wrong_use(registered: Cli) -> None:
    enable(registered)
    done = enable(registered, "2025-03-02")
    assert done.code == 2
    assert done.error.startswith(f"ofd of {INN} is on already, from 2025-03-01, by ")
    assert done.error.endswith(" UTC; nothing was changed — disable it before another date")
    assert len(history(registered)) == 1


def test_what_is_not_on_cannot_be_switched_off(registered: Cli) -> None:
    assert (disable(registered).code, disable(registered).error) == (2, f"ofd of {INN} is not on")
    enable(registered)
    assert disable(registered).code == 0
    again = disable(registered)
    assert again.code == 2
    assert again.error.startswith(f"ofd of {INN} is not on: it was switched off, by ")


@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", "01.03.2025", "2025-03", ""])
def test_a_malformed_date_is_wrong_use(known: Cli, day: str) -> None:
    done = enable(known, day)
    assert done.code == 2
    assert f"{day!r} is not a date like 2025-11-30" in done.error
    assert history(known) == []


@pytest.mark.parametrize("day", ["1925-03-01", "2016-06-30", "2205-03-01"])
@pytest.mark.parametrize("product", ["ofd", "market"])
def test_a_start_before_online_registers_or_far_ahead_is_wrong_use(known: Cli, product: str, day: str) -> None:
    for verb, words in (("enable", ()), ("mandate", ("--out", "/dev/null"))):
        if (verb, product) == ("mandate", "market"):
            continue
        done = known.here("integration", verb, "--inn", INN, "--product", product, "--from", day, *words)
        assert done.code == 2
        assert f"an integration cannot start on {day} — give a date from 2016-07-01" in done.error
    assert history(known) == []


def test_a_start_on_the_first_day_of_online_registers_is_a_start(registered: Cli) -> None:
    assert enable(registered, "2016-07-01").code == 0


@pytest.mark.parametrize("words", [("--product", "cash"), ("--product",), ()])
def test_a_product_is_one_of_two(known: Cli, words: tuple[str, ...]) -> None:
    done = known.here("integration", "enable", "--inn", INN, "--from", "2025-03-01", *words)
    assert (done.code, done.out) == (2, "")
    assert "--product" in done.error


# --- the status


def test_the_status_is_of_all_or_of_one(registered: Cli) -> None:
    assert registered.here("integration", "status").out == "no integration yet\n"
    registered.here("organization", "add", "--inn", OTHER, "--name", "ИП Иванов", "--tariff", "uchetny")
    enable(registered)
    enable(registered, inn=OTHER)
    assert [row["organization_inn"] for row in status(registered).data["integrations"]] == [OTHER, INN]
    assert [row["organization_inn"] for row in status(registered, "--inn", INN).data["integrations"]] == [INN]
    lines = registered.here("integration", "status").out.splitlines()
    assert len(lines) == 4
    assert lines[0].split()[:2] == ["ИНН", "organisation"]


def test_the_status_of_an_unknown_organisation_is_wrong_use(known: Cli) -> None:
    done = status(known, "--inn", OTHER)
    assert done.code == 2, done.out


def test_the_status_says_what_is_covered_and_ends_with_1_while_something_waits(shop: Shop) -> None:
    register = shop.disturb(1, "forbid_register")
    assert shop.load().code == 1
    done = shop.cli.run("integration", "status", "--json")
    assert (done.code, done.err) == (1, "")
    (answer_data,) = done.data["integrations"]
    assert (answer_data["gaps"], answer_data["covered_days"], answer_data["newest_covered_day"]) == (1, 0, None)
    assert [gap["unit_id"] for gap in shop.town.gaps()] == [register]
    shop.town.sandbox.faults.clear()
    assert shop.load().code == 0
    done = status(shop.cli)
    assert done.code == 0
    (answer_data,) = done.data["integrations"]
    assert (answer_data["gaps"], answer_data["covered_days"]) == (0, (LAST - FIRST).days + 1)
    assert answer_data["newest_covered_day"] == str(LAST)
