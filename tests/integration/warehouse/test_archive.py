"""The evidence of a closed month moves to files: what is read from it stays the same, and nothing is lost."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow.parquet as pq
import pytest

from sandbox import MarketSettings
from smena.decisions.periods import close_period
from smena.model.errors import BrokenPromise, PassingFault, WrongUse
from smena.model.reasons import Reason
from smena.model.window import MARKET, Window
from smena.reconciliation.certificate import certify, verify
from smena.reconciliation.reconcile import reconcile
from smena.reconciliation.rehearsal import rehearse
from smena.warehouse import archive as reading
from smena.warehouse import archiving
from smena.warehouse.archiving import ARCHIVED, OPEN, READY, Month, archive
from smena.warehouse.database import Warehouse
from smena.warehouse.document_trace import trace_of
from smena.warehouse.lineage import lineage_of, page_of
from smena.warehouse.packing import compress, decompress
from tests.integration.cli.shop import cli_of
from tests.integration.conftest import CopyTown
from tests.integration.warehouse.sessions import look
from tests.integration.warehouse.test_restoring import run as program
from tests.town import EASY, FIRST, Town

MONTH = datetime(2026, 2, 20, 12, tzinfo=UTC)
"""The pages came in this month: the clock of the server is past it."""
CLOSED = date(2026, 2, 28)
BEFORE = date(2026, 3, 1)
LAST = date(2025, 12, 12)
DAYS = Window(FIRST, date(2025, 12, 11))
SHOP = replace(EASY, last_day=LAST, refund_permille=150)


def load_in_an_earlier_month(town: Town) -> None:
    look(town.warehouse.dsn, "select raw.make_month(%s)", MONTH)
    earlier = "raw.first_page_id('2026-02-20 12:00Z') + nextval('raw.page_number')"
    look(town.warehouse.dsn, f"alter table raw.page alter column page_id set default {earlier}")
    town.enable_market(FIRST)
    town.load()
    town.load(product=MARKET)
    reconcile(town.context, town.inn, run_id="test", window=DAYS)


@pytest.fixture
def town(copy_town: CopyTown) -> Town:
    return copy_town(load_in_an_earlier_month, SHOP, behaviour={"market": MarketSettings()})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    return folder


def close(town: Town, through: date = CLOSED) -> None:
    with town.warehouse.transaction() as transaction:
        close_period(transaction, inn=town.inn, through=through, closed_by="test")


def run(town: Town, place: Path, **how: Any) -> Month:
    (month,) = archive(town.warehouse, str(place), BEFORE, by="test", **how)
    return month


def files(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def body_of_month_is_null(town: Town) -> bool:
    (counts,) = town.sql("select count(*), count(body) from raw.page")
    assert counts[0] > 0 and counts[1] in (0, counts[0])
    return bool(counts[1] == 0)


def pages_of(town: Town) -> list[tuple[Any, ...]]:
    columns = "page_id, batch_id, fetch_id, unit_id, method, address, status, fetched_at, encode(sha256, 'hex')"
    return town.sql(f"select {columns}, body_bytes from raw.page order by page_id")  # noqa: S608 - columns of ours


def everything_read(town: Town) -> dict[str, Any]:
    """What the readers of the evidence answer."""
    made = certify(town.warehouse, town.inn, DAYS, made_by="test", now=MONTH)
    rehearsed = rehearse(town.context, town.inn, Window(FIRST, LAST), settings={"refunds": "net"})
    with town.warehouse.transaction() as transaction:
        bodies = {row[0]: page_of(transaction, row[0]).body for row in pages_of(town)}
        orders = [str(order["document_id"]) for order in town.orders()[:3]]
        shift = next(shift for shift in town.shifts() if shift["fiscal_drive_number"])
        traced = trace_of(transaction, shift["fiscal_drive_number"], shift["fiscal_document_number"])
        lineages = [lineage_of(transaction, order).as_dict() for order in orders]
    verified = verify(town.warehouse, made)
    return {
        "certificate": made,
        "verified": (verified.difference, verified.pages),
        "rehearsed": (rehearsed.compared, rehearsed.differences.to_dict("records"), rehearsed.failed),
        "bodies": bodies,
        "lineages": lineages,
        "trace": traced.as_dict(),
    }


@pytest.mark.parametrize("group_bytes", [archiving.GROUP_BYTES, 3000], ids=["one group", "many groups"])
def test_what_is_read_from_the_archive_is_what_was_read_from_the_database(
    town: Town, place: Path, group_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "GROUP_BYTES", group_bytes)
    close(town)
    pages, before = pages_of(town), everything_read(town)
    month = run(town, place)
    assert (month.state, month.pages) == (ARCHIVED, len(pages))
    assert (pq.ParquetFile(place / month.file).num_row_groups > 10) == (group_bytes == 3000)
    assert body_of_month_is_null(town)
    assert pages_of(town) == pages
    after = everything_read(town)
    assert before["rehearsed"][0] > 0 and before["rehearsed"][1] and before["verified"][1] > 0
    assert before["trace"]["found"]
    assert after == before
    assert {page_id: hashlib.sha256(body).hexdigest() for page_id, body in after["bodies"].items()} == {
        row[0]: row[8] for row in pages
    }


def test_a_file_has_every_page_and_its_manifest_the_hashes(town: Town, place: Path) -> None:
    close(town)
    pages = pages_of(town)
    packed = {
        page_id: decompress(bytes(body), size)
        for page_id, body, size in town.sql("select page_id, body, body_bytes from raw.page")
    }
    month = run(town, place)
    assert files(place) == [month.file.replace(".parquet", ".json"), month.file]
    table = pq.read_table(place / month.file)
    assert table["body"].to_pylist() == [packed[row[0]] for row in pages]
    rows = zip(*(table[name].to_pylist() for name in table.schema.names[:-1]), strict=True)
    assert [(*row[:8], row[8].hex(), row[9]) for row in rows] == pages
    manifest = json.loads((place / month.file.replace(".parquet", ".json")).read_text())
    whole = (place / month.file).read_bytes()
    over_pages = hashlib.sha256(b"".join(row[0].to_bytes(8, "big") + bytes.fromhex(row[8]) for row in pages))
    assert manifest == {
        "kind": "smena-archive-of-evidence",
        "version": 1,
        "month": "2026-02",
        "rows": len(pages),
        "bytes": sum(row[9] for row in pages),
        "pages_sha256": over_pages.hexdigest(),
        "files": [{"name": month.file, "bytes": len(whole), "sha256": hashlib.sha256(whole).hexdigest()}],
    }
    ((kept, before),) = town.sql("select kept_bytes, table_bytes from raw.archive")
    assert (month.kept_bytes, month.table_bytes) == (kept, before)
    assert month.file_bytes == len(whole) and kept < before
    # It is done: again it changes nothing.
    stamp = (place / month.file).stat().st_mtime_ns
    assert run(town, place) == month
    assert (place / month.file).stat().st_mtime_ns == stamp


def test_a_load_after_it_reads_and_writes_as_before(town: Town, place: Path) -> None:
    close(town, date(2026, 2, 28))
    run(town, place)
    before = pages_of(town)
    look(
        town.warehouse.dsn,
        "alter table raw.page alter column page_id"
        " set default raw.first_page_id(clock_timestamp()) + nextval('raw.page_number')",
    )
    town.load(FIRST, DAYS.last_day)
    assert pages_of(town)[: len(before)] == before
    assert len(pages_of(town)) > len(before)
    made = certify(town.warehouse, town.inn, DAYS, made_by="test", now=MONTH)
    assert verify(town.warehouse, made).difference is None


# --- which months


@pytest.mark.parametrize(
    ("through", "code"),
    [(None, Reason.MONTH_NOT_CLOSED_AT_ALL), (date(2026, 2, 27), Reason.MONTH_NOT_CLOSED)],
    ids=["never closed", "closed a day less"],
)
def test_a_month_that_is_not_closed_stays(town: Town, place: Path, through: date | None, code: Reason) -> None:
    if through:
        close(town, through)
    month = run(town, place)
    assert month.state == OPEN
    assert [one.split()[0] for one in month.kept_by] == [code]
    assert town.inn in month.as_dict()["kept_by"][0]
    assert files(place) == []
    assert not body_of_month_is_null(town)


def test_months_that_are_not_over_before_the_day_are_not_looked_at(town: Town, place: Path) -> None:
    close(town)
    assert archive(town.warehouse, str(place), CLOSED, by="test") == []
    assert not body_of_month_is_null(town)


def test_a_dry_run_tells_the_size_and_changes_nothing(town: Town, place: Path) -> None:
    close(town)
    month = run(town, place, dry_run=True)
    assert (month.state, files(place), town.sql("select count(*) from raw.archive")) == (READY, [], [(0,)])
    assert not body_of_month_is_null(town)
    assert run(town, place).file_bytes == month.file_bytes


def test_a_folder_that_is_not_there_is_not_made(town: Town, tmp_path: Path) -> None:
    close(town)
    with pytest.raises(WrongUse, match="there is no folder"):
        archive(town.warehouse, str(tmp_path / "unmounted"), BEFORE, by="test")
    assert not (tmp_path / "unmounted").exists()


@pytest.mark.parametrize("address", ["s3://key:secret@bucket/evidence", "nonsense://bucket"])
def test_an_address_that_cannot_be_used_is_refused(town: Town, address: str) -> None:
    with pytest.raises(WrongUse) as refused:
        archive(town.warehouse, address, BEFORE, by="test")
    assert "secret@" not in str(refused.value)


def test_the_command_says_which_month_moves_and_which_stays(town: Town, place: Path) -> None:
    cli = cli_of(town.warehouse.dsn)
    words = ("archive", "--to", str(place), "--before", str(BEFORE))
    waits = cli.here(*words, "--json")
    (month,) = waits.data["months"]
    assert (waits.code, month["month"], month["state"]) == (1, "2026-02", "open")
    assert month["kept_by"] == [f"{town.inn} has no closed period"]
    close(town)
    done = cli.here(*words)
    assert done.code == 0
    assert re.search(r"2026-02 +archived", done.out)
    assert cli.here(*words, "--check", "--json").data["months"][0]["pages"] == len(pages_of(town))
    (file,) = place.glob("*.parquet")
    cut(file)
    changed = cli.here(*words, "--check", "--json")
    assert (changed.code, changed.data["exit_code"]) == (70, 70)
    assert "other bytes" in changed.error


# --- stopped at any step


class Killed(BaseException):
    """The process ends here."""


STEPS: dict[str, tuple[object, str]] = {
    "before the file": (archiving, "_write"),
    "before the name of the file": (archiving, "_sync"),
    "before it is read back": (archiving, "_verified"),
    "before the manifest": (archiving, "_manifest"),
    "before the record": (archiving, "_Written"),
    "before the bodies leave": (archiving, "_move"),
}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_can_be_run_again(
    town: Town, place: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(town)
    pages, before = pages_of(town), everything_read(town)

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        module, name = STEPS[step]
        patched.setattr(module, name, killed)
        with pytest.raises(Killed):
            run(town, place)
    assert not body_of_month_is_null(town)
    month = run(town, place)
    assert month.state == ARCHIVED
    assert files(place)[-2:] == [month.file.replace(".parquet", ".json"), month.file]
    assert (pages_of(town), everything_read(town)) == (pages, before)


def test_a_recorded_file_that_was_lost_before_the_bodies_left_is_written_again(
    town: Town, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(town)
    with monkeypatch.context() as patched:
        patched.setattr(archiving, "_move", lambda *_: None)
        month = run(town, place)
    assert month.state == READY
    (place / month.file).write_bytes(b"PAR1")
    assert run(town, place).state == ARCHIVED
    assert everything_read(town)["verified"][0] is None


def test_what_is_written_wrong_is_not_recorded(town: Town, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that returns other bytes than it was given is found when the file is read back."""
    close(town)
    whole = archiving._whole

    def other_bytes(page_id: int, digest: bytes, body: bytes, size: int) -> bytes:
        return whole(page_id, digest, body, size).replace(b"1", b"2", 1)

    monkeypatch.setattr(archiving, "_whole", other_bytes)
    with pytest.raises(BrokenPromise) as refused:
        run(town, place)
    assert refused.value.stored.split()[0] == Reason.ARCHIVE_CHANGED
    assert town.sql("select count(*) from raw.archive") == [(0,)]
    assert not body_of_month_is_null(town)


