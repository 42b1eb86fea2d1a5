"""A backfill: the wanted, uncovered days of a long range, quarter by quarter, resumed where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from smena.mandates.grants import check_granted
from smena.mandates.lifecycle import check_from_start, required
from smena.mandates.organizations import checked_inn, organization_to_ask
from smena.model.errors import PassingFault, WrongUse
from smena.model.organization import Organization
from smena.model.product import products
from smena.model.reasons import Reason
from smena.model.unexpected import contained
from smena.model.window import OFD, Window, quarters
from smena.planning import wanted
from smena.planning.run_plan import RunPlan, Shard, grouped
from smena.reads.completeness import gaps
from smena.runtime.context import Context
from smena.runtime.listing import Listing
from smena.runtime.log import logger, step_log
from smena.runtime.product import implementation_of
from smena.warehouse.database import Row, Transaction

REASON = "backfill"
MOST_GAPS_LOGGED = 50


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """The range that a person asked for; without days, from the start date in force through yesterday."""

    inn: str
    product: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter of a backfill.

    Attributes:
        window: its days within the range.
        requested, silent: windows of new batches, and those that need no request.
        left: windows of unfinished batches that are still to be requested.
        requests: about how many requests `requested` and `left` will cost.
        registers, wanted_days, covered_days: readable ones; each day is of one register.
        batches: new and resumed ones; none in a dry run.
        shards_to_load: the shards of these batches that are to be loaded.
    """

    window: Window
    requested: int
    silent: int
    left: int
    requests: int
    registers: int
    wanted_days: int
    covered_days: int
    batches: list[int]
    shards_to_load: list[Shard]


@dataclass(frozen=True, slots=True)
class Backfill:
    """A planned backfill: quarters in order of time, and the days that are not readable, with reasons.

    `failed` has the quarters that could not be planned, and why: the others are loaded.
    """

    inn: str
    product: str
    window: Window
    quarters: list[Quarter]
    gaps: list[Row]
    failed: dict[str, str] = field(default_factory=dict)

    def run_plan(self) -> RunPlan:
        """Return the plan of a run that loads it."""
        return {
            "batches": [batch_id for quarter in self.quarters for batch_id in quarter.batches],
            "task_groups": grouped([place for quarter in self.quarters for place in quarter.shards_to_load]),
            "failed": {self.inn: "; ".join(f"{one}: {why}" for one, why in self.failed.items())} if self.failed else {},
        }


def parse_request(params: Mapping[str, Any]) -> BackfillRequest:
    """Parse the parameters of a run: `inn`, `product`, `from`, `to`. Raises WrongUse, naming the wrong one."""
    product = params.get("product") or OFD
    if product not in products():
        raise WrongUse(f"product: {product!r} is none of {', '.join(products())}")
    inn = checked_inn(str(params.get("inn") or ""))
    first_day, last_day = _day(params, "from"), _day(params, "to")
    if first_day and last_day:
        Window(first_day, last_day)
    return BackfillRequest(inn, product, first_day, last_day)


def plan_backfill(context: Context, request: BackfillRequest, *, run_id: str) -> Backfill:
    """Write batches for each quarter that lacks days, and resume unfinished ones.

    An unfinished batch of a backfill of this organisation and product was planned and not published. It is resumed
    if it lies within the range and still fits: the same detail, registers that the mandate in force names, days that
    have not been covered meanwhile. A batch that overlaps and does not fit is stopped, and its days are planned anew.

    Raises WrongUse if the integration is off or the range is impossible, RefusedByService and PassingFault if the
    service refuses or does not answer.
    """
    return _plan(context, request, run_id=run_id, is_dry=False)


def preview_backfill(context: Context, request: BackfillRequest) -> Backfill:
    """Return what `plan_backfill` would do now. Nothing is stored."""
    return _plan(context, request, run_id="", is_dry=True)


