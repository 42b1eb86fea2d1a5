"""What is promised of each command alike: one JSON object, logs and errors on stderr, exit codes, no secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.ports import HOST, pick_free_port
from tests.integration.cli.shop import FIRST, KONTUR, LAST, WAREHOUSE, Shop
from tests.invented import SOLE_PROPRIETOR
from tests.invented import VASILEK as INN
from tests.unit.cli.commands import Cli

COMMANDS = {
    "migrate": ("migrate",),
    "organization add": ("organization", "add", "--inn", SOLE_PROPRIETOR, "--name", "ИП", "--tariff", "other"),
    "organization set": ("organization", "set", "--inn", "{inn}", "detail=totals"),
    "accounts list": ("accounts", "list", "--inn", "{inn}"),
    "accounts add": (
        "accounts",
        "add",
        "--inn",
        "{inn}",
        "--operation",
        "cash_refund",
        "--debit",
        "90.01",
        "--credit",
        "50.02",
        "--from",
        "2025-03-05",
    ),
    "certificate list": ("certificate", "list"),
    "integration enable": ("integration", "enable", "--inn", "{inn}", "--product", "market", "--from", str(FIRST)),
    "integration ban": ("integration", "ban", "--inn", "{inn}", "--product", "ofd", "--out", "/dev/null"),
    "integration status": ("integration", "status"),
    "plan": ("plan", "--inn", "{inn}"),
    "load": ("load", "--inn", "{inn}", "--product", "ofd", "--from", str(FIRST), "--to", str(LAST)),
    "documents": ("documents", "--inn", "{inn}"),
    "accept": ("accept", "{document}"),
    "shifts": ("shifts", "--inn", "{inn}"),
    "conflicts": ("conflicts",),
    "quarantine list": ("quarantine", "list"),
    "quality": ("quality",),
    "rehearse": ("rehearse", "--inn", "{inn}", "--from", str(FIRST), "--to", str(LAST)),
    "archive": ("archive", "--to", ".", "--before", "{day}"),
    "period status": ("period", "status", "--inn", "{inn}"),
    "explain": ("explain", "{document}"),
    "print": ("print", "{document}", "--out", "/dev/null"),
    "cash-book": ("cash-book", "--inn", "{inn}", "--kpp", "{kpp}", "--date", "{day}", "--out", "/dev/null"),
    "cash show": ("cash", "show", "--inn", "{inn}", "--from", str(FIRST), "--to", str(LAST)),
    "cash journal": ("cash", "journal", "--inn", "{inn}", "--from", str(FIRST), "--to", str(LAST)),
    "cash limit": ("cash", "limit", "--inn", "{inn}", "--from", str(FIRST), "--amount", "1000000"),
    "export": ("export", "--inn", "{inn}", "--from", str(FIRST), "--to", str(LAST), "--out", "{file}"),
    "integration disable": ("integration", "disable", "--inn", "{inn}", "--product", "market"),
}


NOTHING = {"kpp": "960701001", "day": str(FIRST), "file": "exported.csv"}


def words_of(
    command: str, inn: str = INN, document: str = "00000000-0000-0000-0000-000000000000", **text: str
) -> tuple[str, ...]:
    return tuple(word.format(inn=inn, document=document, **(NOTHING | text)) for word in COMMANDS[command])


def test_json_may_be_asked_for_before_or_after_the_command(shop: Shop, tmp_path: Path) -> None:
    document, more = "", {"file": str(tmp_path / "exported.csv")}
    for command in COMMANDS:
        if command == "accept":
            order = shop.town.orders()[0]
            document = str(order["document_id"])
            more |= {"kpp": order["kpp"], "day": str(order["date"])}
        words = words_of(command, shop.inn, document, **more)
        found = []
        for place in (("--json", *words), (*words, "--json"), (words[0], "--json", *words[1:])):
            done = shop.cli.here(*place)
            assert (done.code, done.err) == (0, ""), command
            found.append(done.data)
            if command == "integration disable":
                shop.cli.here(*words_of("integration enable", shop.inn))
        assert [set(one) for one in found] == [set(found[0])] * 3
        # Without it a person is answered, not a program.
        assert not shop.cli.here(*words).out.startswith("{")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unreachable_warehouse_is_exit_3_for_every_command(command: str) -> None:
    nowhere = {WAREHOUSE: f"postgresql://smena:tajna@{HOST}:{pick_free_port()}/books"}
    kontur = {KONTUR: f"http://u:tajna@{HOST}:{pick_free_port()}/?api_key=tajna"}
    done = Cli(nowhere | kontur, secrets=("tajna",)).here(*words_of(command), "--json")
    assert done.code == 3
    assert done.error.startswith("the warehouse does not answer: ")
    assert done.data == {"error": done.error, "exit_code": 3}


def test_a_warehouse_that_was_never_migrated_is_wrong_use_for_every_command(empty_database: str) -> None:
    cli = Cli({WAREHOUSE: empty_database, KONTUR: "http://u:tajna@localhost/?api_key=tajna"}, secrets=("tajna",))
    for command in COMMANDS.keys() - {"migrate"}:
        done = cli.here(*words_of(command))
        assert (done.code, done.out) == (2, ""), command
        assert "run `smena migrate`" in done.error


@pytest.mark.parametrize(
    ("command", "code"), [("organization set", 2), ("integration disable", 2), ("plan", 2), ("explain", 2)]
)
def test_debug_shows_where_an_error_comes_from_and_changes_nothing_else(
    unconfigured: Cli, command: str, code: int
) -> None:
    plain = unconfigured.here(*words_of(command), "--json")
    done = unconfigured.run(*words_of(command), "--json", "--debug")
    assert plain.code == code
    assert "Traceback (most recent call last)" in done.err
    assert plain.error in done.err
    assert done.code == plain.code
    assert done.data == plain.data


def test_debug_changes_nothing_of_what_goes_well(unconfigured: Cli) -> None:
    assert unconfigured.here("--debug", "integration", "status", "--json").data == {"integrations": []}