@pytest.mark.parametrize("has_other_bytes", [False, True], ids=["cannot be unpacked", "has other bytes"])
def test_a_page_that_is_damaged_in_the_database_is_not_archived(town: Town, place: Path, has_other_bytes: bool) -> None:
    close(town)
    ((page_id, size),) = town.sql("select page_id, body_bytes from raw.page order by page_id limit 1")
    damaged = compress(b" " * size) if has_other_bytes else b"damaged"
    look(town.warehouse.dsn, "alter table raw.page_2026_02 disable trigger user")
    look(town.warehouse.dsn, "update raw.page_2026_02 set body = %s where page_id = %s", damaged, page_id)
    look(town.warehouse.dsn, "alter table raw.page_2026_02 enable trigger user")
    with pytest.raises(BrokenPromise) as refused:
        run(town, place)
    assert refused.value.stored.split()[0] == Reason.ARCHIVE_PAGE_UNREADABLE
    assert str(page_id) in str(refused.value)
    assert not body_of_month_is_null(town)


def test_whoever_reads_pages_is_waited_for_and_then_it_can_be_run_again(town: Town, place: Path) -> None:
    close(town)
    with town.warehouse.transaction() as reader:
        reader.rows("archive_digest", month=date(2026, 2, 1))
        reader.rows("explain_pages", pages=[1])
        with pytest.raises(PassingFault, match="lock timeout"):
            run(town, place)
        assert reader.rows("explain_pages", pages=[row[0] for row in pages_of(town)[:1]])
    assert not body_of_month_is_null(town)
    assert run(town, place).state == ARCHIVED


