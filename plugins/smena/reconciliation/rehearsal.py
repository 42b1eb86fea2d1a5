"""A rehearsal: makes orders of the stored evidence by the current code and settings, and compares them with the books.

The functions of a load make shifts and orders and decide about them as if none were booked, in one transaction that
cannot be committed. Memory holds one chunk of shifts at a time, as it holds one batch in a load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pandas as pd

from smena.loading.by_register import Failed, by_register
from smena.loading.process import stage
from smena.mandates.organizations import parsed_settings, settings_by_day
from smena.matching.decide import decide
from smena.matching.differences import DIFFERENCES, MADE_ORDERS, MADE_SHIFTS, differences
from smena.matching.rehearsal import kept_by_rule, left_aside, made_of, unbooked
from smena.model.errors import WrongUse
from smena.model.organization import SettingsInForce
from smena.model.product import product_of
from smena.model.product import products as installed
from smena.model.window import Window
from smena.runtime.context import Context
from smena.runtime.log import step_log
from smena.runtime.product import Shard, implementation_of
from smena.transform.decoded import Decoded
from smena.warehouse import ledger
from smena.warehouse.applying import clear_stage
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch
from smena.warehouse.pages import StoredPage
from smena.warehouse.rehearsal_slice import STAGE_ID, read_again, read_booked, read_staged, rehearsal, rest_of
from smena.warehouse.slices import read_slice

SETTINGS = ("corrections", "date_policy", "keeps_cash_documents", "refunds", "vat")
"""Settings that a rehearsal can change. `detail` is not one: it decides which evidence a load asks for."""

SHIFTS_AT_A_TIME = 20_000
"""Batches are decided together up to this many shifts: a day's batch has few, and each `decide` takes a second."""

MARGIN = timedelta(days=7)
"""Batches of till shifts are read from this much earlier: the window is of closing days, a batch of order days."""


