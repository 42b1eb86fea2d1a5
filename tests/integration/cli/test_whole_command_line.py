"""Every command, on data like the demo's, in each form of its answer: no traceback, no undocumented exit code."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest

from demo.postgres import EmbeddedPostgres
from sandbox import SandboxServer
from smena.cli import main
from smena.cli.exits import EXIT_CODES
from smena.messages import ENGLISH, translate
from smena.model.reasons import Reason
from smena.reads.documents import Filter, documents
from smena.warehouse.database import Warehouse
from tests.integration.cli.shop import FIRST, LAST
from tests.integration.cli.whole_town import SANDBOX, command_line, fill
from tests.invented import SOLE_PROPRIETOR
from tests.raw_reasons import every_reason, raw_reasons
from tests.town import Town, head_of
from tests.unit.cli.commands import Cli, Done

DAYS = ("--from", str(FIRST), "--to", str(LAST))

# In the order in which they are run; values in braces are of the town. Commands that only read come first.
READING = {
    ("documents",): [("--inn", "{inn}"), ("--inn", "{inn}", "--kind", "waybill"), ("--inn", "{inn}", *DAYS)],
    ("shifts",): [("--inn", "{inn}"), ("--inn", "{inn}", "--late")],
    ("conflicts",): [(), ("--inn", "{inn}")],
    ("links",): [(), ("--inn", "{inn}")],
    ("period", "status"): [("--inn", "{inn}")],
    ("explain",): [
        ("{order}",), ("{till_order}",), ("{waybill}",), ("{shift}",), ("{till_shift}",), ("{bad_shift}",),
        ("--fiscal-drive", "{drive}", "--document", "{fiscal}"), ("--fiscal-drive", "{drive}", "--document", "9999"),
        ("--page", "{page}", "--out", "page.bin"),
    ],
    ("print",): [("{order}", "--out", "order.pdf")],
    ("cash-book",): [("--inn", "{inn}", "--date", "{day}", "--kpp", "{kpp}", "--out", "b.pdf", "--balance", "5000")],
    ("cash", "show"): [("--inn", "{inn}", *DAYS), ("--inn", "{inn}", "--kpp", "{kpp}", *DAYS)],
    ("cash", "journal"): [("--inn", "{inn}", *DAYS)],
    ("export",): [("--inn", "{inn}", *DAYS, "--out", "o.csv"), ("--inn", "{inn}", *DAYS, "--out", "o.xlsx")],
    ("certify",): [("--inn", "{inn}", *DAYS, "--out", "p.html"), ("--inn", "{inn}", *DAYS, "--out", "p.json")],
    ("verify",): [("p.html",), ("p.json",), ("--all",)],
    ("quality",): [(), ("--inn", "{inn}"), ("--batch", "{batch}", "--out", "docs"), ("--batch", "{batch}")],
    ("rehearse",): [
        ("--inn", "{inn}", *DAYS), ("--inn", "{inn}", *DAYS, "--set", "refunds=net"), ("--batch", "{stopped}"),
    ],
    ("archive",): [("--to", ".", "--before", "{day}", flag) for flag in ("--dry-run", "--check")],
    ("quarantine", "list"): [(), ("--inn", "{inn}", "--state", "open")],
    ("quarantine", "show"): [("{quarantined}",), ("{quarantined}", "--page", "page.bin")],
    ("alerts",): [(), ("--inn", "{inn}")],
    ("certificate", "list"): [(), ("--inn", "{inn}")],
    ("integration", "status"): [(), ("--inn", "{inn}")],
    ("access", "list"): [()],
    ("alert-routes", "list"): [()],
    ("plan",): [("--inn", "{inn}"), ("--inn", "{inn}", "--product", "market")],
    ("organization", "list"): [()],
    ("organization", "show"): [("--inn", "{inn}")],
    ("accounts", "list"): [("--inn", "{inn}")],
    ("connections", "test"): [(), ("warehouse",)],
    ("dags",): [(), ("--path",)],
    ("completion",): [("bash",), ("zsh",), ("fish",)],
}  # fmt: skip
WRITING = {
    ("migrate",): [()],
    ("organization", "add"): [("--inn", SOLE_PROPRIETOR, "--name", "ИП", "--tariff", "uchetny")],
    ("apply",): [("organizations.yaml", "--dry-run"), ("organizations.yaml",)],
    ("organization", "set"): [("--inn", "{inn}", "--from", "2025-03-05", "detail=receipts")],
    ("accounts", "add"): [
        ("--inn", "{inn}", "--operation", "cash_income", "--debit", "50.02", "--credit", "90", "--from", "2025-03-05"),
    ],
    ("certificate", "add"): [("--inn", "{inn}", "head.pem")],
    ("integration", "mandate"): [
        ("--inn", SOLE_PROPRIETOR, "--product", "ofd", "--from", str(FIRST), "--out", "m.txt"),
    ],
    ("integration", "ban"): [("--inn", "{inn}", "--product", "ofd", "--out", "ban.txt")],
    ("integration", "disable"): [("--inn", "{inn}", "--product", "market")],
    ("integration", "enable"): [("--inn", "{inn}", "--product", "market", "--from", str(FIRST))],
    ("access", "grant"): [("--user", "boris", "--inn", "{inn}")],
    ("alert-routes", "add"): [("--connection", "head_office", "--inn", "{inn}", "--kpp", "{kpp}")],
    ("alert-routes", "remove"): [("1",)],
    ("access", "roles"): [()],
    ("access", "revoke"): [("--user", "boris", "--inn", "{inn}")],
    # Before a load: the source may report again what is booked, and then nobody is asked any more.
    ("resolve",): [("{decision}", "keep-ofd", "--reason", "counted")],
    ("load",): [
        ("--inn", "{inn}"), ("--inn", "{inn}", "--product", "market"), ("--inn", "{inn}", *DAYS),
    ],
    ("reconcile",): [("--inn", "{inn}", *DAYS)],
    ("accept",): [("--inn", "{inn}", *DAYS, "--kind", "waybill"), ("{new_order}",)],
    ("unaccept",): [("{new_order}", "--reason", "too early")],
    ("reject",): [("--reason", "wrong", "{other_order}")],
    ("allow",): [("--batch", "{stopped}", "--reason", "expected")],
    ("links", "set"): [("--inn", "{inn}", "--cashbox", "{cashbox}", "--register", "{register}", "--reason", "seen")],
    ("links", "confirm"): [("{link}", "--reason", "seen")],
    ("links", "withdraw"): [("{link}", "--reason", "not so")],
    ("quarantine", "retry"): [("{quarantined}",), ("--inn", "{inn}")],
    ("quarantine", "give-up"): [("{quarantined}", "--reason", "lost")],
    ("period", "open"): [("--inn", "{inn}")],
    ("cash", "open"): [
        ("--inn", "{inn}", "--kpp", "{kpp}", "--date", str(FIRST), "--balance", "5000"),
        ("--inn", "{inn}", "--kpp", "{kpp}", "--take-back", "counted again"),
    ],
    ("cash", "add"): [
        ("--inn", "{inn}", "--movement", "bank_deposit", "--date", "{day}", "--amount", "100", "--number", "7"),
    ],
    ("cash", "reverse"): [("1", "--reason", "wrong")],
    ("cash", "import"): [("--inn", "{inn}", "--dry-run", "cash.csv"), ("--inn", "{inn}", "cash.csv")],
    ("cash", "limit"): [("--inn", "{inn}", "--from", "{day}", "--amount", "1000")],
    ("period", "close"): [("--inn", "{inn}", "--through", str(FIRST))],
}  # fmt: skip
# A proposal may be there, or every link be in force: both words are right. Roles are FAB's: without it there are none.
MAY_BE_REFUSED = {("links", "confirm"), ("links", "withdraw"), ("links", "set"), ("access", "roles")}


@dataclass
class World:
    """The town, what is in it by name, and how copies of its warehouse are made."""

    town: Town
    copy: Callable[[], Warehouse]
    names: dict[str, str] = field(default_factory=dict)

    def cli(self, warehouse: Warehouse) -> Cli:
        return command_line(self.town, warehouse.dsn)

    def words(self, path: tuple[str, ...], rest: tuple[str, ...]) -> list[str]:
        return [*path, *(word.format(**self.names) for word in rest)]


NAMES = {
    "order": "select document_id from accounting.cash_order where source = 'ofd' and status = 'accepted'",
    "till_order": "select document_id from accounting.cash_order where source = 'market'",
    "new_order": "select document_id from accounting.cash_order where status = 'new' order by number",
    "other_order": "select document_id from accounting.cash_order where status = 'new' order by number desc",
    "waybill": "select document_id from accounting.market_document where kind = 'waybill' and amount is null",
    "shift": "select shift_id from accounting.shift where source = 'ofd'",
    "till_shift": "select shift_id from accounting.shift where source = 'market'",
    "bad_shift": "select shift_id from accounting.shift where outcome not in ('issued', 'no_cash')",
    "drive": "select fiscal_drive_number from accounting.shift where source = 'ofd'",
    "fiscal": "select fiscal_document_number from accounting.shift where source = 'ofd'",
    "page": "select page_id from raw.page",
    "day": "select date from accounting.cash_order where source = 'ofd' and status = 'accepted'",
    "kpp": "select kpp from accounting.cash_order where source = 'ofd' and status = 'accepted'",
    "batch": "select batch_id from control.check_result",
    "stopped": "select batch_id from control.batch where state = 'stopped'",
    "quarantined": "select quarantine_id from control.quarantine where state = 'open'",
    "decision": "select decision_id from control.decision where state = 'open' and kind = 'conflict'",
    "cashbox": "select cashbox_id from accounting.shift where source = 'market'",
    "register": "select kkt_reg_id from accounting.shift where source = 'ofd'",
    "link": "select register_link_id from control.register_link",
}


@pytest.fixture(scope="module")
def world(postgres: EmbeddedPostgres, migrated: str) -> Iterator[World]:
    made: list[Warehouse] = []

    def make(template: str) -> Warehouse:
        name = f"whole_{secrets.token_hex(6)}"
        postgres.create_database(name, template=template)
        made.append(Warehouse(postgres.dsn(name)))
        return made[-1]

    with SandboxServer(SANDBOX) as sandbox:
        town = Town(sandbox, make(migrated), FIRST)
        fill(town)
        names = {"inn": town.inn}
        for name, query in NAMES.items():
            rows = town.sql(query + " limit 1")
            assert rows, f"the town has no {name}"
            names[name] = str(rows[0][0])
        town.warehouse.close()
        prepared = town.warehouse.dsn.rpartition("/")[2]
        yield World(town, lambda: make(prepared), names)
        for warehouse in made:
            warehouse.close()
            postgres.drop_database(warehouse.dsn.rpartition("/")[2])


@pytest.fixture(autouse=True)
def here(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where commands write; the head's certificate and a file of cash movements lie there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "head.pem").write_bytes(head_of(world.town.inn).pem)
    declared = f"organizations: [{{inn: '{world.town.inn}', settings: {{cashier: Иванова}}, access: [{{user: anna}}]}}]"
    (tmp_path / "organizations.yaml").write_text(declared, "utf-8")
    (tmp_path / "cash.csv").write_text("day;movement;amount\n2025-03-05;wages;100.00\n2025-03-05;theft;1\n", "utf-8")


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that can be run."""
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield path
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from leaves(inner, (*path, name))