def start_backfill(context: Context, params: Mapping[str, Any], *, run_id: str, by: str | None) -> Backfill:
    """Parse `params` and plan the backfill, or with `dry_run` preview it: the first task of a run.

    `by` is the Airflow user who started the run, and who needs a grant for the organisation. Raises, after a line in
    the log, the errors of these functions, and WrongUse without a grant.
    """
    try:
        asked = parse_request(params)
        check_granted(context.warehouse, by, asked.inn)
        made = (
            preview_backfill(context, asked) if params.get("dry_run") else plan_backfill(context, asked, run_id=run_id)
        )
    except Exception as error:
        ours = contained(error, f"backfill of {params.get('inn')}")
        logger.error("no backfill: %s", ours)
        if ours is error:
            raise
        raise ours from error
    log_plan(made)
    return made


def log_plan(backfill: Backfill) -> None:
    """Log a line for each quarter, one for each gap, and one for all."""
    for quarter in backfill.quarters:
        with step_log("quarter", window=quarter.window) as step:
            step.update(windows=quarter.requested, left=quarter.left, silent=quarter.silent, requests=quarter.requests)
            step.update(registers=quarter.registers, covered=f"{quarter.covered_days}/{quarter.wanted_days}")
    for quarter_days, why in backfill.failed.items():
        logger.error("no backfill of %s: %s", quarter_days, why)
    for gap in backfill.gaps[:MOST_GAPS_LOGGED]:
        logger.info(
            "out_of_reach unit_id=%s days=%s…%s why=%s %s",
            gap["unit_id"], gap["first_day"], gap["last_day"], gap["reason"], gap["details"],
        )  # fmt: skip
    if len(backfill.gaps) > MOST_GAPS_LOGGED:
        logger.info("out_of_reach and %d more, in control.gap", len(backfill.gaps) - MOST_GAPS_LOGGED)
    logger.info(
        "backfill inn=%s product=%s days=%s windows=%d requests=%d gaps=%d",
        backfill.inn, backfill.product, backfill.window,
        sum(quarter.requested + quarter.left for quarter in backfill.quarters),
        sum(quarter.requests for quarter in backfill.quarters), len(backfill.gaps),
    )  # fmt: skip


def _day(params: Mapping[str, Any], name: str) -> date | None:
    value = params.get(name)
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise WrongUse(f"{name}: {value!r} is not a date like 2025-11-30") from None


def _range(context: Context, organization: Organization, request: BackfillRequest, start: date) -> Window:
    """The days of a backfill. Raises WrongUse if they are not over, or begin before the start date in force."""
    yesterday = context.yesterday(organization)
    if request.last_day and request.last_day > yesterday:
        raise WrongUse(
            f"to: {request.last_day} is not over yet in {organization.timezone}", fix=f"load through {yesterday}"
        )
    if request.first_day:
        check_from_start(request.first_day, start)
    first_day, last_day = request.first_day or start, request.last_day or yesterday
    if first_day > last_day:
        raise WrongUse(
            f"nothing is to be loaded yet: {first_day} is after {last_day}",
            fix="the integration loads from its start date through yesterday",
        )
    return Window(first_day, last_day)


def _plan(context: Context, request: BackfillRequest, *, run_id: str, is_dry: bool) -> Backfill:
    with step_log("plan", inn=request.inn, product=request.product, run_id=run_id or "dry run") as step:
        organization = organization_to_ask(context.warehouse, request.inn)
        window = _range(
            context, organization, request, required(context.warehouse, request.inn, request.product)["start_date"]
        )
        listing = implementation_of(request.product).listing()
        try:
            listing.ask(context, organization)
        finally:
            step.update(requests=listing.requests, retries=listing.retries)
        with context.warehouse.transaction() as transaction:
            transaction.run("lock_organization", inn=request.inn)
            made = _Planner(context, transaction, organization, request, window, listing, run_id).plan()
            if is_dry:
                transaction.undo()
        if is_dry:
            bare = [replace(quarter, batches=[], shards_to_load=[]) for quarter in made.quarters]
            made = replace(made, quarters=bare)
        elif batches := made.run_plan()["batches"]:
            listing.keep(context.warehouse, batches[0])
        step.update(quarters=len(made.quarters), failed=len(made.failed), gaps=len(made.gaps))
        return made


