"""Move the bodies of old months from the database to Parquet files: written, read back, recorded, and only then moved.

One month is one file, `page_2026_10-<12 digits>.parquet`, and a manifest of the same name, `.json`. The digits are of
the sha256 over the hashes of all its pages, so two warehouses can share a folder, and a month that is written again
has the same name. The file has every column of `raw.page`, and can be read without this program.

Each step may be stopped and run again: a file gets its name when it is whole; a file without a record is written anew;
a month that is recorded and not moved is read back again, then moved. Only `raw.move_bodies` takes bodies out of the
database, and it refuses a month whose record has not the pages that the database has.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from smena.messages import ENGLISH, translate
from smena.model.errors import BrokenPromise, PassingFault, WrongUse
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.warehouse.archive import IDS_OF_A_MONTH, Place, changed, opened, place_of, read_group, unreachable
from smena.warehouse.packing import decompress

if TYPE_CHECKING:
    import pyarrow as pa

    from smena.warehouse.database import Row, Transaction, Warehouse

GROUP_BYTES = 16_000_000
"""Uncompressed bodies in one group of rows: what `smena explain` unpacks to read one page, and what writing holds."""

LEVEL = 9
READ_BYTES = 1_000_000
TRIES = 5
"""How often the exclusive moment is asked for; each waits at most 0.9 s."""

OPEN, EMPTY, READY, ARCHIVED = "open", "empty", "ready", "archived"
_BODY = "body"


@dataclass(frozen=True, slots=True)
class Month:
    """A month of pages.

    Attributes:
        state: `open`: an organisation has not closed it; `empty`: it has no pages; `ready`: it can be archived;
            `archived`: its bodies are in the archive alone.
        kept_by: stored reasons, one for each organisation that keeps it from being archived.
        table_bytes: what the month takes in the database now; `kept_bytes` will be or are left of it, None if unknown.
        file_bytes: of the file; None where it was not written.
    """

    month: date
    state: str
    kept_by: tuple[str, ...] = ()
    pages: int | None = None
    body_bytes: int | None = None
    table_bytes: int = 0
    file_bytes: int | None = None
    kept_bytes: int | None = None
    place: str = ""
    file: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as an object that JSON can hold."""
        return {
            "month": f"{self.month:%Y-%m}",
            "state": self.state,
            "kept_by": [translate(one, ENGLISH) for one in self.kept_by],
            "pages": self.pages,
            "body_bytes": self.body_bytes,
            "table_bytes": self.table_bytes,
            "file_bytes": self.file_bytes,
            "kept_bytes": self.kept_bytes,
            "place": self.place,
            "file": self.file,
        }


@dataclass(frozen=True, slots=True)
class _Written:
    """What a file has: all that `raw.archive` records of it."""

    pages: int
    body_bytes: int
    pages_sha256: bytes
    file_bytes: int
    file_sha256: bytes


def archive(
    warehouse: Warehouse, to: str, before: date, *, by: str, dry_run: bool = False, check: bool = False
) -> list[Month]:
    """Archive every month of pages that ended before a day and that each organisation has closed.

    Args:
        to: a folder that exists, or an address of `pyarrow.fs`.
        by: who asks for it.
        dry_run: write each file to a temporary folder, to know its size, and change nothing.
        check: read the files of months that are archived already once more, whole.

    Raises:
        WrongUse: the place cannot be used.
        PassingFault: the place cannot be written or read now, another process archives, or loads leave no moment free.
        BrokenPromise: a page has other bytes than were fetched, or a file other than were archived.
    """
    place = place_of(to)
    if place.is_local and not Path(place.path).is_dir():
        # It is not made: where a disk is not mounted, the evidence would go to the disk below.
        raise WrongUse(f"there is no folder {place.text}", fix="mount it or make it, then run again")
    return [
        _month(warehouse, place, row, by=by, dry_run=dry_run, check=check)
        for row in warehouse.rows("archive_months", before=before)
    ]


def _month(warehouse: Warehouse, place: Place, row: Row, *, by: str, dry_run: bool, check: bool) -> Month:
    month = row["month"]
    if row["moved_at"] is not None:
        if not dry_run and (check or row["place"] != place.text):
            _check(warehouse, place, row, is_wanted=check)
        return _archived(warehouse, month)
    kept_by = _kept_by(warehouse, month)
    found = Month(month, OPEN if kept_by else READY, kept_by, table_bytes=row["table_bytes"])
    with warehouse.transaction() as transaction:
        counted = transaction.rows("archive_digest", month=month)[0]
    found = replace(found, pages=counted["pages"], body_bytes=counted["body_bytes"])
    if kept_by:
        return found
    if not counted["pages"]:
        return replace(found, state=EMPTY)
    if dry_run:
        return replace(found, file_bytes=_measured(warehouse, month))
    _write_and_record(warehouse, place, month, by)
    _move(warehouse, month)
    return _archived(warehouse, month)