def test_one_process_archives_at_a_time(town: Town, place: Path) -> None:
    close(town)
    with town.warehouse.transaction() as other:
        other.rows("archive_lock")
        with pytest.raises(PassingFault, match="another process archives"):
            run(town, place)
    assert files(place) == []
    assert run(town, place).state == ARCHIVED


def test_a_restored_warehouse_reads_the_archive_where_it_is(
    town: Town, place: Path, tmp_path: Path, empty_database: str
) -> None:
    close(town)
    run(town, place)
    made, dump = certify(town.warehouse, town.inn, DAYS, made_by="test", now=MONTH), tmp_path / "warehouse.dump"
    program("pg_dump", "--format=custom", f"--file={dump}", town.warehouse.dsn)
    program("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={empty_database}", str(dump))
    with closing(Warehouse(empty_database)) as restored:
        assert verify(restored, made).difference is None
        (month,) = archive(restored, str(place), BEFORE, by="test", check=True)
    assert month.state == ARCHIVED


# --- a file that is not what was archived


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def turn_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)


def write_other_bodies(path: Path) -> None:
    """A whole Parquet file of the same size of rows with other bytes, as one who knows the format could make it."""
    table = pq.read_table(path)
    bodies = [body.replace(b"0", b"7") for body in table["body"].to_pylist()]
    other = table.set_column(table.schema.get_field_index("body"), table.schema.field("body"), [bodies])
    pq.write_table(other, path, compression="zstd")


