"""Help says what the command line can do, and what it cannot do is one clear line."""

from __future__ import annotations

import pytest

from tests.invented import ROMASHKA, SOLE_PROPRIETOR, WRONG
from tests.unit.cli.commands import Cli

CLI = Cli({}, secrets=("tajna",))

# What scripts outside the repository rely on, of the commands that there are.
OPTIONS = {
    "migrate": (),
    "organization add": ("--inn", "--kpp", "--name", "--tariff [uchetny|other]", "--modifier [accounting_hr]",
                         "--timezone"),
    "organization set": ("--inn", "--from", "KEY=VALUE"),
    "accounts list": ("--inn",),
    "accounts add": ("--inn", "--operation", "--taxation", "--debit", "--credit", "--from"),
    "integration enable": ("--inn", "--product [ofd|market]", "--from"),
    "integration disable": ("--inn", "--product [ofd|market]"),
    "integration status": ("--inn",),
    "plan": ("--inn", "--product [ofd|market]"),
    "load": ("--inn", "--product [ofd|market]", "--from", "--to", "--today"),
    "documents": ("--inn", "--from", "--to", "--kind [pko|rko|cashless_report|sales_report|waybill]"),
    "explain": ("DOCUMENT_ID", "--fiscal-drive", "--document", "--page", "--out"),
    "print": ("DOCUMENT_ID", "--out"),
    "cash-book": ("--inn", "--kpp", "--date", "--balance", "--out"),
    "cash open": ("--inn", "--kpp", "--date", "--balance", "--take-back"),
    "cash add": ("--inn", "--kpp", "--movement", "--date", "--amount", "--number", "--counterparty", "--account",
                 "--basis"),
    "cash import": ("--inn", "--kpp", "--dry-run", "FILE"),
    "cash reverse": ("ID", "--reason", "--date"),
    "cash limit": ("--inn", "--kpp", "--from", "--amount"),
    "cash show": ("--inn", "--kpp", "--from", "--to"),
    "cash journal": ("--inn", "--kpp", "--from", "--to"),
    "export": ("--inn", "--from", "--to", "--kind [pko|rko|cashless_report|sales_report|waybill]", "--out"),
    "quality": ("--inn", "--batch", "--out"),
    "rehearse": ("--inn", "--from", "--to", "--batch", "--product [ofd|market]", "--set KEY=VALUE"),
    "archive": ("--to", "--before", "--dry-run", "--check"),
    "allow": ("--batch", "--reason"),
    "quarantine list": ("--inn", "--reason", "--state [open|released|given_up]", "--from", "--to"),
    "quarantine show": ("ID", "--page"),
    "quarantine retry": ("ID…", "--inn"),
    "quarantine give-up": ("ID…", "--reason"),
}  # fmt: skip


def test_help_names_every_command_and_exit_code() -> None:
    done = CLI.run("--help")
    assert (done.code, done.err) == (0, "")
    assert {name.split()[0] for name in OPTIONS} <= set(done.out.split())
    assert "--json" in done.out and "--debug" in done.out
    output = " ".join(done.out.split())
    for code in ("0 done", "1 done, but something waits for a person", "2 wrong use", "3 an outside system failed"):
        assert code in output
    assert CLI.here("-h").out == done.out


