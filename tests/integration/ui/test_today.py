"""«Сегодня»: cash by organisation and point, what is new, what waits, the health of registers; and who sees what."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from smena.loading.load import load
from smena.model.money import written
from smena.ui import today
from tests.integration.conftest import BuildTown
from tests.integration.test_two_sources import LAST as LAST_OF_TWO
from tests.integration.test_two_sources import differing
from tests.integration.ui.browser import Browser
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town

NET = ("cash_income", "cash_payout_refund"), ("cash_refund", "cash_payout")


def cash_of(town: Town, first: date, last: date, *inns: str) -> Decimal:
    """Net cash of booked shifts that were closed in these days."""
    return sum(
        (
            sum(one[name] for name in NET[0]) - sum(one[name] for name in NET[1])
            for one in town.shifts()
            if one["organization_inn"] in inns and first <= one["closed_at"].date() <= last
            and one["outcome"] in ("issued", "no_cash", "conflict")
        ),
        Decimal(0),
    )  # fmt: skip


def move_to_yesterday(town: Town) -> date:
    """Moves all shifts so that the newest one was closed yesterday."""
    yesterday = date.fromordinal(town.context.now().date().toordinal() - 1)
    moved = (yesterday - max(one["closed_at"] for one in town.shifts()).date()).days
    town.sql(
        "update accounting.shift set closed_at = closed_at + %s * interval '1 day',"
        " opened_at = opened_at + %s * interval '1 day'",
        moved, moved,
    )  # fmt: skip
    return yesterday


def test_cash_of_yesterday_and_of_the_month_is_that_of_the_shifts(browser: OpenBrowser, town: Town) -> None:
    yesterday = move_to_yesterday(town)
    first = yesterday.replace(day=1)
    page = browser("anna").page("/today")
    own = town.inns[0]
    assert f'<p class="big">{written(cash_of(town, yesterday, yesterday, own))} ₽</p>' in page
    assert f'<p class="big">{written(cash_of(town, first, yesterday, own))} ₽</p>' in page
    assert town.inns[1] not in page
    both = browser("admin").page("/today")
    assert f'<p class="big">{written(cash_of(town, first, yesterday, *town.inns))} ₽</p>' in both
    assert len(re.findall(r'<rect class="above"', both)) == yesterday.day
    assert f"{yesterday:%d.%m.%Y}: {written(cash_of(town, yesterday, yesterday, *town.inns))} ₽" in both
    one = browser("admin").page("/today", inn=own)
    assert f'<p class="big">{written(cash_of(town, first, yesterday, own))} ₽</p>' in one
    # Points of sale by their names, both registers of one together.
    points = {name for (name,) in town.sql("select sales_point from control.register where organization_inn = %s", own)}
    assert len(points) == 1
    assert page.count(f"<td>{points.pop()}</td>") == 1


def test_the_totals_are_of_all_organizations_however_few_are_shown(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = move_to_yesterday(town)
    first = yesterday.replace(day=1)
    sums = {inn: cash_of(town, first, yesterday, inn) for inn in town.inns}
    large, small = sorted(town.inns, key=lambda inn: -sums[inn])
    assert sums[small] > 0
    all_shown = browser("admin").page("/today")
    assert "Не показано" not in all_shown
    monkeypatch.setattr(today, "POINTS_SHOWN", 1)
    page = browser("admin").page("/today")
    for since in (yesterday, first):
        assert f'<p class="big">{written(cash_of(town, since, yesterday, *town.inns))} ₽</p>' in page
    assert f"today?inn={large}" in page
    assert f"today?inn={small}" not in page
    assert re.search(r"Показаны организации [^<]* Не показано: 1\.", page)
    # What is not known is not cut as if it were the least, and its shifts are counted wherever they are.
    town.sql("update accounting.shift set outcome = 'needs_review' where organization_inn = %s", small)
    page = browser("admin").page("/today")
    assert f"today?inn={small}" in page
    assert f"today?inn={large}" not in page
    ((left_out,),) = town.sql(
        "select count(*) from accounting.shift where organization_inn = %s and closed_at::date between %s and %s",
        small, first, yesterday,
    )  # fmt: skip
    assert f"Не вошло смен: {left_out}<" in page
    assert f'<p class="big">{written(sums[large])} ₽</p>' in page


def test_points_of_too_many_registers_are_summed_for_one_organization_only(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_to_yesterday(town)
    ((units,),) = town.sql("select (select count(*) from control.register) + (select count(*) from control.shop)")
    points = {name for (name,) in town.sql("select sales_point from control.register")}
    monkeypatch.setattr(today, "MOST_UNITS", units)
    assert "data-too-many" not in browser("admin").page("/today")
    monkeypatch.setattr(today, "MOST_UNITS", units - 1)
    page = browser("admin").page("/today")
    assert "data-too-many" in page
    assert not any(f"<td>{name}</td>" in page for name in points)
    one = browser("admin").page("/today", inn=town.inns[0])
    assert "data-too-many" not in one
    assert any(f"<td>{name}</td>" in one for name in points)
    # Where nothing was sold there is nothing to choose an organisation for.
    town.sql("update accounting.shift set closed_at = closed_at - interval '1 year'")
    assert "data-too-many" not in browser("admin").page("/today")


def test_the_cash_is_that_of_the_orders_where_two_sources_differ(build_town: BuildTown) -> None:
    town = differing(build_town)
    town.set_day(LAST_OF_TWO + timedelta(days=1))
    town.warehouse.run("page_user_grant", user_name="admin", inn=None, granted_by="test")
    shifts = {one["shift_id"]: one for one in town.shifts()}
    held = [one for one in shifts.values() if one["outcome"] == "conflict"]
    assert sum(one["cash_income"] for one in held) > 0
    assert not {one["shift_id"] for one in held} & {one["shift_id"] for one in town.orders()}

    def booked(first: date) -> Decimal:
        return sum(
            (
                one["amount"] if one["kind"] == "pko" else -one["amount"]
                for one in town.orders()
                if one["status"] != "reversed" and shifts[one["shift_id"]]["closed_at"].date() >= first
            ),
            Decimal(0),
        )

    def assert_shown() -> None:
        page = Browser(town.context, "admin").page("/today")
        for first in (LAST_OF_TWO, LAST_OF_TWO.replace(day=1)):
            assert f'<p class="big">{written(booked(first))} ₽</p>' in page
        assert f"Не вошло смен: {len(held)}<" in page

    assert_shown()
    # One whose orders stay in force, while a person is asked about it, is in the books.
    sale = next(one for one in town.orders() if one["kind"] == "pko")
    town.sql("update accounting.shift set outcome = 'conflict' where shift_id = %s", sale["shift_id"])
    assert_shown()


def test_a_shift_that_is_not_booked_is_counted_apart_and_not_summed(browser: OpenBrowser, town: Town) -> None:
    yesterday = date.fromordinal(town.context.now().date().toordinal() - 1)
    shift = next(one for one in town.shifts() if one["organization_inn"] == town.inns[0] and one["cash_income"])
    town.sql(
        "update accounting.shift set outcome = 'needs_review', closed_at = %s where shift_id = %s",
        datetime.combine(yesterday, shift["closed_at"].time()), shift["shift_id"],
    )  # fmt: skip
    page = browser("anna").page("/today")
    assert "Не вошло смен: 1" in page
    assert re.search(r"Смены, которые не проведены: <b>1</b>", page)


def test_what_is_new_and_what_waits_lead_to_their_pages(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    new = [one for one in town.orders() if one["organization_inn"] == inn and one["kind"] == "pko"]
    page = anna.page("/today", inn=inn)
    assert re.search(rf'documents\?inn={inn}&amp;status=new&amp;kind=pko">ПКО: <b>{len(new)}</b>', page) or re.search(
        rf'href="[^"]*documents[^"]*kind=pko[^"]*">[^<]*: <b>{len(new)}</b>', page
    )
    assert written(sum(one["amount"] for one in new)) in page


def test_the_first_page_is_today_and_other_organisations_are_not_on_it(
    unloaded_browser: OpenBrowser, browser: OpenBrowser, town: Town
) -> None:
    assert unloaded_browser("anna").get("/").headers["Location"].endswith("/today")
    assert "Сегодня" in unloaded_browser("anna").page("/today")
    assert browser("anna").get("/today", inn=town.inns[1]).status_code == 404
    assert browser("anna").get("/today", inn="12").status_code in (400, 422)
    assert 'form method="post"' not in browser("auditor", may_act=False).page("/today")
    assert "Today" in unloaded_browser("anna").page("/today", lang="en")


def test_the_pages_say_as_of_when_today_is_known(browser: OpenBrowser, town: Town) -> None:
    assert "data-as-of" not in browser("anna").page("/today")
    load(town.context, town.inns[0], run_id="hourly", same_day=True)
    now = town.context.now()
    read_at = now - timedelta(minutes=25)
    # The database has another clock than the sandbox.
    town.sql("update control.batch set planned_at = %s where reason = 'same_day'", read_at)
    local = f"{read_at.astimezone(ZoneInfo('Europe/Moscow')):%d.%m.%Y %H:%M} (UTC+3)"
    page = browser("anna").page("/today")
    (said,) = re.findall(r"<p[^>]*data-as-of>([^<]*)</p>", page)
    assert "Сегодня загружено по состоянию на" in said
    assert local in said
    assert local in browser("anna").page(f"/integrations/{town.inns[0]}/ofd")
    # It is of one organisation, and of one day.
    assert "data-as-of" not in browser("boris").page("/today")
    town.sql("update control.batch set planned_at = %s where reason = 'same_day'", now - timedelta(days=1))
    assert "data-as-of" not in browser("anna").page("/today")