def _archived(warehouse: Warehouse, month: date) -> Month:
    (row,) = [row for row in warehouse.rows("archive_months", before=_next(month)) if row["month"] == month]
    return Month(
        month,
        ARCHIVED if row["moved_at"] is not None else READY,
        (),
        row["pages"],
        row["body_bytes"],
        row["table_bytes_before"],
        row["file_bytes"],
        row["kept_bytes"],
        row["place"],
        row["file"],
    )


def _kept_by(warehouse: Warehouse, month: date) -> tuple[str, ...]:
    last_day = _next(month) - timedelta(days=1)
    return tuple(
        reason(Reason.MONTH_NOT_CLOSED_AT_ALL, inn=row["inn"])
        if row["through"] is None
        else reason(Reason.MONTH_NOT_CLOSED, inn=row["inn"], day=row["through"])
        for row in warehouse.rows("archive_open", last_day=last_day, **_ids(month))
    )


def _write_and_record(warehouse: Warehouse, place: Place, month: date, by: str) -> None:
    """Write the file and its manifest, read the file back, and record it; under a lock of all archiving."""
    with warehouse.transaction() as transaction:
        _lock(transaction)
        (row,) = [row for row in transaction.rows("archive_months", before=_next(month)) if row["month"] == month]
        if row["moved_at"] is not None:
            return
        digest = bytes(transaction.rows("archive_digest", month=month)[0]["pages_sha256"])
        name = f"page_{month:%Y_%m}-{digest.hex()[:12]}"
        if row["file"] == f"{name}.parquet" and row["place"] == place.text and _is_as_recorded(transaction, place, row):
            return
        file = f"{name}.parquet"
        with _renamed(place, file) as path:
            _write(transaction, place, month, path)
        written = _verified(transaction, place, month, file)
        if written.pages_sha256 != digest:
            raise changed(f"{place.text}/{file} has other pages than the database")
        with _renamed(place, f"{name}.json") as path, place.filesystem.open_output_stream(path) as stream:
            stream.write(_manifest(month, file, written))
        transaction.run(
            "archive_record",
            month=month,
            place=place.text,
            file=file,
            pages=written.pages,
            body_bytes=written.body_bytes,
            pages_sha256=written.pages_sha256,
            file_bytes=written.file_bytes,
            file_sha256=written.file_sha256,
            table_bytes=row["table_bytes"],
            by=by,
        )


def _lock(transaction: Transaction) -> None:
    if not transaction.rows("archive_lock")[0]["is_held"]:
        raise PassingFault("another process archives now", fix="run again when it has ended")


def _is_as_recorded(transaction: Transaction, place: Place, row: Row) -> bool:
    """Whether the file that is recorded and not moved yet is still whole; if not, it is written again."""
    try:
        written = _verified(transaction, place, row["month"], row["file"])
    except (PassingFault, BrokenPromise):
        return False
    return _same(written, row)


def _same(written: _Written, row: Row) -> bool:
    return (written.pages_sha256, written.file_sha256) == (bytes(row["pages_sha256"]), bytes(row["file_sha256"]))


def _move(warehouse: Warehouse, month: date) -> None:
    """Take the bodies out of the database, in a moment when nobody reads pages."""
    for attempt in range(TRIES):
        try:
            # The record of the month is checked there: see the migration.
            warehouse.run("archive_move", month=month)
        except PassingFault:
            if attempt == TRIES - 1:
                raise
        else:
            return


def _check(warehouse: Warehouse, place: Place, row: Row, *, is_wanted: bool) -> None:
    """Read the file of an archived month whole; one that was carried to another place is recorded there."""
    with warehouse.transaction() as transaction:
        _lock(transaction)
        if row["place"] != place.text:
            try:
                opened(place, row["file"], row["file_bytes"])
            except PassingFault:
                # It was not carried there.
                if is_wanted:
                    _check_at(transaction, place_of(row["place"]), row)
                return
        _check_at(transaction, place, row)


def _check_at(transaction: Transaction, place: Place, row: Row) -> None:
    written = _verified(transaction, place, row["month"], row["file"])
    if not _same(written, row):
        raise changed(f"{place.text}/{row['file']}")
    transaction.run("archive_verified", month=row["month"], place=place.text)


def _measured(warehouse: Warehouse, month: date) -> int:
    """Return the size that the file of a month would have."""
    with TemporaryDirectory(prefix="smena-archive-") as folder, warehouse.transaction() as transaction:
        place = place_of(folder)
        _write(transaction, place, month, place.file("measured"))
        return Path(folder, "measured").stat().st_size


@contextmanager
def _renamed(place: Place, name: str) -> Iterator[str]:
    """Give the path of a file to write, which gets its name when the block succeeds and it is on the disk."""
    path = place.file(f".{name}.writing")
    try:
        yield path
        _sync(place, path)
        place.filesystem.move(path, place.file(name))
        _sync(place, place.path)
    except OSError as error:
        raise unreachable(f"{place.text}/{name}", error) from error