def test_every_command_has_its_case() -> None:
    assert set(leaves(main)) == READING.keys() | WRITING.keys()


def assert_well_formed(done: Done, *, as_json: bool) -> None:
    """Assert what holds however a command ends."""
    assert done.code in EXIT_CODES, done
    assert "Traceback" not in done.err + done.out
    if as_json:
        assert isinstance(done.data, dict)
        json.dumps(done.data, allow_nan=False)
    if done.code not in (0, 1):
        assert done.error


def is_in_sentences(done: Done) -> bool:
    """Whether every stored reason is shown as its sentence."""
    return raw_reasons(done.out + done.err) == []


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_every_command_is_run_on_data_like_the_demos(world: World, *, as_json: bool) -> None:
    cli = world.cli(world.copy())
    wrong = []
    for path, cases in (READING | WRITING).items():
        for rest in cases:
            done = cli.here(*world.words(path, rest), *(["--json"] if as_json else []))
            assert_well_formed(done, as_json=as_json)
            assert as_json or is_in_sentences(done), (path, rest, raw_reasons(done.out + done.err))
            if done.code not in (0, 1) and path not in MAY_BE_REFUSED:
                wrong.append((path, rest, done.code, done.err[-300:]))
    assert wrong == []


_REASONS = {
    "accounting.shift": ("reason",),
    "accounting.cash_order": ("status_reason",),
    "control.decision": ("reason",),
    "control.quarantine": ("reason",),
    "control.gap": ("details",),
    "control.completeness": ("reason",),
    "control.difference": ("cause",),
    "control.register_link": ("reason",),
    "control.assignment": ("error",),
}
"""Columns that hold stored reasons, where a rule writes them."""

