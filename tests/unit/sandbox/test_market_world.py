"""Market has the same shops as the operator, with its own difficulties; its truth is what it serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
import requests

from sandbox import MarketSettings, SandboxServer, SandboxSettings, World, WorldSettings, build_world, truth_of_shifts
from sandbox.market.shops import Shop, open_shops, with_added_registers

LATER = datetime(2027, 1, 1)
PLAIN: dict[str, Any] = {"correction_permille": 0, "payout_permille": 0}
SETTINGS = WorldSettings(organizations=3, registers_per_organization=4, receipts_per_shift=12)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(SETTINGS)


def opened(world: World, **market: Any) -> tuple[Shop, ...]:
    return open_shops(world, replace(MarketSettings().easy(), **market))


def kopecks(roubles: float) -> int:
    exact = Decimal(repr(roubles)) * 100
    assert exact == int(exact)
    return int(exact)


def fiscal(line: dict[str, Any]) -> tuple[Any, ...]:
    return line["kkt_reg_id"], line["fiscal_drive_number"], line["shift_number"]


def summed(cheques: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By till shift, the figures of the truth, from the cheques as served."""
    shifts: dict[str, dict[str, Any]] = {}
    for one in cheques:
        shift = shifts.setdefault(
            one["cashRegisterId"],
            {"opened_at": one["openTime"], "closed_at": one["closeTime"], "cashbox_id": one["cashboxId"]}
            | dict.fromkeys(("cheques", "price_correction"), 0)
            | {f"{kind}_{way}": 0 for kind in ("cash", "cashless") for way in ("income", "refund")},
        )
        way = "refund" if one["isRefund"] else "income"
        shift["cheques"] += 1
        shift["price_correction"] += (-1 if one["isRefund"] else 1) * kopecks(one["priceCorrection"])
        shift["opened_at"] = min(shift["opened_at"], one["openTime"])
        shift["closed_at"] = max(shift["closed_at"], one["closeTime"])
        for part in one["payments"]:
            shift[f"{'cash' if part['type'] == 'Cash' else 'cashless'}_{way}"] += kopecks(part["value"])
    return shifts


@pytest.mark.parametrize("now", [None, datetime(2025, 12, 17, 11, 30)])
def test_truth_is_the_sum_of_the_cheques_served(hard_market: Any, now: datetime | None) -> None:
    hard_market.sandbox.set_now(now)
    for shop in hard_market.sandbox.shops:
        truth = [one for one in hard_market.sandbox.market_truth() if one["shop_id"] == shop.id]
        served = summed(hard_market.every(shop.id))
        assert {one["till_shift"] for one in truth} == set(served)
        for line in truth:
            shown = served[line["till_shift"]]
            assert {name: line[name] for name in shown} == shown


def test_truth_over_http_is_that_of_the_server(hard_market: Any) -> None:
    inn = hard_market.sandbox.world.organizations[1].inn
    answer = requests.get(f"{hard_market.sandbox.address}/_sandbox/market-truth", params={"inn": inn}, timeout=10)
    assert answer.json()["shifts"] == hard_market.sandbox.market_truth(inn)
    assert {one["organization_inn"] for one in answer.json()["shifts"]} == {inn}


def test_an_easy_market_has_the_operators_cash_of_every_shift(visit_market: Callable[..., Any]) -> None:
    sandbox = visit_market(world=PLAIN).sandbox
    fields = {fiscal(one): (one["cash_income"], one["cash_refund"], one["cheques"]) for one in sandbox.market_truth()}
    expected = {fiscal(one): (one["cash_income"], one["cash_refund"], one["receipts"]) for one in sandbox.truth()}
    assert fields == {key: line for key, line in expected.items() if line[2]}


def test_an_easy_cheque_closes_when_its_receipt_was_formed(world: World) -> None:
    for shop in opened(world):
        for place, cashbox in enumerate(shop.cashboxes):
            ledger, rows = cashbox.register.ledger, shop.cheques.cashbox == place
            formed = ledger.formed_s[ledger.receipt >= 0][shop.cheques.receipt[rows]]
            assert (shop.cheques.closed_ms[rows] == formed * 1000).all()


def test_market_knows_neither_payouts_nor_corrections(world: World) -> None:
    left_out = 0
    for shop in opened(world):
        for place, cashbox in enumerate(shop.cashboxes):
            money, rows = cashbox.register.ledger.receipts, shop.cheques.receipt[shop.cheques.cashbox == place]
            assert (money.operation[rows] <= 2).all() and not money.correction[rows].any()
            left_out += len(money.total) - len(rows)
    assert left_out