def write_the_same_anew(path: Path) -> None:
    """The same rows in other bytes: not the file that was verified."""
    pq.write_table(pq.read_table(path), path, compression="none")


def write_fewer_pages(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 1), path)


CHANGES: dict[str, Callable[[Path], None]] = {
    "cut": cut,
    "a byte": turn_a_byte,
    "other bodies": write_other_bodies,
    "the same anew": write_the_same_anew,
    "fewer pages": write_fewer_pages,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_refused_and_never_an_empty_answer(
    town: Town, place: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(town)
    made = certify(town.warehouse, town.inn, DAYS, made_by="test", now=MONTH)
    month = run(town, place)
    CHANGES[change](place / month.file)
    if change in ("other bodies", "fewer pages"):
        # Whoever can write there could also give the file its size: the hashes of the database find it all the same.
        opened = reading.opened
        monkeypatch.setattr(reading, "opened", lambda place, file, _=None: opened(place, file))
    refused = []
    for row in pages_of(town):
        with town.warehouse.transaction(keep=False) as transaction:
            try:
                page_of(transaction, row[0])
            except BrokenPromise as error:
                refused.append(error.stored.split()[0])
    assert refused and {*refused} == {Reason.ARCHIVE_CHANGED}
    assert "its bytes are not those that were fetched" in str(verify(town.warehouse, made).difference)
    with pytest.raises(BrokenPromise) as error:
        rehearse(town.context, town.inn, Window(FIRST, LAST))
    assert error.value.stored.split()[0] == Reason.ARCHIVE_CHANGED
    with pytest.raises(BrokenPromise):
        run(town, place, check=True)


def test_a_file_that_is_missing_is_a_fault_that_may_pass(town: Town, place: Path) -> None:
    close(town)
    made = certify(town.warehouse, town.inn, DAYS, made_by="test", now=MONTH)
    month = run(town, place)
    (place / month.file).rename(place / "elsewhere")
    page_id = pages_of(town)[0][0]
    readers: list[Callable[[], object]] = [
        lambda: verify(town.warehouse, made),
        lambda: rehearse(town.context, town.inn, Window(FIRST, LAST)),
        lambda: run(town, place, check=True),
    ]
    for read in readers:
        with pytest.raises(PassingFault) as missing:
            read()
        assert missing.value.stored.split()[0] == Reason.ARCHIVE_UNREACHABLE
    with pytest.raises(PassingFault), town.warehouse.transaction() as transaction:
        page_of(transaction, page_id)
    (place / "elsewhere").rename(place / month.file)
    assert verify(town.warehouse, made).difference is None


def test_an_archive_that_was_carried_to_another_place_is_read_there(town: Town, place: Path, tmp_path: Path) -> None:
    close(town)
    made = certify(town.warehouse, town.inn, DAYS, made_by="test", now=MONTH)
    month = run(town, place)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # Nothing is there: the record stays.
    assert run(town, elsewhere).place == str(place)
    for name in files(place):
        (place / name).rename(elsewhere / name)
    assert run(town, elsewhere).place == str(elsewhere)
    assert verify(town.warehouse, made).difference is None
    assert run(town, elsewhere, check=True).file == month.file


# --- what the database refuses


def refused(town: Town, statement: str, *parameters: object) -> str:
    with pytest.raises(psycopg2.errors.IntegrityError) as error:
        look(town.warehouse.dsn, f"set role smena_loader; {statement}", *parameters)
    return str(error.value.diag.constraint_name)


FORGE = "update raw.archive set moved_at = now(), kept_bytes = 1"
RECORD = """
insert into raw.archive (
    month, place, file, pages, body_bytes, pages_sha256, file_bytes, file_sha256, table_bytes, verified_at, archived_by
)
select '2026-02-01', '/x', 'x', pages {more}, body_bytes, pages_sha256, 1, sha256('x'), 1, now(), 'x'
from raw.digest_of_month('2026-02-01');
"""


def test_pages_that_are_not_archived_are_not_dropped(town: Town) -> None:
    move = "select raw.move_bodies('2026-02-01')"
    assert refused(town, move) == "pages_are_archived_first"
    assert refused(town, RECORD.format(more="+ 1") + move) == "pages_are_archived_first"
    assert refused(town, RECORD.format(more="") + FORGE) == "bodies_are_moved_by_function"
    for statement in ("drop table raw.page_2026_02", "alter table raw.page detach partition raw.page_2026_02"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            look(town.warehouse.dsn, f"set role smena_loader; {statement}")
    for role in ("smena_accountant", "smena_auditor"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            look(town.warehouse.dsn, f"set role {role}; {move}")
    assert not body_of_month_is_null(town)


def test_pages_that_still_come_are_not_dropped(town: Town) -> None:
    look(town.warehouse.dsn, "select raw.make_months()")
    today = datetime.now(UTC).date().replace(day=1)
    record = RECORD.format(more="+ 1").replace("2026-02-01", str(today))
    move = "select raw.move_bodies(%s)"
    assert refused(town, record + move, today) == "month_is_over"


def test_an_archived_month_is_as_protected_as_before(town: Town, place: Path) -> None:
    close(town)
    run(town, place)
    month = "raw.page_2026_02"
    for statement in ("update {} set body = 'x'", "delete from {}", "truncate {}"):
        for table in ("raw.page", month):
            with pytest.raises(psycopg2.errors.IntegrityConstraintViolation, match="history is kept"):
                look(town.warehouse.dsn, statement.format(table))
    for statement in ("delete from raw.archive", "truncate raw.archive"):
        with pytest.raises(psycopg2.errors.IntegrityConstraintViolation, match="history is kept"):
            look(town.warehouse.dsn, statement)
    for change in ("pages = 1", "file_sha256 = sha256('x')", "moved_at = null, kept_bytes = null"):
        assert refused(town, f"update raw.archive set {change}") == "archived_month_stays"  # noqa: S608
    assert look(town.warehouse.dsn, "select relrowsecurity from pg_class where oid = %s::regclass", month) == [(True,)]
    constraints = look(
        town.warehouse.dsn,
        "select contype::text from pg_constraint where conrelid = %s::regclass and contype <> 'n' order by 1",
        month,
    )
    assert constraints == [("c",), ("c",), ("f",), ("p",)]
    for role in ("smena_loader", "smena_accountant", "smena_auditor"):
        assert look(town.warehouse.dsn, "select has_table_privilege(%s, %s, 'select')", role, month) == [(False,)]
    plan = "\n".join(
        line
        for (line,) in look(
            town.warehouse.dsn,
            "set enable_seqscan = off; explain select body from raw.page where page_id = 26020000000001",
        )
    )
    assert "page_2026_02" in plan and "Seq Scan" not in plan