_SIGNED_BY_RULE = {
    "accounting.cash_order": "status_by = 'rule', status_at = now()",
    "control.register_link": "decided_by = 'rule'",
    "control.decision": "recommendation = jsonb_build_object('word', 'reverse', 'reason', %(every)s),"
    " resolved_by = case when state = 'resolved' then 'rule' end,"
    " resolution_reason = case when state = 'resolved' then %(every)s end",
}


def test_every_reason_is_a_sentence_on_the_command_line(world: World) -> None:
    warehouse = world.copy()
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for table, columns in _REASONS.items():
            changes = [f"{column} = %(every)s" for column in columns]
            changes += [_SIGNED_BY_RULE[table]] if table in _SIGNED_BY_RULE else []
            cursor.execute(f"update {table} set {', '.join(changes)}", {"every": every_reason()})  # noqa: S608
    cli, shown = world.cli(warehouse), 0
    for path, cases in READING.items():
        for rest in cases:
            done = cli.here(*world.words(path, rest))
            assert is_in_sentences(done), (path, rest, raw_reasons(done.out + done.err))
            shown += translate(str(Reason.VAT_NEGATIVE), ENGLISH) in done.out
    assert shown >= 9


def test_waybills_without_an_amount_are_counted_apart(world: World) -> None:
    done = world.cli(world.copy()).here("documents", "--inn", world.names["inn"], "--kind", "waybill")
    assert done.code == 0
    without = documents(world.copy(), Filter(world.names["inn"], kind="waybill"))
    count = sum(row["amount"] is None for row in without)
    assert count > 0
    assert f"and {count} without an amount" in done.out