def test_equal_settings_give_equal_cheques(world: World) -> None:
    for one, same in zip(open_shops(world, MarketSettings()), open_shops(world, MarketSettings()), strict=True):
        assert (one.id, one.catalogue, one.deliveries) == (same.id, same.catalogue, same.deliveries)
        assert (one.cheques.closed_ms == same.cheques.closed_ms).all() and (one.cheques.draw == same.cheques.draw).all()


def test_market_changes_nothing_at_the_operator_but_adds_lookalikes(world: World) -> None:
    plain = truth_of_shifts(world, LATER)
    without = with_added_registers(world, open_shops(world, replace(MarketSettings(), every_lookalike=0)))
    assert without is world
    lookalikes = with_added_registers(world, open_shops(world, MarketSettings()))
    added = {
        one.register.reg_number for shop in open_shops(world, MarketSettings()) for one in shop.cashboxes if one.added
    }
    assert added
    lines = truth_of_shifts(lookalikes, LATER)
    assert [one for one in lines if one["kkt_reg_id"] not in added] == plain
    assert {one["kkt_reg_id"] for one in lines} >= added


def test_cheques_are_paid_exactly_and_their_lines_are_worth_what_rounding_left(hard_market: Any) -> None:
    rounded = 0
    for shop in hard_market.sandbox.shops:
        for one in hard_market.every(shop.id):
            total, correction = kopecks(one["totalPrice"]), kopecks(one["priceCorrection"])
            assert sum(kopecks(part["value"]) for part in one["payments"]) == total
            worth = 0
            for line in one["lines"]:
                count = Decimal(repr(line["count"]))
                assert count == round(count, 3) and count > 0
                exact = kopecks(line["sellPricePerUnit"]) * count
                worth += int(exact.quantize(Decimal(1), ROUND_HALF_UP))
            assert worth == total + correction
            if correction:
                rounded += 1
                assert total % 100 == 0 and [part["type"] for part in one["payments"]] == ["Cash"]
    assert rounded


def test_rounding_leaves_the_operators_cash_alone_unless_it_is_to_differ(visit_market: Callable[..., Any]) -> None:
    for market, less in (({"rounding_permille": 500}, False), ({"rounding_differs_permille": 500}, True)):
        sandbox = visit_market(world=PLAIN, **market).sandbox
        expected = {fiscal(one): one["cash_income"] for one in sandbox.truth()}
        truth = sandbox.market_truth()
        assert sum(one["price_correction"] for one in truth) > 0
        differ = [one for one in truth if one["cash_income"] != expected[fiscal(one)]]
        assert bool(differ) == less
        assert all(one["cash_income"] < expected[fiscal(one)] for one in differ)


def test_a_cashbox_has_a_clock_of_its_own(world: World) -> None:
    drifts = set()
    for shop in opened(world, drift_s=45, jitter_s=3):
        for place, cashbox in enumerate(shop.cashboxes):
            ledger, rows = cashbox.register.ledger, shop.cheques.cashbox == place
            ahead_ms = (
                shop.cheques.closed_ms[rows] - ledger.formed_s[ledger.receipt >= 0][shop.cheques.receipt[rows]] * 1000
            )
            assert abs(ahead_ms - cashbox.drift_s * 1000).max() <= 3000 and ahead_ms.min() < ahead_ms.max()
            drifts.add(cashbox.drift_s)
    assert len(drifts) > 5 and max(map(abs, drifts)) <= 45


def test_missing_cheques_are_counted_by_shift(visit_market: Callable[..., Any]) -> None:
    sandbox = visit_market(world=PLAIN, missing_permille=50).sandbox
    receipts = {fiscal(one): one["receipts"] for one in sandbox.truth()}
    truth = sandbox.market_truth()
    assert sum(one["lost"] for one in truth) > 10
    assert all(one["cheques"] + one["lost"] == receipts[fiscal(one)] for one in truth)


def test_cheques_that_no_receipt_is_are_counted_by_shift_and_the_ofd_is_recommended(
    visit_market: Callable[..., Any],
) -> None:
    sandbox = visit_market(world=PLAIN, unfiscal_permille=50).sandbox
    expected = {fiscal(one): one["cash_income"] - one["cash_refund"] for one in sandbox.truth()}
    truth = sandbox.market_truth()
    planted = [one for one in truth if one["unfiscal"]]
    assert len(planted) > 10
    assert {one["recommendation"] for one in planted} == {"keep-ofd"}
    assert {one["recommendation"] for one in truth if not one["unfiscal"]} == {None}
    differ = {one["till_shift"] for one in truth if one["cash_income"] - one["cash_refund"] != expected[fiscal(one)]}
    assert differ == {one["till_shift"] for one in planted}


