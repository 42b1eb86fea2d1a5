"""The bodies of pages, from the database or from the archive: whoever reads the evidence asks here.

`smena archive` moves the bodies of old months to Parquet files (`smena.warehouse.archiving`). The rows of the pages
stay in `raw.page`, each with the sha256 of its body, and `raw.archive` has the place of each month's file. A body that
comes from a file is compared with that sha256 every time. A file that is missing or has other bytes is an error: it
never looks like a page that was not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from smena.messages import ENGLISH, translate
from smena.model.errors import BrokenPromise, PassingFault, WrongUse
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.warehouse.packing import decompress

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem
    from pyarrow.parquet import ParquetFile

    from smena.warehouse.database import Row, Transaction

IDS_OF_A_MONTH = 10_000_000_000
"""The id of a page is its month, `2611`, and ten digits: `raw.first_page_id`."""


class PackedPage(NamedTuple):
    """A page as a statement returns it: `body` is compressed, or None where it is in the archive."""

    page_id: int
    sha256: bytes
    body: bytes | None
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of this machine or an address that `pyarrow.fs` knows, `s3://bucket/evidence`."""

    text: str
    filesystem: FileSystem
    path: str

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine, or mounted as one."""
        return bool(self.filesystem.type_name == "local")

    def file(self, name: str) -> str:
        """Return the path of a file in it."""
        return f"{self.path.rstrip('/')}/{name}"


def place_of(text: str) -> Place:
    """Return the place of an archive. Raises WrongUse where the address cannot be used or has a password in it."""
    from pyarrow import ArrowException
    from pyarrow.fs import FileSystem, LocalFileSystem

    if "://" not in text:
        path = str(Path(text).expanduser().absolute())
        return Place(path, LocalFileSystem(), path)
    parts = urlsplit(text)
    if parts.username or parts.password or "secret" in parts.query:
        raise WrongUse(
            "the address of the archive has a key in it, which would be stored with each month",
            fix="give the keys as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    try:
        filesystem, path = FileSystem.from_uri(text)
    except (ArrowException, OSError, ValueError) as error:
        raise WrongUse(
            f"the archive {text} cannot be used: {error}", fix="give a folder, or s3://bucket/path"
        ) from error
    return Place(text, filesystem, path)


def unreachable(what: str, error: Exception) -> PassingFault:
    """The error of a file that cannot be opened or read: the page is unknown, and nothing is lost yet."""
    stored = reason(Reason.ARCHIVE_UNREACHABLE, text=f"{what}: {error}")
    return PassingFault(translate(stored, ENGLISH), fix="make the archive readable here, then run again", stored=stored)


def changed(what: str) -> BrokenPromise:
    """The error of a file, or a page in it, whose bytes are not those that were archived."""
    stored = reason(Reason.ARCHIVE_CHANGED, text=what)
    return BrokenPromise(translate(stored, ENGLISH), fix="restore the file from a copy of the archive", stored=stored)


class Bodies:
    """Reads the bodies of pages in one transaction. It holds one group of rows of one file in memory.

    Rows of the database may come in any order; in the order of their ids each group of a file is read once.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._month: tuple[int, _ArchivedMonth] | None = None

    def of(self, page: PackedPage) -> bytes:
        """Return the original bytes of a page.

        A body of the database is only unpacked; one of the archive is compared with the page's sha256 too.

        Raises PassingFault where the archive cannot be read, BrokenPromise where it has other bytes.
        """
        return self.of_all([page])[0]

    def of_all(self, pages: Sequence[PackedPage]) -> list[bytes]:
        """Return the original bytes of pages, in their order; each group of a file is read at most once."""
        found: dict[int, bytes] = {}
        for page in sorted((page for page in pages if page.body is None), key=lambda page: page.page_id):
            if page.page_id not in found:
                found[page.page_id] = self._archived(page)
        return [found[page.page_id] if page.body is None else decompress(bytes(page.body), page.size) for page in pages]

    def of_rows(self, rows: Sequence[Row]) -> list[bytes]:
        """Return the original bytes of rows with `page_id`, `sha256`, `body` and `body_bytes`."""
        return self.of_all([packed(row) for row in rows])

    def _archived(self, page: PackedPage) -> bytes:
        body = self._file_of(page.page_id // IDS_OF_A_MONTH).body(page.page_id)
        if body is None or hashlib.sha256(body).digest() != page.sha256:
            raise changed(f"page {page.page_id}")
        return body

    def _file_of(self, number: int) -> _ArchivedMonth:
        if self._month is None or self._month[0] != number:
            month = date(2000 + number // 100, number % 100, 1)
            row = self._transaction.row("archived_month", month=month)
            if row is None:
                raise changed(f"nothing is recorded about {month:%Y-%m}")
            self._month = number, _ArchivedMonth(place_of(row["place"]), row["file"], row["file_bytes"])
        return self._month[1]


def packed(row: Row) -> PackedPage:
    """Return a row with `page_id`, `sha256` (bytes or hexadecimal text), `body` and `body_bytes`."""
    digest = row["sha256"]
    return PackedPage(
        row["page_id"],
        bytes.fromhex(digest) if isinstance(digest, str) else bytes(digest),
        row["body"] if row["body"] is None else bytes(row["body"]),
        row["body_bytes"],
    )


class _ArchivedMonth:
    """The file of a month: groups of rows in the order of their ids."""

    def __init__(self, place: Place, file: str, size: int) -> None:
        self._what = f"{place.text}/{file}"
        self._parquet = opened(place, file, size)
        metadata = self._parquet.metadata
        ids = metadata.schema.names.index("page_id")
        self._groups = [metadata.row_group(group).column(ids).statistics for group in range(metadata.num_row_groups)]
        self._group = -1
        self._bodies: dict[int, bytes] = {}

    def body(self, page_id: int) -> bytes | None:
        """Return the body of a page, None where the file has none with this id."""
        for group, of in enumerate(self._groups):
            if of is None or of.min <= page_id <= of.max:
                body = self._in_group(group).get(page_id)
                if body is not None:
                    return body
        return None

    def _in_group(self, group: int) -> dict[int, bytes]:
        if group != self._group:
            table = read_group(self._parquet, group, ["page_id", "body"], self._what)
            self._bodies = dict(zip(table["page_id"].to_pylist(), table["body"].to_pylist(), strict=True))
            self._group = group
        return self._bodies


def opened(place: Place, file: str, size: int | None = None) -> ParquetFile:
    """Open a file of the archive. Raises PassingFault where that fails, BrokenPromise where it has another size."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    what = f"{place.text}/{file}"
    try:
        stream = place.filesystem.open_input_file(place.file(file))
        found = stream.size()
    except (OSError, ArrowException) as error:
        raise unreachable(what, error) from error
    if size is not None and found != size:
        raise changed(f"{what} has {found} bytes in place of {size}")
    try:
        return ParquetFile(stream)
    except OSError as error:
        raise unreachable(what, error) from error
    except ArrowException as error:
        raise changed(f"{what}: {error}") from error


def read_group(parquet: ParquetFile, group: int, columns: Sequence[str], what: str) -> Any:
    """Return a group of rows as a table. Raises BrokenPromise where it cannot be decoded."""
    from pyarrow import ArrowException

    try:
        return parquet.read_row_group(group, columns=list(columns))
    except (OSError, ArrowException) as error:
        # A damaged block is an OSError of the decoder; where the disk fails, the next opening says so.
        raise changed(f"{what}: {error}") from error
