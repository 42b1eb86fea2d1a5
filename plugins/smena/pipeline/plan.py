"""Step 0: what is there to load? The operator's list of registers, wanted minus covered, written as a batch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from smena.integration import planning
from smena.integration.lifecycle import required
from smena.integration.organizations import organization_of
from smena.model.errors import RefusedByService, SmenaError, WrongUse
from smena.model.organization import Organization
from smena.model.window import OFD, Window
from smena.pipeline.log import step_log
from smena.pipeline.road import Road
from smena.sources.ofd import OfdClient
from smena.sources.ofd_listing import list_cashboxes, list_organizations
from smena.sources.page import Page
from smena.warehouse import ledger
from smena.warehouse.database import Row, Transaction, as_json
from smena.warehouse.pages import PageStore


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be loaded, or what a batch was told to load.

    Attributes:
        batch_id: None for a dry run.
        horizon: the last day of it all.
        windows: days by register, silent ones among them.
        gaps: wanted days that are out of reach, and why.
        shards: the parts of the batch; empty where nothing is to be done.
    """

    inn: str
    product: str
    horizon: date
    windows: list[planning.PlannedWindow]
    gaps: list[Row]
    batch_id: int | None = None
    shards: list[int] = field(default_factory=list)

    @property
    def asked(self) -> list[planning.PlannedWindow]:
        """The windows that cost requests."""
        return [planned for planned in self.windows if planned.reason != "silent"]


def plan(road: Road, inn: str, *, run_id: str, horizon: date | None = None, window: Window | None = None) -> Plan:
    """Plans a batch for one organisation and writes it.

    Args:
        horizon: the last day to load; never later than yesterday in the organisation's time zone, which is the default.
        window: what a person asked for, instead of wanted minus covered.

    Raises WrongUse where the integration is off or the window is not over yet, RefusedByService and PassingFault as
    the operator's answers make it.
    """
    with step_log("plan", inn=inn, run_id=run_id) as told:
        organization = organization_of(road.warehouse, inn)
        required(road.warehouse, inn, OFD)
        last_day = horizon_of(road, organization, horizon, window)
        with road.warehouse.transaction() as transaction:
            batch_id, seen_at = ledger.open_batch(
                transaction,
                inn=inn,
                product=OFD,
                run_id=run_id,
                reason="asked" if window else "planned",
                detail=organization.detail,
                horizon=last_day,
            )
        told["batch_id"] = batch_id
        try:
            registers = _listed_registers(road, organization, batch_id)
            with road.warehouse.transaction() as transaction:
                transaction.run("lock_organization", inn=inn)
                made = _planned(road, transaction, organization, registers, last_day, window, seen_at, batch_id)
                rows = planning.in_shards(
                    made.windows, horizon=last_day, yesterday=road.yesterday(organization), now_utc=road.now()
                )
                first_day = min((planned.window.first_day for planned in made.windows), default=last_day)
                ledger.assign(transaction, batch_id, min(first_day, last_day), rows)
        except SmenaError as error:
            road.warehouse.run("batch_stop", batch_id=batch_id, reason=str(error))
            raise
        shards = sorted({row["shard"] for row in rows})
        told.update(windows=len(made.asked), silent=len(made.windows) - len(made.asked), gaps=len(made.gaps))
        return Plan(inn, OFD, last_day, made.windows, made.gaps, batch_id, shards)


def preview(road: Road, inn: str) -> Plan:
    """What `plan` would write now. A dry run: nothing is kept of it."""
    organization = organization_of(road.warehouse, inn)
    required(road.warehouse, inn, OFD)
    horizon = horizon_of(road, organization, None, None)
    registers = _listed_registers(road, organization, None)
    with road.warehouse.transaction() as transaction:
        transaction.run("lock_organization", inn=inn)
        made = _planned(road, transaction, organization, registers, horizon, None, road.now(), None)
        transaction.undo()
        return made


def _planned(
    road: Road,
    transaction: Transaction,
    organization: Organization,
    registers: list[dict[str, Any]],
    horizon: date,
    window: Window | None,
    seen_at: datetime,
    batch_id: int | None,
) -> Plan:
    today = road.now().astimezone(ZoneInfo(organization.timezone)).date()
    planning.record_registers(transaction, organization.inn, registers, seen_at=seen_at, today=today)
    if window:
        windows = planning.asked_windows(transaction, organization, window, seen_at=seen_at)
    else:
        windows = planning.wanted_windows(transaction, organization, OFD, horizon=horizon, seen_at=seen_at)
    # What is out of reach does not depend on the window that a person asked for.
    reached = road.yesterday(organization) if window else horizon
    planning.record_gaps(
        transaction, inn=organization.inn, product=OFD, batch_id=batch_id, horizon=reached, seen_at=seen_at
    )
    return Plan(organization.inn, OFD, horizon, windows, planning.gaps(transaction, organization.inn, OFD))


def horizon_of(road: Road, organization: Organization, horizon: date | None, window: Window | None) -> date:
    """The last day to load. Raises WrongUse where the window is not over yet."""
    yesterday = road.yesterday(organization)
    if window:
        if window.last_day > yesterday:
            raise WrongUse(
                f"{window.last_day} is not over yet in {organization.timezone}", fix=f"load through {yesterday}"
            )
        return window.last_day
    return min(horizon or yesterday, yesterday)


def _listed_registers(road: Road, organization: Organization, batch_id: int | None) -> list[dict[str, Any]]:
    """What the operator tells of every register of the organisation; its answers are kept as evidence of the batch."""
    client = road.ofd(organization)
    try:
        page = client.organizations()
        _keep(road, batch_id, "organizations", page)
        known = [told for told in list_organizations(page.body) if told.inn == organization.inn]
        if not known:
            raise RefusedByService(
                f"Kontur.OFD shows no organisation with INN {organization.inn} to this login and key",
                status=200,
                fix="give the integrator's key access to the organisation",
            )
        return [register for told in known for register in _registers(road, client, told.id, batch_id)]
    finally:
        client.close()


def _registers(road: Road, client: OfdClient, ofd_organization_id: str, batch_id: int | None) -> list[dict[str, Any]]:
    page = client.cashboxes(ofd_organization_id)
    _keep(road, batch_id, "cashboxes", page)
    cashboxes, broken = list_cashboxes(page.body)
    if broken and batch_id is not None:
        road.warehouse.run("plan_broken_registers", batch_id=batch_id, broken=as_json(broken))
    return [asdict(cashbox) | {"ofd_organization_id": ofd_organization_id} for cashbox in cashboxes]


def _keep(road: Road, batch_id: int | None, method: str, page: Page) -> None:
    if batch_id is None:
        return
    fetch_id = int(road.warehouse.rows("fetch_id")[0]["fetch_id"])
    PageStore(road.warehouse, batch_id).add(
        fetch_id=fetch_id,
        kkt_reg_id=None,
        method=method,
        address=page.address,
        status=page.status,
        fetched_at=page.fetched_at,
        body=page.body,
    )