def test_some_cashboxes_only_market_knows_and_some_registers_only_the_operator(
    visit_market: Callable[..., Any],
) -> None:
    sandbox = visit_market(every_market_only=2, every_ofd_only=3).sandbox
    fields = {one["kkt_reg_id"] for one in sandbox.truth()}
    truth = sandbox.market_truth()
    markets = {one["kkt_reg_id"] for one in truth}
    alone = {one["cashbox_id"] for one in truth if one["kkt_reg_id"] is None}
    assert alone and fields - markets and markets - {None} < fields
    assert alone == {box.id for shop in sandbox.shops for box in shop.cashboxes if not box.in_ofd}


@pytest.mark.parametrize("apart", [False, True])
def test_lookalikes_close_within_a_minute_with_equal_sums_day_after_day(
    visit_market: Callable[..., Any], *, apart: bool
) -> None:
    market = visit_market(every_lookalike=2, lookalikes_sell_apart=apart)
    shop = next(one for one in market.sandbox.shops if any(box.added for box in one.cashboxes))
    first, second = (box for box in shop.cashboxes if box.added)
    lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in market.sandbox.truth():
        lines[line["kkt_reg_id"]].append(line)
    left, right = lines[first.register.reg_number], lines[second.register.reg_number]
    assert len(left) == len(right) > 30
    for one, other in zip(left, right, strict=True):
        closed = [datetime.fromisoformat(line["closed_at"]) for line in (one, other)]
        assert 0 < (closed[1] - closed[0]).total_seconds() < 60
        assert (one["cash_income"], one["cash_refund"]) == (other["cash_income"], other["cash_refund"])
        assert one["fiscal_drive_number"] != other["fiscal_drive_number"]
    cheques = market.every(shop.id)
    times = [
        [datetime.fromisoformat(one["closeTime"]) for one in cheques if one["cashboxId"] == box.id]
        for box in (first, second)
    ]
    gaps = [abs((a - b).total_seconds()) for a, b in zip(*map(sorted, times), strict=True)]
    assert (max(gaps) > 60) == apart


def test_a_cheque_after_midnight_belongs_to_the_shift_of_the_evening(visit_market: Callable[..., Any]) -> None:
    market = visit_market(world={"every_night": 1})
    truth = market.sandbox.market_truth()
    late = [one for one in truth if one["closed_at"][:10] > one["opened_at"][:10]]
    assert len(late) > len(truth) // 2
    shop_id, till_shift = late[0]["shop_id"], late[0]["till_shift"]
    days = {one["closeTime"][:10] for one in market.cheques(shop_id, cashRegisterId=till_shift)}
    assert days == {late[0]["opened_at"][:10], late[0]["closed_at"][:10]}


def test_payments_are_mixed_prepaid_and_of_delivery_services(visit_market: Callable[..., Any]) -> None:
    market = visit_market(delivery_permille=300)
    ways: set[tuple[str, ...]] = set()
    for shop in market.sandbox.shops:
        ways |= {tuple(part["type"] for part in one["payments"]) for one in market.every(shop.id)}
    assert ways >= {
        ("Cash",),
        ("Card",),
        ("Cash", "Card"),
        ("Prepaid",),
        ("YandexEda",),
        ("DeliveryClub",),
        ("Unknown",),
    }


def test_a_waybill_may_come_from_two_sources(visit_market: Callable[..., Any]) -> None:
    market = visit_market(every_doubled_waybill=3, no_buy_price_permille=200)
    path = f"shops/{market.sandbox.shops[0].id}/incoming-waybills"
    same: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for one in market.items(path, receiveDateFrom="2025-12-01", receiveDateTo="2026-01-20", limit=1000):
        same[one["supplierId"], one["number"], one["documentDate"]].append(one)
    doubled = [two for two in same.values() if len(two) == 2]
    assert doubled and len(doubled) < len(same)
    for one, other in doubled:
        assert one["source"] != other["source"] and one["id"] != other["id"]
        assert one["positions"] == other["positions"]
    prices = [line["buyPricePerUnit"] for two in same.values() for one in two for line in one["positions"]]
    assert None in prices and any(prices)


def test_an_organization_may_have_no_market() -> None:
    inn = build_world(SETTINGS).organizations[1].inn
    settings = SandboxSettings(world=SETTINGS, market=MarketSettings(inns=frozenset({inn})))
    with SandboxServer(settings) as sandbox:
        assert {one.organization.inn for one in sandbox.shops} == {inn}
        headers = {"x-kontur-apikey": MarketSettings().api_key}
        answer = requests.get(f"{sandbox.market_address}/v1/organizations", headers=headers, timeout=10).json()
        assert [one["inn"] for one in answer["items"]] == [inn]
