"""Alerts reach those whom they concern: by organisation, КПП and point of sale, by several channels, each once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from demo.ports import HOST
from smena.alerts.outgoing import send_daily
from smena.mandates.alert_routes import add_route, remove_route, routes
from smena.model.errors import PassingFault, WrongUse
from smena.model.place import WHOLE, Place
from smena.sources.messenger import Channel, Messenger
from smena.warehouse.database import Warehouse
from tests.integration.alert_receivers import Hook, webhook
from tests.integration.alerts.trouble import NOW, QUICK, messenger_of
from tests.integration.decisions.deciding import FIRST, LAST, WEEK
from tests.invented import ROMASHKA
from tests.town import Town

BEFORE = LAST - timedelta(days=1)
MORNING = datetime.combine(LAST, time(4), tzinfo=UTC)
FIELDS = {
    "drive_replace": {"fiscalDriveReplaceRequiredSign": 1},
    "drive_memory_full": {"fiscalDriveMemoryExceededSign": "1"},
    "not_sent": {"ofdResponseTimeoutSign": 1, "notTransmittedDocumentsQuantity": 17},
}
WORDS = {
    "drive_replace": "срочно заменить фискальный накопитель, касс: 1",
    "drive_memory_full": "память фискального накопителя заполнена, касс: 1",
    "not_sent": "документы не переданы в ОФД, касс: 1",
}


@pytest.fixture
def town(copy_town: Callable[..., Town]) -> Town:
    """Four registers at two points of sale, nothing loaded."""
    return copy_town(lambda _: None, replace(WEEK, registers_per_organization=4), start=FIRST)


@pytest.fixture
def receivers() -> Iterator[dict[str, Hook]]:
    """Of everything, and of each point of sale."""
    with webhook() as everything, webhook() as first, webhook() as second:
        yield {"smena_alerts": everything, "first": first, "second": second}


def send_at(town: Town, receivers: dict[str, Hook], now: datetime) -> dict[str, str]:
    """Send the alerts of a morning as the DAG does; return what came, by connection."""
    before = {name: len(hook.came) for name, hook in receivers.items()}
    town.sandbox.set_now(now.replace(tzinfo=None))
    send_daily(
        town.context,
        messenger_of(receivers["smena_alerts"]),
        sent_by="test",
        connect=lambda name: [messenger_of(receivers[name])],
    )
    return {name: "\n".join(one["text"] for one in hook.came[before[name] :]) for name, hook in receivers.items()}


def by_points(town: Town) -> dict[str, str]:
    """A register of each point of sale, by the connection of the point's people; their routes are made."""
    found = {}
    points = sorted({one.sales_point for one in town.sandbox.world.organizations[0].registers})
    for name, point in zip(("first", "second"), points, strict=True):
        registers = (one for one in town.sandbox.world.organizations[0].registers if one.sales_point == point)
        found[name] = min(one.reg_number for one in registers)
        with town.warehouse.transaction() as transaction:
            add_route(transaction, name, town.inn, Place(sales_point=point), by="test")
    return found


@pytest.mark.parametrize("sign", FIELDS)
def test_a_sign_is_reported_once_to_those_whom_it_concerns_and_again_after_it_was_cured(
    town: Town, receivers: dict[str, Hook], sign: str
) -> None:
    patch = {"type": "closeShift"}
    town.load(FIRST, FIRST)
    register = by_points(town)["second"]
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": patch | {"kktRegId": register}, "set": FIELDS[sign], "drop": []}
    )
    town.load(FIRST + timedelta(days=1), BEFORE)
    came = send_at(town, receivers, MORNING)
    assert {name: WORDS[sign] in text for name, text in came.items()} == {
        "smena_alerts": True, "first": False, "second": True,
    }  # fmt: skip
    assert "Магазин № 2" in came["second"].splitlines()[0]
    for hours in (1, 24, 48):
        again = send_at(town, receivers, MORNING + timedelta(hours=hours))
        assert not any(WORDS[sign] in text for text in again.values())
    column = {"not_sent": "ofd_timeout"}.get(sign, sign)
    change = f"update accounting.shift set {column} = %s, not_sent = 0 where kkt_reg_id = %s"  # noqa: S608
    town.sql(change, False, register)
    send_at(town, receivers, MORNING + timedelta(days=3))
    assert town.sql("select count(*) from control.register_episode where cured_at is null") == [(0,)]
    town.sql(change, True, register)
    back = send_at(town, receivers, MORNING + timedelta(days=4))
    assert {name for name, text in back.items() if WORDS[sign] in text} == {"smena_alerts", "second"}


