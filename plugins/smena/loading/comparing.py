"""Before a batch is published: compare till shifts whose cash differs from their fiscal shift, receipt by receipt.

Cheques are read from the evidence. So are receipts if the shift was booked from them; otherwise the OFD is asked for
the receipts of these shifts. A pair that cannot be compared stays a conflict, and the next batch tries again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pandas as pd

from smena.loading.market.extract import CHEQUES as CHEQUE_PAGES
from smena.loading.ofd.extract import RECEIPTS as RECEIPT_TYPES
from smena.loading.ofd.reading import DOCUMENTS, OF_DOCUMENTS
from smena.loading.ofd.receipts import Period, periods_of
from smena.mandates.organizations import organization_of
from smena.matching.comparison import CHEQUES, PAIRS, RECEIPTS, Comparison, compare
from smena.matching.explanation import explain
from smena.model.errors import PassingFault, RefusedLogin, SmenaError, stored_of
from smena.model.organization import Organization
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.unexpected import contained
from smena.runtime.context import Context
from smena.runtime.log import step_log
from smena.sources.ofd import OfdClient
from smena.transform.frames import SHIFT_KEY
from smena.transform.market.reading import read_cheques
from smena.transform.pages import RawPage
from smena.transform.reading import read_documents
from smena.transform.schema import MOMENT
from smena.warehouse.archive import Bodies
from smena.warehouse.database import Row, Transaction, as_json
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import PageStore

SHIFTS_AT_ONCE = 200

LONGEST_S = 900.0
"""How long the OFD is asked; pairs that are not compared by then are left to the next batch."""

_TILL_SHIFT = ["shop_id", "cashbox_id", "till_shift"]
_ANY_DAY = date(1970, 1, 1)
"""One first day for all shifts, so that `periods_of` returns the periods of a register together."""


class Uncompared(Exception):
    """Pairs of a till shift and its fiscal shift to compare first: publish compares them and begins again."""

    def __init__(self, pairs: list[Row]) -> None:
        super().__init__(f"{len(pairs)} pairs are not compared")
        self.pairs = pairs


def require_comparisons(transaction: Transaction, batch: Batch, pairs: pd.DataFrame) -> None:
    """Raise Uncompared if shifts of the two sources (UNCOMPARED) differ in cash and have no comparison yet.

    Runs in the publishing transaction, before anything is applied.
    """
    if len(pairs):
        named = pairs.astype(object).where(pairs.notna(), None).to_dict("records")
        raise Uncompared(transaction.rows("compare_wanted", batch_id=batch.batch_id, pairs=as_json(named)))


def compare_pairs(context: Context, batch: Batch, pairs: Sequence[Row]) -> None:
    """Compare these pairs (rows of `compare_wanted`) and store each result in control.comparison.

    It runs outside the organisation's lock. Each chunk is stored in a transaction of its own, so a process that was
    killed goes on with the rest. An error is stored as the reason why a pair could not be compared. Raises PassingFault
    of the warehouse, and WrongUse for an unknown organisation.
    """
    with step_log("compare", batch_id=batch.batch_id, inn=batch.organization_inn, pairs=len(pairs)) as step:
        organization = organization_of(context.warehouse, batch.organization_inn)
        asker = _Asker(context, organization, batch)
        kept: list[Row] = []
        try:
            for chunk in _chunks(context, pairs):
                rows = _compare_chunk(context, organization, asker, chunk)
                context.warehouse.run(
                    "compare_keep", inn=organization.inn, batch_id=batch.batch_id, comparisons=as_json(rows)
                )
                kept += rows
        finally:
            asker.close()
        verdicts = [row["is_explained"] for row in kept]
        step.update(explained=verdicts.count(True), open=verdicts.count(False), unread=verdicts.count(None))


def _compare_chunk(context: Context, organization: Organization, asker: _Asker, chunk: list[Row]) -> list[Row]:
    """Rows for `compare_keep`."""
    try:
        asked, unasked = asker.receipts([row for row in chunk if not row["receipt_pages"]])
        cheques = _cheques_of(context, organization, chunk)
        receipts = _receipts_of(context, chunk, asked)
        pairs = _pairs_frame([row | {"unread": unasked.get(row["kkt_reg_id"])} for row in chunk])
        made = compare(pairs, CHEQUES.conform(cheques), RECEIPTS.conform(receipts))
        return _rows(chunk, made, receipts)
    except PassingFault:
        raise
    except Exception as error:  # noqa: BLE001 - the border of a lot
        ours = contained(error, f"comparison of {len(chunk)} till shifts of {organization.inn}")
        pairs = _pairs_frame([row | {"unread": stored_of(ours)} for row in chunk])
        nothing = RECEIPTS.empty().assign(page_id=pd.Series(dtype="Int64"))
        return _rows(chunk, compare(pairs, CHEQUES.empty(), RECEIPTS.empty()), nothing)


def _chunks(context: Context, pairs: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield chunks of pairs, each with as much evidence as fits into memory, and with at least one pair."""
    pages = sorted({page for row in pairs for page in (*row["till_pages"], *row["receipt_pages"])})
    sizes = {row["page_id"]: row["body_bytes"] for row in context.warehouse.rows("compare_page_sizes", pages=pages)}
    chunk: list[Row] = []
    held: set[int] = set()
    for row in pairs:
        held |= {*row["till_pages"], *row["receipt_pages"]}
        is_full = len(chunk) >= SHIFTS_AT_ONCE or sum(sizes.get(page, 0) for page in held) > context.chunk_bytes
        if chunk and is_full:
            yield chunk
            chunk, held = [], {*row["till_pages"], *row["receipt_pages"]}
        chunk.append(row)
    if chunk:
        yield chunk