@dataclass(frozen=True, slots=True)
class RehearsalResult:
    """The result of a rehearsal.

    Attributes:
        differences: DIFFERENCES, without the shifts that are left out.
        compared: shifts made again, and booked shifts that no evidence made again.
        left_aside: booked shifts that are left out because a person has decided about them or is asked to.
        failed: by unit, why its pages could not be processed.
    """

    inn: str
    window: Window
    differences: pd.DataFrame
    compared: int = 0
    left_aside: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether anything differs, or pages could not be processed."""
        return bool(len(self.differences) or self.failed)


@dataclass
class _Found:
    """The results so far of one product."""

    differences: list[pd.DataFrame] = field(default_factory=list)
    compared: int = 0
    left_aside: int = 0
    failed: Failed = field(default_factory=dict)


def rehearse(
    context: Context,
    inn: str,
    window: Window,
    *,
    settings: Mapping[str, str] | None = None,
    products: Sequence[str] = (),
) -> RehearsalResult:
    """Rehearse the shifts that were closed in a window. Nothing is written.

    Args:
        context: only its warehouse and clock are used: there are no requests.
        inn: of the organisation.
        window: days of closing.
        settings: values that replace those of every day, as `smena organization set` takes them.
        products: names of products; all installed ones by default.

    Raises WrongUse for an organisation that is not registered, and for settings that cannot be rehearsed.
    """
    with step_log("rehearse", inn=inn) as log, rehearsal(context.warehouse) as transaction:
        in_force = _over(settings_by_day(transaction, inn), settings or {}, window)
        parts = [
            _of_product(context, transaction, inn, product, window, in_force) for product in products or installed()
        ]
        found = [frame for part in parts for frame in part.differences if len(frame)]
        rows = DIFFERENCES.conform(pd.concat(found, ignore_index=True)) if found else DIFFERENCES.empty()
        made = RehearsalResult(
            inn,
            window,
            rows,
            sum(part.compared for part in parts),
            sum(part.left_aside for part in parts),
            {unit: str(error) for part in parts for (unit, _), error in part.failed.items()},
        )
        log.update(shifts=made.compared, left_aside=made.left_aside, differ=len(rows), failed=len(made.failed))
        return made


def _over(in_force: Sequence[SettingsInForce], settings: Mapping[str, str], window: Window) -> list[SettingsInForce]:
    """The settings of every day, with these values in place of the stored ones."""
    unknown = sorted(settings.keys() - set(SETTINGS))
    if unknown:
        raise WrongUse(
            f"{', '.join(unknown)} cannot be rehearsed from the stored evidence",
            fix=f"set one of: {', '.join(SETTINGS)}",
        )
    changed = [
        replace(one, organization=replace(one.organization, **parsed_settings(one.organization.inn, settings)))
        for one in in_force
    ]
    for before, after in zip(in_force, changed, strict=True):
        is_of_window = (before.first_day is None or before.first_day <= window.last_day) and (
            before.end_day is None or before.end_day > window.first_day
        )
        was_of_totals = before.organization.detail == "totals" and before.organization.vat_wanted == "totals"
        if is_of_window and was_of_totals and after.organization.vat_wanted == "exact":
            raise WrongUse(
                "vat=exact cannot be rehearsed: receipts of these days were not asked for",
                fix="rehearse days that were loaded with vat=exact or detail=receipts",
            )
    return changed


def _of_product(
    context: Context,
    transaction: Transaction,
    inn: str,
    product: str,
    window: Window,
    in_force: Sequence[SettingsInForce],
) -> _Found:
    """Compare one product: by the newest evidence of each day, then the other booked shifts by their own evidence."""
    found = _Found()
    source = product_of(product).source
    days = {"first_day": window.first_day, "last_day": window.last_day}
    begins = window.first_day if product_of(product).is_operator else window.first_day - MARGIN
    transaction.run("rehearse_evidence", inn=inn, product=product, **days | {"first_day": begins})
    for chunk in _chunks(context, transaction, in_force, found.failed):
        _compare(transaction, inn, window, in_force, chunk, found, is_last=False)
    rest = rest_of(transaction, inn, source, **days)
    if rest:
        transaction.run("rehearse_written", shifts=rest)
        for chunk in _chunks(context, transaction, in_force, found.failed):
            _compare(transaction, inn, window, in_force, chunk, found, is_last=True)
        _keep_rest(transaction, inn, found, rest_of(transaction, inn, source, **days))
    return found


def _chunks(
    context: Context, transaction: Transaction, in_force: Sequence[SettingsInForce], failed: Failed
) -> Iterator[Window]:
    """Stage the evidence chunk by chunk, each in place of the one before; yield the days of the staged chunk."""
    chunk: list[Batch] = []
    shifts = 0
    for row in transaction.rows("rehearse_batches"):
        batch = ledger.batch_of(transaction, row["batch_id"])
        # Documents dated after the load of their batch were rejected as of the future, and are rejected again.
        now = min(context.now(), row["finished_at"])
        shifts += stage_again(context, transaction, batch, len(chunk), in_force, now, failed)
        chunk.append(batch)
        if shifts >= SHIFTS_AT_A_TIME:
            yield _span(chunk)
            _empty(transaction, chunk)
            chunk, shifts = [], 0
    if chunk:
        yield _span(chunk)
        _empty(transaction, chunk)


def _span(chunk: Sequence[Batch]) -> Window:
    return Window(min(one.first_day for one in chunk), max(one.last_day for one in chunk))


def _empty(transaction: Transaction, chunk: Sequence[Batch]) -> None:
    for place in range(len(chunk)):
        transaction.run("stage_clear", batch_id=STAGE_ID, shard=place)


def stage_again(
    context: Context,
    transaction: Transaction,
    batch: Batch,
    place: int,
    in_force: Sequence[SettingsInForce],
    now: datetime,
    failed: Failed,
) -> int:
    """Stage the pages of a batch as the shard `place` of the rehearsal. Returns the number of shifts."""
    staged = 0

    def worked(pages: list[StoredPage]) -> int:
        return _work(context, transaction, batch, place, pages, in_force, now)

    for pages in read_again(transaction, batch.batch_id, chunk_bytes=context.chunk_bytes):
        staged += sum(by_register(transaction, pages, worked, failed))
    parameters = {"inn": batch.organization_inn, "batch_id": batch.batch_id, "stage_id": STAGE_ID, "shard": place}
    transaction.run("rehearse_prune", **parameters)
    return staged


def _work(
    context: Context,
    transaction: Transaction,
    batch: Batch,
    place: int,
    pages: list[StoredPage],
    in_force: Sequence[SettingsInForce],
    now: datetime,
) -> int:
    """Stage the shifts and orders that the product makes of these pages. Returns the number of shifts."""
    product = implementation_of(batch.product)
    shard = Shard(context, batch, place, in_force)
    shifts = 0
    for part in product.parts(pages):
        chunk = product.work(part, shard, now, Decoded())
        stage(transaction, STAGE_ID, place, chunk)
        shifts += len(chunk.shifts)
    return shifts


def _compare(
    transaction: Transaction,
    inn: str,
    window: Window,
    in_force: Sequence[SettingsInForce],
    chunk: Window,
    found: _Found,
    *,
    is_last: bool,
) -> None:
    """Decide about the staged shifts and compare them with the books.

    If the newest evidence differs from the books because a rule keeps the values of older evidence, the shift is
    left to the second round (`is_last`), which reads that evidence.
    """
    transaction.run("rehearse_next")
    slice_ = read_slice(transaction, STAGE_ID, inn, first_day=chunk.first_day, last_day=chunk.last_day)
    reported = [*slice_.reported["shift_id"], *slice_.reported_tills["shift_id"]]
    booked, booked_orders, standing = read_booked(transaction, inn, reported)
    aside = left_aside(standing)
    changes = decide(unbooked(slice_, aside, in_force))
    clear_stage(transaction, STAGE_ID, changes)
    made, made_orders = made_of(changes, *read_staged(transaction), standing)

    booked_in_window = booked.loc[_in_window(booked, window), "shift_id"]
    made = made[_in_window(made, window) | made["shift_id"].isin(booked_in_window)]
    both = set(made["shift_id"]) & set(booked["shift_id"])
    rows = differences(
        made,
        made_orders[made_orders["shift_id"].isin(made["shift_id"])],
        booked[booked["shift_id"].isin(both)],
        booked_orders[booked_orders["shift_id"].isin(both)],
    )
    later = set() if is_last else kept_by_rule(rows, made, booked, standing)
    found.differences.append(rows[~rows["shift_id"].isin(later)])
    done = set(made["shift_id"]) - later
    found.compared += len(done)
    found.left_aside += len({*aside} & {*booked_in_window})
    transaction.run("rehearse_made", shifts=[*done, *aside])


def _keep_rest(transaction: Transaction, inn: str, found: _Found, rest: Sequence[str]) -> None:
    """Compare booked shifts that no evidence made again: they differ as missing."""
    booked, booked_orders, standing = read_booked(transaction, inn, rest)
    aside = left_aside(standing)
    found.left_aside += len(aside)
    booked = booked[~booked["shift_id"].isin(aside)]
    orders = booked_orders[booked_orders["shift_id"].isin(booked["shift_id"])]
    found.differences.append(differences(MADE_SHIFTS.empty(), MADE_ORDERS.empty(), booked, orders))
    found.compared += len(booked)


def _in_window(shifts: pd.DataFrame, window: Window) -> pd.Series:
    first, end = pd.Timestamp(window.first_day), pd.Timestamp(window.last_day) + pd.Timedelta(days=1)
    return (shifts["closed_at"] >= first) & (shifts["closed_at"] < end)