def _sync(place: Place, path: str) -> None:
    """Wait until a file or folder of this machine is on the disk; elsewhere a file that was closed is stored."""
    if place.is_local:
        opened_file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened_file)
        finally:
            os.close(opened_file)


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("page_id", pa.int64(), nullable=False),
            pa.field("batch_id", pa.int64(), nullable=False),
            pa.field("fetch_id", pa.int64(), nullable=False),
            pa.field("unit_id", pa.string()),
            pa.field("method", pa.string(), nullable=False),
            pa.field("address", pa.string(), nullable=False),
            pa.field("status", pa.int32(), nullable=False),
            pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
            pa.field("sha256", pa.binary(32), nullable=False),
            pa.field("body_bytes", pa.int64(), nullable=False),
            pa.field(_BODY, pa.binary(), nullable=False),
        ]
    )


def _write(transaction: Transaction, place: Place, month: date, path: str) -> None:
    """Write the pages of a month, a group of rows at a time. Raises BrokenPromise for a page with other bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema()
    with (
        place.filesystem.open_output_stream(path) as stream,
        pq.ParquetWriter(
            stream,
            schema,
            compression="zstd",
            compression_level=LEVEL,
            use_dictionary=["unit_id", "method", "address"],
            # One block of bodies: similar answers are compressed together.
            data_page_size=GROUP_BYTES,
        ) as writer,
    ):
        for rows in _groups(transaction, month):
            columns = list(zip(*rows, strict=True))
            arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=len(rows))


def _groups(transaction: Transaction, month: date) -> Iterator[list[list[Any]]]:
    """Yield the pages of a month, with their original bytes, in groups of about GROUP_BYTES."""
    group: list[list[Any]] = []
    held = 0
    for *fields, digest, size, body in transaction.stream("archive_pages", **_ids(month)):
        whole = _whole(fields[0], bytes(digest), body, size)
        if group and held + size > GROUP_BYTES:
            yield group
            group, held = [], 0
        group.append([*fields, bytes(digest), size, whole])
        held += size
    if group:
        yield group


def _whole(page_id: int, digest: bytes, body: bytes, size: int) -> bytes:
    try:
        whole = decompress(bytes(body), size)
    except (OSError, ValueError):
        whole = None
    if whole is None or hashlib.sha256(whole).digest() != digest:
        stored = reason(Reason.ARCHIVE_PAGE_UNREADABLE, text=str(page_id))
        raise BrokenPromise(translate(stored, ENGLISH), fix="restore the page from a backup", stored=stored)
    return whole


def _verified(transaction: Transaction, place: Place, month: date, file: str) -> _Written:
    """Read a file back, and compare each page, its bytes included, with the row of the database.

    Raises PassingFault where the file cannot be read, BrokenPromise where anything differs.
    """
    what = f"{place.text}/{file}"
    file_bytes, file_sha256 = _hashed(place, file)
    parquet = opened(place, file)
    stored = transaction.stream("archive_rows", **_ids(month))
    names = [field.name for field in _schema()]
    if parquet.schema_arrow.names != names:
        raise changed(f"{what} has other columns")
    pages, body_bytes, over_pages = 0, 0, hashlib.sha256()
    for group in range(parquet.metadata.num_row_groups):
        table = read_group(parquet, group, names, what)
        columns = [table[name].to_pylist() for name in names]
        for *fields, body in zip(*columns, strict=True):
            row = next(stored, None)
            if row is None or _comparable(row) != tuple(fields):
                raise changed(f"{what}: page {fields[0]} is not that of the database")
            page_id, digest, size = fields[0], fields[-2], fields[-1]
            if len(body) != size or hashlib.sha256(body).digest() != digest:
                raise changed(f"{what}: page {page_id} has other bytes")
            pages += 1
            body_bytes += size
            over_pages.update(struct.pack(">q", page_id) + digest)
    if next(stored, None) is not None:
        raise changed(f"{what} lacks pages that the database has")
    return _Written(pages, body_bytes, over_pages.digest(), file_bytes, file_sha256)


def _comparable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _hashed(place: Place, file: str) -> tuple[int, bytes]:
    """Return the size of a file and its sha256."""
    size, digest = 0, hashlib.sha256()
    try:
        with place.filesystem.open_input_stream(place.file(file)) as stream:
            while part := stream.read(READ_BYTES):
                digest.update(part)
                size += len(part)
    except OSError as error:
        raise unreachable(f"{place.text}/{file}", error) from error
    return size, digest.digest()


def _manifest(month: date, file: str, written: _Written) -> bytes:
    content = {
        "kind": "smena-archive-of-evidence",
        "version": 1,
        "month": f"{month:%Y-%m}",
        "rows": written.pages,
        "bytes": written.body_bytes,
        "pages_sha256": written.pages_sha256.hex(),
        "files": [{"name": file, "bytes": written.file_bytes, "sha256": written.file_sha256.hex()}],
    }
    return json.dumps(content, indent=1).encode() + b"\n"


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _ids(month: date) -> dict[str, int]:
    """The lowest id of the month's pages, and that of the next month's."""
    first, end = (((day.year - 2000) * 100 + day.month) * IDS_OF_A_MONTH for day in (month, _next(month)))
    return {"first_id": first, "end_id": end}