# --- what the warehouse may hold

_TABLES = """
    select format('%I.%I', table_schema, table_name), array_agg(column_name::text)
    from information_schema.columns
    inner join information_schema.tables using (table_schema, table_name)
    where table_schema in ('accounting', 'control') and table_type = 'BASE TABLE' and {}
    group by 1 order by 1
"""
_NULLABLE = "is_nullable = 'YES'"


def changed(warehouse: Warehouse, table: str, columns: list[str], value: str | None) -> int:
    """Set each of these columns where the table allows it; return how many were set."""
    count = 0
    for column in columns:
        try:
            with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
                cursor.execute("set local session_replication_role = replica")
                cursor.execute(f'update {table} set "{column}" = %s', (value,))  # noqa: S608 - names of the catalogue
                count += cursor.rowcount > 0
        except Exception:  # noqa: BLE001, S112 - a rule of the table: it cannot be so
            continue
    return count


def tables(warehouse: Warehouse, which: str) -> list[tuple[str, list[str]]]:
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(_TABLES.replace("{}", which))
        return [(table, columns) for table, columns in cursor.fetchall() if table != "control.alembic_version"]


def attack(world: World, which: str, value: str | None, *, least: int, by_table: bool) -> None:
    """Run every reading command on a warehouse in which each such column, of one table or of all, has this value."""
    todo = tables(world.copy(), which)
    rounds = [[one] for one in todo] if by_table else [todo]
    count, wrong = 0, []
    for of_round in rounds:
        warehouse = world.copy()
        done_here = sum(changed(warehouse, table, columns, value) for table, columns in of_round)
        count += done_here
        if not done_here:
            continue
        cli = world.cli(warehouse)
        for path, cases in READING.items():
            for rest in cases:
                for as_json in (False, True):
                    done = cli.here(*world.words(path, rest), *(["--json"] if as_json else []))
                    assert_well_formed(done, as_json=as_json)
                    if done.code == 70:
                        wrong.append((of_round[0][0], path, rest, done.said[-1][:200]))
                    assert as_json or "\x1b" not in done.out
        warehouse.close()
    assert count >= least
    assert wrong == []


def test_a_null_wherever_one_may_be_ends_no_command(world: World) -> None:
    attack(world, _NULLABLE, None, least=30, by_table=False)