def _cheques_of(context: Context, organization: Organization, chunk: list[Row]) -> pd.DataFrame:
    """The cheques of these till shifts, with `till_id`.

    Pages of two batches may hold one cheque with two contents, so the pages of each batch are read separately.
    """
    frames = []
    for part in _parts(chunk, "till_read_in"):
        pages = _evidence(context, part, "till_pages", (CHEQUE_PAGES, "unreadable"))
        keys = _keys(part, ["till_id", *_TILL_SHIFT])
        frames.append(read_cheques(pages, organization.timezone).cheques.merge(keys, on=_TILL_SHIFT))
    return pd.concat(frames, ignore_index=True)


def _receipts_of(context: Context, chunk: list[Row], asked: list[RawPage]) -> pd.DataFrame:
    """The receipts of these fiscal shifts, with `fiscal_id` and `page_id`; those requested now are read separately."""
    frames = [
        _of_shifts(part, _evidence(context, part, "receipt_pages", OF_DOCUMENTS))
        for part in _parts([row for row in chunk if row["receipt_pages"]], "receipts_read_in")
    ]
    frames.append(_of_shifts([row for row in chunk if not row["receipt_pages"]], asked))
    return pd.concat(frames, ignore_index=True)


def _of_shifts(part: list[Row], pages: list[RawPage]) -> pd.DataFrame:
    keys = _keys(part, ["fiscal_id", *SHIFT_KEY]).astype({"shift_number": "Int64"})
    return read_documents(pages).receipts.merge(keys, on=SHIFT_KEY)


def _keys(part: list[Row], columns: list[str]) -> pd.DataFrame:
    rows = pd.DataFrame([[row[name] for name in columns] for row in part], columns=columns).drop_duplicates()
    return rows.astype(dict.fromkeys(set(columns) - {"shift_number"}, "string"))


def _parts(chunk: list[Row], key: str) -> list[list[Row]]:
    return [[row for row in chunk if row[key] == one] for one in dict.fromkeys(row[key] for row in chunk)]


def _evidence(context: Context, part: list[Row], pages_of: str, methods: Sequence[str]) -> list[RawPage]:
    pages = sorted({page for row in part for page in row[pages_of]})
    with context.warehouse.transaction() as transaction:
        rows = [row for row in transaction.rows("proof_pages", pages=pages) if row["method"] in methods]
        bodies = Bodies(transaction).of_rows(rows)
    return [RawPage(row["page_id"], row["unit_id"], body) for row, body in zip(rows, bodies, strict=True)]


def _pairs_frame(chunk: list[Row]) -> pd.DataFrame:
    return PAIRS.of({name: [row[name] for row in chunk] for name in PAIRS.columns})


def _rows(chunk: list[Row], made: Comparison, receipts: pd.DataFrame) -> list[Row]:
    """One row per pair to store: the verdict, the documents with their explanation, and the pages that were read."""
    pair = ["till_id", "fiscal_id"]
    texts = explain(made.documents).set_index(pair)["explanation"]
    read = receipts[["fiscal_id", "page_id"]].drop_duplicates().sort_values(["fiscal_id", "page_id"])
    pages = {name: [int(page) for page in of_shift["page_id"]] for name, of_shift in read.groupby("fiscal_id")}
    documents = made.documents.astype(object).where(made.documents.notna(), None)
    of_pair = {key: rows.drop(columns=pair).to_dict("records") for key, rows in documents.groupby(pair)}
    verdicts = made.pairs.astype(object).where(made.pairs.notna(), None).to_dict("records")
    rows = []
    for row, verdict in zip(chunk, verdicts, strict=True):
        key = (row["till_id"], row["fiscal_id"])
        receipt_pages = pages.get(row["fiscal_id"], [])
        rows.append(
            {name: row[name] for name in (*pair, "till_facts", "fiscal_facts")}
            | {
                "is_explained": verdict["is_explained"],
                "explanation": verdict["unread"] or texts.get(key, ""),
                "documents": of_pair.get(key, []),
                "receipt_pages": receipt_pages,
                "page_ids": sorted({*row["till_pages"], *receipt_pages}),
            }
        )
    return rows