def test_a_route_that_cannot_be_used_keeps_nobody_waiting(town: Town, receivers: dict[str, Hook]) -> None:
    town.load(FIRST, BEFORE)
    register = by_points(town)["second"]
    town.sql("update accounting.shift set drive_replace = true where kkt_reg_id = %s", register)
    with town.warehouse.transaction() as transaction:
        add_route(transaction, "a_lost_one", None, WHOLE, by="test")

    def connect(name: str) -> list[Messenger]:
        if name == "a_lost_one":
            raise WrongUse("there is no connection `a_lost_one`")
        return [messenger_of(receivers[name])]

    town.sandbox.set_now(MORNING.replace(tzinfo=None))
    with pytest.raises(WrongUse, match="a_lost_one"):
        send_daily(town.context, messenger_of(receivers["smena_alerts"]), sent_by="test", connect=connect)
    assert WORDS["drive_replace"] in receivers["second"].came[0]["text"]
    assert WORDS["drive_replace"] in receivers["smena_alerts"].came[0]["text"]


def test_a_route_is_of_a_place_that_is_there_and_is_added_once(town: Town) -> None:
    town.load(FIRST, FIRST)
    with town.warehouse.transaction() as transaction:
        for _ in range(2):
            add_route(transaction, "shop", town.inn, Place(sales_point="Магазин № 2"), by="test")
        (row,) = routes(transaction)
        for wrong in (Place(sales_point="Магазин № 22"), Place(kpp="999901001")):
            with pytest.raises(WrongUse, match="no register or shop"):
                add_route(transaction, "shop", town.inn, wrong, by="test")
        remove_route(transaction, row["alert_route_id"])
        assert routes(transaction) == []
        with pytest.raises(WrongUse, match="no route"):
            remove_route(transaction, row["alert_route_id"])


def apprise_of(*hooks: Hook) -> Messenger:
    """A connection of Apprise with several addresses: its JSON webhooks."""
    urls = [f"json://user:tajna@{HOST}:{hook.port}/hook" for hook in hooks]
    return Messenger(Channel("apprise", extra={"urls": urls}), QUICK)


def test_apprise_sends_to_each_address_once_in_russian_with_links(troubled: Warehouse) -> None:
    context = type("Of", (), {"warehouse": troubled, "now": staticmethod(lambda: NOW)})()
    with webhook() as one, webhook() as other:
        other.statuses += [500] * QUICK.attempts
        send = {"sent_by": "test", "pages_address": "https://airflow.example.org/smena"}
        with pytest.raises(PassingFault, match="apprise"):
            send_daily(context, apprise_of(one, other), **send)
        assert len(one.came) == 2
        send_daily(context, apprise_of(one, other), **send)
        # The address that took the messages gets them once, the other one now.
        assert (len(one.came), len(other.came)) == (2, 2)
        (text,) = [came["message"] for came in one.came if ROMASHKA in came["title"]]
        assert "→ решить: https://airflow.example.org/smena/decisions?inn=" in text
        assert "smena conflicts" not in text
        assert sorted(came["message"] for came in other.came) == sorted(came["message"] for came in one.came)


def test_an_address_that_apprise_does_not_know_is_wrong_use_without_the_secret() -> None:
    with pytest.raises(WrongUse) as refused:
        Messenger(Channel("apprise", password="nosuch://user:tajna@host"), QUICK).send("a", "b", {}, key="c")
    assert "tajna" not in str(refused.value)
    with pytest.raises(WrongUse, match="no address"):
        Messenger(Channel("apprise"), QUICK).each()


def test_the_token_in_an_address_of_apprise_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with webhook() as receiver:
        address = f"json://{HOST}:{receiver.port}/tokentajna"
        with caplog.at_level(logging.DEBUG):
            Messenger(Channel("apprise", extra={"urls": address}), QUICK).send("a", "a\nb", {}, key="c")
    assert "POST" in caplog.text
    assert "tokentajna" not in caplog.text