@pytest.mark.parametrize("command", OPTIONS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_of_a_command_names_what_it_takes(command: str, flag: str) -> None:
    done = CLI.here(*command.split(), flag)
    assert (done.code, done.err) == (0, "")
    output = " ".join(done.out.split())
    assert output.startswith(f"Usage: smena {command} ")
    for option in OPTIONS[command]:
        assert option in output


@pytest.mark.parametrize("group", ["organization", "integration", "quarantine", "cash "])
def test_help_of_a_group_names_its_commands(group: str) -> None:
    done = CLI.here(group.strip(), "--help")
    assert (done.code, done.err) == (0, "")
    assert {name.split()[1] for name in OPTIONS if name.startswith(group)} <= set(done.out.split())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("integration", "nonsense"), "No such command 'nonsense'"),
        (("--colour",), "--colour"),
        (("migrate", "now"), "now"),
        (("explain",), "DOCUMENT_ID"),
        (("explain", "a", "b"), "b"),
        (("print", "00000000-0000-0000-0000-000000000000"), "--out"),
        (("cash-book", "--inn", ROMASHKA, "--out", "book.pdf"), "--date"),
        (("cash", "open", "--inn", ROMASHKA), "--take-back"),
        (("cash", "add", "--inn", ROMASHKA, "--movement", "theft", "--date", "2025-03-01", "--amount", "1"), "theft"),
        (("cash", "add", "--inn", ROMASHKA, "--movement", "wages", "--date", "2025-03-01", "--amount", "-1"), "below"),
        (("cash", "reverse", "0", "--reason", "x"), "0"),
        (("cash", "reverse", "1"), "--reason"),
        (("export", "--inn", ROMASHKA, "--from", "2025-03-01", "--to", "2025-03-02"), "--out"),
        (("organization", "set", "--inn", ROMASHKA), "KEY=VALUE"),
        (("rehearse", "--inn", ROMASHKA, "--from", "2025-03-01"), "--to"),
        (("rehearse", "--batch", "1", "--inn", ROMASHKA), "--batch"),
        (("archive", "--to", "/mnt/archive"), "--before"),
        (("archive", "--before", "2025-03-01"), "SMENA_ARCHIVE"),
        (("allow", "--batch", "1"), "--reason"),
        (("integration", "enable", "--inn", ROMASHKA), "--product"),
        (("load", "--inn", ROMASHKA, "--from", "2025-03-01"), "--to"),
        (("load", "--inn", ROMASHKA, "--from", "2025-03-01", "--to", "2025-03-02", "--today"), "--today goes with no"),
        (("documents", "--inn"), "--inn"),
        (("documents", "--inn", WRONG), "is not a valid INN"),
        (("plan",), "--inn"),
    ],
)
def test_unknown_words_are_wrong_use_in_one_line(words: tuple[str, ...], why: str) -> None:
    done = CLI.here(*words)
    assert (done.code, done.out) == (2, "")
    assert why in done.error
    reported = CLI.here("--json", *words)
    assert (reported.code, reported.data) == (2, {"error": done.error, "exit_code": 2})


@pytest.mark.parametrize("words", [(), ("organization",), ("integration",)])
def test_no_command_at_all_is_wrong_use_in_a_readable_line(words: tuple[str, ...]) -> None:
    done = CLI.here(*words)
    assert (done.code, done.out) == (2, "")
    assert done.error
    assert len(done.error) < 160
    assert "--help" in done.error


@pytest.mark.parametrize(
    "words",
    [
        ("migrate",),
        ("organization", "add", "--inn", SOLE_PROPRIETOR, "--name", "ИП", "--tariff", "other"),
        ("organization", "set", "--inn", SOLE_PROPRIETOR, "detail=totals"),
        ("integration", "enable", "--inn", SOLE_PROPRIETOR, "--product", "ofd", "--from", "2025-03-01"),
        ("integration", "disable", "--inn", SOLE_PROPRIETOR, "--product", "ofd"),
        ("integration", "status"),
        ("plan", "--inn", SOLE_PROPRIETOR),
        ("load", "--inn", SOLE_PROPRIETOR, "--product", "ofd", "--from", "2025-03-01", "--to", "2025-03-02"),
        ("documents", "--inn", SOLE_PROPRIETOR),
        ("explain", "00000000-0000-0000-0000-000000000000"),
        ("print", "00000000-0000-0000-0000-000000000000", "--out", "order.pdf"),
        ("cash-book", "--inn", SOLE_PROPRIETOR, "--date", "2025-03-01", "--out", "book.pdf"),
        ("cash", "show", "--inn", SOLE_PROPRIETOR, "--from", "2025-03-01", "--to", "2025-03-02"),
        ("export", "--inn", SOLE_PROPRIETOR, "--from", "2025-03-01", "--to", "2025-03-02", "--out", "exported.csv"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_without_a_warehouse_every_command_says_what_to_set(words: tuple[str, ...]) -> None:
    done = CLI.here(*words)
    assert (done.code, done.out) == (2, "")
    assert done.error == "there is no connection `warehouse` — set AIRFLOW_CONN_WAREHOUSE"


def test_a_value_that_looks_like_a_shared_option_is_a_value() -> None:
    """A name may be anything: only words that stand for options are options."""
    done = CLI.here("organization", "add", "--inn", SOLE_PROPRIETOR, "--tariff", "other", "--name=--json")
    assert (done.code, done.out) == (2, "")
    assert "AIRFLOW_CONN_WAREHOUSE" in done.error