class _Asker:
    """Asks the OFD for the receipts of shifts, and stores the answers as evidence of the batch. Logs in on demand."""

    def __init__(
        self, context: Context, organization: Organization, batch: Batch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._context, self._organization, self._clock = context, organization, clock
        self._pages = PageStore(context.warehouse, batch.batch_id)
        self._ends_at = clock() + LONGEST_S
        self._client: OfdClient | None = None
        self._refused: SmenaError | None = None

    def receipts(self, shifts: Sequence[Row]) -> tuple[list[RawPage], dict[str, str]]:
        """Return the pages, and by register why it could not be asked. An error of one does not stop the others."""
        if not shifts:
            return [], {}
        registers = {row["kkt_reg_id"]: row for row in shifts}
        try:
            client = self._client = self._client or self._context.ofd(self._organization)
        except SmenaError as error:
            return [], dict.fromkeys(registers, _unasked(error))
        periods = _periods(shifts)
        pages: list[RawPage] = []
        unasked: dict[str, str] = {}
        with ThreadPoolExecutor(self._context.extract_workers, thread_name_prefix="compare") as workers:
            attempts = {
                name: workers.submit(self._of_register, client, row, periods[name]) for name, row in registers.items()
            }
            for name, attempt in attempts.items():
                try:
                    pages += attempt.result()
                except Exception as error:  # noqa: BLE001 - the border of a register
                    ours = contained(error, f"receipts of {name} to be compared")
                    if isinstance(ours, RefusedLogin):
                        self._refused = ours
                    unasked[name] = _unasked(ours)
        return pages, unasked

    def _of_register(self, client: OfdClient, register: Row, periods: Sequence[Period]) -> list[RawPage]:
        if self._refused is not None:
            raise self._refused
        if register["ofd_organization_id"] is None:
            raise SmenaError("the register is not listed any more", stored=str(Reason.REGISTER_NOT_LISTED))
        kept, budget = list[RawPage](), self._context.budget()
        fetch_id = int(self._context.warehouse.rows("fetch_id")[0]["fetch_id"])
        for first, last in periods:
            if register["permission_from"] is not None:
                first = max(first, datetime.combine(register["permission_from"], datetime.min.time()))
            if register["permission_to"] is not None:
                last = min(
                    last, datetime.combine(register["permission_to"], datetime.max.time().replace(microsecond=0))
                )
            if first > last:
                continue
            place = (register["ofd_organization_id"], register["kkt_reg_id"])
            for page in client.by_period(*place, first, last, RECEIPT_TYPES):
                if self._clock() > self._ends_at:
                    raise PassingFault("there was no time left", stored=str(Reason.NO_TIME_LEFT))
                budget.take(len(page.body))
                page_id = self._pages.add(
                    fetch_id=fetch_id,
                    unit_id=register["kkt_reg_id"],
                    method=DOCUMENTS,
                    address=page.address,
                    status=page.status,
                    fetched_at=page.fetched_at,
                    body=page.body,
                )
                kept.append(RawPage(page_id, register["kkt_reg_id"], page.body))
        return kept

    def close(self) -> None:
        """Close the connections, if there are any."""
        if self._client is not None:
            self._client.close()


def _unasked(error: SmenaError) -> str:
    return reason(Reason.RECEIPTS_NOT_ASKED, reason=stored_of(error))


def _periods(shifts: Sequence[Row]) -> dict[str, list[Period]]:
    """By register: the periods with every receipt of these shifts."""
    columns = ["kkt_reg_id", "opened_at", "closed_at", "received_at"]
    frame = pd.DataFrame([[row[name] for name in columns] for row in shifts], columns=columns)
    frame = frame.astype({"kkt_reg_id": "string"} | dict.fromkeys(columns[1:], MOMENT)).assign(first_day=_ANY_DAY)
    return {register: periods for (register, _), periods in periods_of(frame).items()}
