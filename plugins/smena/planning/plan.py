"""Step 0: list the units, subtract covered days from wanted ones, and write the rest as batches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from smena.mandates.lifecycle import required
from smena.mandates.organizations import organization_to_ask
from smena.model.errors import WrongUse, stored_of
from smena.model.organization import Organization
from smena.model.unexpected import contained
from smena.model.window import OFD, Window
from smena.planning import wanted
from smena.reads.completeness import gaps
from smena.runtime.context import Context
from smena.runtime.listing import Listing
from smena.runtime.log import step_log
from smena.runtime.product import implementation_of
from smena.warehouse import ledger
from smena.warehouse.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Plan:
    """The windows to load, planned or, in a dry run, only previewed.

    Attributes:
        horizon: the last day to load.
        windows: days by register, silent ones among them.
        gaps: wanted days that cannot be read, and why.
        covered: of a dry run, the result of `wanted.coverage`.
        requests: how many the windows will cost, about.
        batches: the shards of each batch by its id; no batch in a dry run, no shards if nothing is to be done.
    """

    inn: str
    product: str
    horizon: date
    windows: list[wanted.PlannedWindow]
    gaps: list[Row]
    batches: dict[int, list[int]] = field(default_factory=dict)
    covered: Row = field(default_factory=dict)
    requests: int = 0

    @property
    def shards_to_load(self) -> list[tuple[int, int]]:
        """Each batch with each of its shards."""
        return [(batch_id, shard) for batch_id, shards in self.batches.items() for shard in shards]

    @property
    def asked(self) -> list[wanted.PlannedWindow]:
        """The windows that cost requests."""
        return [planned for planned in self.windows if planned.reason != "silent"]


def plan(
    context: Context,
    inn: str,
    *,
    run_id: str,
    product: str = OFD,
    horizon: date | None = None,
    window: Window | None = None,
    in_one: bool = False,
    same_day: bool = False,
) -> Plan:
    """Plan the days that one organisation lacks, and write them as one batch, or as several of bounded size.

    Args:
        horizon: the last day to load; never later than yesterday in the organisation's time zone, which is the default.
        window: days that a person asked for, instead of wanted minus covered.
        in_one: one batch, however many shifts it may have.
        same_day: the days that are not over, instead of all that may be given above.

    Raises WrongUse if the integration is off or the window is not over yet, RefusedByService and PassingFault if
    the service refuses or does not answer.
    """
    with step_log("plan", inn=inn, product=product, run_id=run_id) as step:
        organization = organization_to_ask(context.warehouse, inn)
        required(context.warehouse, inn, product)
        today = context.days_not_over(organization) if same_day else None
        last_day = today.last_day if today else horizon_of(context, organization, horizon, window)
        reason = ledger.SAME_DAY if same_day else "asked" if window else "planned"
        with context.warehouse.transaction() as transaction:
            batch_id, seen_at = ledger.open_batch(
                transaction,
                inn=inn,
                product=product,
                run_id=run_id,
                reason=reason,
                detail=organization.detail,
                horizon=last_day,
            )
        step["batch_id"] = batch_id
        try:
            listing = implementation_of(product).listing()
            try:
                listing.ask(context, organization)
            finally:
                step.update(requests=listing.requests, retries=listing.retries)
                listing.keep(context.warehouse, batch_id)
            with context.warehouse.transaction() as transaction:
                transaction.run("lock_organization", inn=inn)
                made = (
                    _planned_today(context, transaction, organization, product, listing, today, seen_at)
                    if today
                    else _planned(
                        context, transaction, organization, product, listing, last_day, window, seen_at, batch_id
                    )
                )
                batches = wanted.write_batches(
                    transaction,
                    organization,
                    product,
                    made.windows,
                    run_id=run_id,
                    reason=reason,
                    horizon=last_day,
                    latest=context.latest_local_time(),
                    first=batch_id,
                    in_one=in_one,
                )
        except Exception as error:
            ours = contained(error, f"plan of {inn}, batch {batch_id}")
            context.warehouse.run("batch_stop", batch_id=batch_id, reason=stored_of(ours))
            if ours is error:
                raise
            raise ours from error
        step.update(windows=len(made.asked), silent=len(made.windows) - len(made.asked), gaps=len(made.gaps))
        step["batches"] = len(batches)
        return replace(made, batches=batches)


def preview(context: Context, inn: str, product: str = OFD) -> Plan:
    """Return what `plan` would write now. A dry run: nothing is stored."""
    organization = organization_to_ask(context.warehouse, inn)
    start = required(context.warehouse, inn, product)["start_date"]
    horizon = horizon_of(context, organization, None, None)
    listing = implementation_of(product).listing()
    listing.ask(context, organization)
    with context.warehouse.transaction() as transaction:
        transaction.run("lock_organization", inn=inn)
        seen_at = context.now()
        made = _planned(context, transaction, organization, product, listing, horizon, None, seen_at, None)
        whole = Window(min(start, horizon), horizon)
        covered = wanted.coverage(transaction, organization.inn, product, whole, seen_at=seen_at)
        transaction.undo()
        return replace(made, covered=covered)


def _planned(
    context: Context,
    transaction: Transaction,
    organization: Organization,
    product: str,
    listing: Listing,
    horizon: date,
    window: Window | None,
    seen_at: datetime,
    batch_id: int | None,
) -> Plan:
    today = context.now().astimezone(ZoneInfo(organization.timezone)).date()
    wanted.distrust_future(transaction, organization.inn, product, newest_day=context.newest_day())
    listing.record(transaction, organization.inn, seen_at=seen_at, today=today, latest=context.latest_local_time())
    if window:
        windows = wanted.asked_windows(transaction, organization, product, window, seen_at=seen_at)
    else:
        windows = wanted.wanted_windows(transaction, organization, product, horizon=horizon, seen_at=seen_at)
    # What cannot be read does not depend on the window that a person asked for.
    reached = context.yesterday(organization) if window else horizon
    wanted.record_gaps(
        transaction,
        inn=organization.inn,
        product=product,
        batch_id=batch_id,
        horizon=reached,
        seen_at=seen_at,
        unidentified=listing.unidentified,
        unlisted=listing.unlisted,
    )
    made = Plan(organization.inn, product, horizon, windows, gaps(transaction, organization.inn, product))
    return replace(made, requests=wanted.requests_expected(len(made.asked), organization, product))


def _planned_today(
    context: Context,
    transaction: Transaction,
    organization: Organization,
    product: str,
    listing: Listing,
    days: Window,
    seen_at: datetime,
) -> Plan:
    """Plan days that are not over. Whether they have gaps is not known yet, so none are written and none deleted."""
    today = context.now().astimezone(ZoneInfo(organization.timezone)).date()
    listing.record(transaction, organization.inn, seen_at=seen_at, today=today, latest=context.latest_local_time())
    windows = wanted.same_day_windows(transaction, organization, product, days, seen_at=seen_at)
    made = Plan(organization.inn, product, days.last_day, windows, [])
    return replace(made, requests=wanted.requests_expected(len(windows), organization, product))


def horizon_of(context: Context, organization: Organization, horizon: date | None, window: Window | None) -> date:
    """Return the last day to load. Raises WrongUse if the window is not over yet."""
    yesterday = context.yesterday(organization)
    if window:
        if window.last_day > yesterday:
            raise WrongUse(
                f"{window.last_day} is not over yet in {organization.timezone}", fix=f"load through {yesterday}"
            )
        return window.last_day
    return min(horizon or yesterday, yesterday)
