"""Till shifts of Kontur.Market: the cheques of a window, requested again and compared with the books."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from smena.loading.market.extract import CHEQUES, fetch_cheques
from smena.loading.market.work import work
from smena.mandates.organizations import settings_by_day
from smena.model.errors import PassingFault, RefusedByService, RefusedLogin, UnreadableAnswer, stored_of
from smena.model.organization import Organization
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from smena.model.window import Window
from smena.reconciliation.receipts import Again
from smena.runtime.context import Context
from smena.sources.market import MarketClient
from smena.sources.page import Page
from smena.transform.market.changed_till_shifts import BOOKED_TILLS, changed_tills
from smena.warehouse.database import Row
from smena.warehouse.pages import PageStore, StoredPage


def ask_again(
    context: Context, organization: Organization, pages: PageStore, window: Window, log: dict[str, Any]
) -> Again:
    """Ask Market once more for the cheques of every readable shop, and compare each till shift.

    Raises PassingFault if Market does not answer, RefusedLogin if it refuses the key.
    """
    again = Again()
    inn = organization.inn
    shops = context.warehouse.rows("proof_shops", inn=inn, first_day=window.first_day, last_day=window.last_day)
    if not shops:
        return again
    client = context.market(organization)
    try:
        with ThreadPoolExecutor(context.extract_workers, thread_name_prefix="reconcile") as workers:
            attempts = [(shop, workers.submit(_fetch, context, client, pages, shop)) for shop in shops]
            try:
                for shop, attempt in attempts:
                    try:
                        answers = attempt.result()
                    except RefusedLogin:
                        raise
                    except (RefusedByService, UnreadableAnswer) as error:
                        again.unasked[str(shop["shop_id"])] = stored_of(error)
                    else:
                        _compare(context, organization, shop, answers, again)
            except PassingFault:
                workers.shutdown(wait=False, cancel_futures=True)
                raise
        return again
    finally:
        log.update(market_requests=client.traffic.total())
        client.close()


def differences(changed: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows for `differences_found`, made of CHANGED_TILLS."""
    plain = changed.astype(object).where(changed.notna(), None)
    return [
        {
            "kind": row["kind"],
            "kkt_reg_id": row["cashbox_id"],
            "day": row["day"].date(),
            "amount": row["amount"],
            "cause": row["cause"],
            "details": {name: row[name] for name in ("shop_id", "till_shift", "ours", "theirs")},
            "shifts": [row["shift_id"]] if row["shift_id"] else [],
            "key": f"{row['cashbox_id']} {row['till_shift']}",
        }
        for row in plain.to_dict("records")
    ]


def _fetch(context: Context, client: MarketClient, pages: PageStore, shop: Row) -> list[StoredPage]:
    fetch_id = int(context.warehouse.rows("fetch_id")[0]["fetch_id"])
    kept: list[StoredPage] = []

    def keep(page: Page) -> None:
        page_id = pages.add(
            fetch_id=fetch_id,
            unit_id=shop["shop_id"],
            method=CHEQUES,
            address=page.address,
            status=page.status,
            fetched_at=page.fetched_at,
            body=page.body,
        )
        kept.append(StoredPage(page_id, shop["shop_id"], shop["first_day"], shop["last_day"], CHEQUES, page.body))

    fetch_cheques(client, keep, shop["shop_id"], shop["first_day"], shop["last_day"])
    return kept


def _compare(
    context: Context, organization: Organization, shop: Row, answers: Sequence[StoredPage], again: Again
) -> None:
    """Compare a shop's till shifts by the day of their last cheque, whatever the date policy of orders."""
    place = {"inn": organization.inn, **shop}
    dated = [
        replace(one, organization=replace(one.organization, date_policy="shift_close"))
        for one in settings_by_day(context.warehouse, organization.inn)
    ]
    now: datetime = context.local_now(organization)
    found = work(list(answers), dated, shop["first_day"], shop["last_day"], now)
    unread = found.rejects[found.rejects["kind"] == "page"]
    if len(unread):
        again.unasked[str(shop["shop_id"])] = reason(Reason.CHEQUES_UNREADABLE, reason=unread.iloc[0]["reason"])
        return
    rows = context.warehouse.rows("proof_tills", **place)
    days = [row["day"] for row in context.warehouse.rows("proof_shop_days", **place)]
    here = BOOKED_TILLS.of({name: [row[name] for row in rows] for name in BOOKED_TILLS.columns})
    again.differences += differences(changed_tills(here, found.shifts, pd.DatetimeIndex(days)))
    again.confirmed += [
        {"shift_id": row["shift_id"], "evidence": row["evidence"], "vat": None, "asked": True}
        for row in rows
        if row["is_asked"]
    ]
    again.asked.append(str(shop["shop_id"]))
    again.days += [{"shop_id": shop["shop_id"], "day": day.date()} for day in days]