class _Planner:
    """Plans one backfill in one transaction."""

    def __init__(
        self,
        context: Context,
        transaction: Transaction,
        organization: Organization,
        request: BackfillRequest,
        window: Window,
        listing: Listing,
        run_id: str,
    ) -> None:
        self._context, self._transaction, self._organization = context, transaction, organization
        self._product, self._window, self._listing, self._run_id = request.product, window, listing, run_id
        self._yesterday = context.yesterday(organization)
        self._seen_at = transaction.rows("moment")[0]["moment"]

    def plan(self) -> Backfill:
        inn, product = self._organization.inn, self._product
        today = self._yesterday + timedelta(days=1)
        latest = self._context.latest_local_time()
        wanted.distrust_future(self._transaction, inn, product, newest_day=self._context.newest_day())
        self._listing.record(self._transaction, inn, seen_at=self._seen_at, today=today, latest=latest)
        taken_up = self._resumed()
        made: list[Quarter] = []
        failed: dict[str, str] = {}
        for quarter in quarters(self._window):
            try:
                with self._transaction.nested():
                    made.append(self._quarter(quarter, taken_up))
            except PassingFault:
                raise
            except Exception as error:  # noqa: BLE001 - the border of a quarter
                failed[str(quarter)] = str(contained(error, f"backfill of {inn}, {quarter}"))
        wanted.record_gaps(
            self._transaction,
            inn=inn,
            product=product,
            batch_id=None,
            horizon=self._yesterday,
            seen_at=self._seen_at,
            unidentified=self._listing.unidentified,
            unlisted=self._listing.unlisted,
        )
        out_of_reach = gaps(self._transaction, inn, product, window=self._window)
        return Backfill(inn, product, self._window, made, out_of_reach, failed)

    def _resumed(self) -> list[Row]:
        """Unfinished batches that this run resumes; those that no longer fit are stopped."""
        organization = self._organization
        found = self._transaction.rows(
            "backfill_unfinished",
            inn=organization.inn,
            product=self._product,
            detail=organization.detail,
            first_day=self._window.first_day,
            last_day=self._window.last_day,
        )
        for row in found:
            if row["fits"]:
                self._transaction.run("batch_resume", batch_id=row["batch_id"], run_id=self._run_id)
            else:
                self._transaction.run("batch_stop", batch_id=row["batch_id"], reason=str(Reason.PLANNED_ANEW))
        return [row for row in found if row["fits"]]

    def _quarter(self, quarter: Window, taken_up: list[Row]) -> Quarter:
        organization = self._organization
        mine = [row for row in taken_up if row["last_day"] in quarter]
        windows = wanted.missing_windows(
            self._transaction,
            organization,
            self._product,
            quarter,
            today=self._yesterday + timedelta(days=1),
            taken_up=[row["batch_id"] for row in taken_up],
            seen_at=self._seen_at,
        )
        batches = [row["batch_id"] for row in mine]
        shards_to_load = [(row["batch_id"], shard) for row in mine for shard in row["shards"]]
        if windows:
            made = wanted.write_batches(
                self._transaction,
                organization,
                self._product,
                windows,
                run_id=self._run_id,
                reason=REASON,
                horizon=quarter.last_day,
                latest=self._context.latest_local_time(),
            )
            batches += made
            shards_to_load += [(batch_id, shard) for batch_id, shards in made.items() for shard in shards]
        covered = wanted.coverage(self._transaction, organization.inn, self._product, quarter, seen_at=self._seen_at)
        asked = [planned for planned in windows if planned.reason != "silent"]
        left = sum(row["windows_left"] for row in mine)
        requests = wanted.requests_expected(len(asked) + left, organization, self._product)
        return Quarter(
            quarter,
            len(asked),
            len(windows) - len(asked),
            left,
            requests,
            **covered,
            batches=batches,
            shards_to_load=shards_to_load,
        )
