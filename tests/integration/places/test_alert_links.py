"""The link of each kind of alert answers, and its page names the thing that the alert is about."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from smena.alerts.outgoing import _STATEMENTS, gather
from smena.alerts.words import Alert
from smena.messages import day as day_of
from smena.messages import message, money, translate
from tests.integration.alerts.trouble import put_certificate
from tests.integration.cli.shop import FIRST, LAST
from tests.integration.places.regions import Regions, texts
from tests.integration.ui.browser import Browser

KINDS = ("uncovered", *_STATEMENTS, "register")
TROUBLE = (
    "update accounting.shift set drive_replace = true, closed_at = %(now)s::timestamp - interval '20 hours'"
    " where shift_id = (select shift_id from accounting.shift where source = 'ofd' and kkt_reg_id = ("
    " select max(kkt_reg_id) from accounting.shift) order by closed_at desc limit 1)",
    "insert into accounting.cash_opening (organization_inn, kpp, day, amount, entered_by)"
    " select inn, kpp, %(first)s, 1000000, 'test' from control.organization",
    "insert into accounting.cash_limit (organization_inn, kpp, first_day, amount, entered_by)"
    " select inn, kpp, %(first)s, 1, 'test' from control.organization",
    "update control.batch set planned_at = now() where state = 'stopped'",
    "insert into control.difference (organization_inn, kind, kkt_reg_id, day, amount, cause, digest, batch_id)"
    " select organization_inn, 'orders', kkt_reg_id, %(first)s, 4321.09, 'sources_differ', 'x', ("
    " select max(batch_id) from control.batch) from control.register limit 1",
    "update control.completeness set verdict = 'missing' where day = %(last)s",
)  # fmt: skip


@pytest.fixture
def alerts(regions: Regions) -> dict[str, Alert]:
    """One alert of every kind, of the whole organisation."""
    town = regions.town
    town.set_day(LAST + timedelta(days=2))
    now = town.context.now()
    put_certificate(town.warehouse, regions.inn, now + timedelta(days=3))
    with town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for statement in TROUBLE:
            cursor.execute(statement, {"now": now.replace(tzinfo=None), "first": FIRST, "last": LAST})
    (found,) = gather(town.warehouse, now, inn=regions.inn)
    assert not [one.line for one in found.alerts if one.kind == "unchecked"]
    return {one.kind: one for one in found.alerts}


def named(regions: Regions, alert: Alert) -> list[str]:
    """What the page has to name."""
    row: dict[str, Any] = dict(alert.details)
    town = regions.town
    of_kind: dict[str, Callable[[], list[str]]] = {
        "uncovered": lambda: [day_of(row["first_day"])],
        "batches": lambda: [f"/quality/batches/{row['batch_id']}"],
        "missing": lambda: texts(
            town, "select kkt_reg_id from control.completeness where verdict = 'missing' and day = %s", row["first_day"]
        ),
        "gap": lambda: texts(
            town,
            "select unit_id from control.gap where reason = %s and lower(days) = %s",
            row["reason"],
            row["first_day"],
        ),
        "difference": lambda: [money(int(row["amount"] * 100))],
        "decision": lambda: texts(town, "select decision_id from control.decision where state = 'open' limit 1"),
        "shift": lambda: [message(f"outcome_{row['outcome']}", "ru", context="page")],
        "quarantine": lambda: [translate(row["commonest"], "ru")],
        "register": lambda: list(row["names"]),
        "certificate": lambda: [day_of(row["valid_to"].date())],
        "cash": lambda: [row["kpp"], money(100)],
    }
    return of_kind[alert.kind]()


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_an_alert_names_its_thing(regions: Regions, alerts: dict[str, Alert], kind: str) -> None:
    alert = alerts[kind]
    page = html.unescape(Browser(regions.town.context, "anna").page(f"/{alert.page}"))
    missing = [name for name in named(regions, alert) if name not in page]
    assert named(regions, alert)
    assert missing == [], alert.page


def test_no_alert_tells_a_person_to_type_a_command(regions: Regions, alerts: dict[str, Alert]) -> None:
    del regions
    for alert in alerts.values():
        text = alert.text("https://airflow.example.org/smena")
        assert "smena " not in text.replace("https://airflow.example.org/smena", ""), text
        assert f"https://airflow.example.org/smena/{alert.page}" in text
