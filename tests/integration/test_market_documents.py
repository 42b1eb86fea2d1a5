"""Cashless revenue, goods sold and waybills of Kontur.Market are in «Учет → Документы», each once (DOMAIN 4)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.contract.decoding import decode
from smena.decisions.conflicts import open_decisions, resolve
from smena.decisions.documents import ACCEPTED, mark
from smena.decisions.taking_back import take_back
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.reasons import Reason
from smena.model.window import MARKET
from smena.sources.market import MarketClient
from tests.integration.conftest import BuildTown, CopyTown
from tests.town import Town

FIRST, LAST = date(2025, 12, 1), date(2026, 1, 5)
WORLD = WorldSettings(
    first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=4, receipts_per_shift=8,
    corrections_are_dated=True,
).easy()  # fmt: skip
SHOPS = replace(MarketSettings().easy(), every_doubled_waybill=3, no_buy_price_permille=60, no_product_permille=40)


@pytest.fixture
def town(copy_town: CopyTown) -> Town:
    return copy_town(_with_market, WORLD, behaviour={"market": SHOPS})


def _with_market(town: Town) -> None:
    town.enable_market(FIRST)
    town.load(product=MARKET)


def cheques(town: Town, *, is_refund: bool) -> list[dict[str, Any]]:
    """The cheques that Market serves."""
    client = MarketClient(town.endpoint("kontur_market"))
    found = [
        cheque
        for shop in town.sql("select shop_id from control.shop order by 1")
        for page in client.cheques(shop[0], FIRST, LAST, is_refund=is_refund)
        for cheque in decode(page.body, dict)["items"]
    ]
    client.close()
    return found


def waybills(town: Town) -> list[dict[str, Any]]:
    client = MarketClient(town.endpoint("kontur_market"))
    found = [
        waybill
        for shop in town.sql("select shop_id from control.shop order by 1")
        for page in client.incoming_waybills(shop[0], FIRST, LAST)
        for waybill in decode(page.body, dict)["items"]
    ]
    client.close()
    return found


REPORT = "cashless_report"


def roubles(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def test_cashless_revenue_is_what_was_not_paid_in_cash_by_day_and_type_less_what_was_given_back(town: Town) -> None:
    expected: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for is_refund in (False, True):
        for cheque in cheques(town, is_refund=is_refund):
            for payment in cheque["payments"]:
                if payment["type"] != "Cash":
                    key = (cheque["shopId"], cheque["closeTime"][:10], payment["type"])
                    expected[key][is_refund] += roubles(payment["value"])
    rows = town.sql(
        "select shop_id, date::text, payment_type, income, refund, line.amount from accounting.cashless_report"
        " inner join accounting.cashless_report_line as line using (document_id)"
    )
    assert {(shop, day, kind): [income, refund] for shop, day, kind, income, refund, _ in rows} == expected
    assert all(amount == income - refund for *_, income, refund, amount in rows)
    assert any(refund for *_, refund, _ in rows)


def test_goods_sold_are_summed_by_product_and_day_and_what_came_back_is_taken_off(town: Town) -> None:
    expected: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for is_refund in (False, True):
        for cheque in cheques(town, is_refund=is_refund):
            for line in cheque["lines"]:
                key = (cheque["shopId"], cheque["closeTime"][:10], line["productId"] or "")
                expected[key] += Decimal(str(line["count"])) * (-1 if is_refund else 1)
    rows = town.sql(
        "select shop_id, date::text, product_id, sum(quantity) from accounting.sales_report"
        " inner join accounting.sales_report_line as line using (document_id) group by 1, 2, 3"
    )
    assert {(shop, day, product): quantity for shop, day, product, quantity in rows} == expected


def test_the_same_waybill_from_two_sources_is_one_document_that_names_both(town: Town) -> None:
    by_paper: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for waybill in waybills(town):
        by_paper[waybill["shopId"], waybill["supplierId"], waybill["number"], waybill["documentDate"]].append(waybill)
    twice = [entry for entry in by_paper.values() if len(entry) == 2]
    assert len(twice) > 3
    filed = {frozenset(row[0]): row[1] for row in town.sql("select waybill_ids, sources from accounting.waybill")}
    assert len(filed) == len(by_paper)
    for entry in twice:
        assert set(filed[frozenset(one["id"] for one in entry)]) == {one["source"] for one in entry}


def test_a_waybill_that_another_source_reports_weeks_later_is_still_the_same_document(build_town: BuildTown) -> None:
    whole = build_town(WORLD, behaviour={"market": SHOPS})
    whole.enable_market(FIRST)
    for day in range(0, (LAST - FIRST).days + 1, 3):
        whole.load(FIRST + timedelta(days=day), min(LAST, FIRST + timedelta(days=day + 2)), product=MARKET)
    rows = whole.sql("select shop_id, supplier_id, number, document_date from accounting.waybill")
    assert len(rows) == len(set(rows))
    assert whole.sql("select count(*) from accounting.waybill where cardinality(sources) = 2") > [(3,)]


def test_a_waybill_has_a_sum_where_every_price_is_known(town: Town) -> None:
    sums = {}
    for waybill in waybills(town):
        prices = [position["buyPricePerUnit"] for position in waybill["positions"]]
        counts = [position["quantity"] for position in waybill["positions"]]
        pairs = [
            (Decimal(str(price)), Decimal(str(count))) for price, count in zip(prices, counts, strict=True) if price
        ]
        sums[waybill["id"]] = None if None in prices else len(pairs)
    for ids, amount, lines in town.sql(
        "select waybill_ids, amount, (select sum(line.amount) from accounting.waybill_line as line"
        " where line.document_id = waybill.document_id) from accounting.waybill"
    ):
        if any(sums[one] is None for one in ids):
            assert amount is None
        else:
            assert amount == lines > 0


def test_every_document_is_listed_once_with_its_kind(town: Town) -> None:
    kinds = dict(town.sql("select kind, count(*) from accounting.document group by 1"))
    assert set(kinds) == {"pko", "rko", "cashless_report", "sales_report", "waybill"}
    assert town.sql("select count(*) - count(distinct document_id) from accounting.document") == [(0,)]


def test_the_same_answers_again_write_no_document(town: Town) -> None:
    before = town.table("accounting.market_document", "document_id")
    town.load(FIRST, LAST, product=MARKET)
    assert town.table("accounting.market_document", "document_id") == before


def late(build_town: BuildTown) -> Town:
    """A till that was offline: some cheques of a day come days later."""
    shops = replace(SHOPS, every_offline=1, longest_offline_days=4)
    town = build_town(WORLD, behaviour={"market": shops}, now=datetime(2025, 12, 10, 6))
    town.enable_market(FIRST)
    for day in range(10, 25):
        town.set_day(date(2025, 12, day), 6)
        town.load(product=MARKET)
    return town


def test_cheques_that_come_late_make_a_new_revision_and_the_former_one_is_kept(build_town: BuildTown) -> None:
    town = late(build_town)
    revised = town.sql("select document_id from accounting.market_document where revision > 1")
    assert revised
    kept = town.sql("select document_id from accounting.market_document_history")
    assert set(revised) == set(kept)


def changed_report(build_town: BuildTown) -> tuple[Town, dict[str, Any]]:
    """A town where an accepted report is reported otherwise, and the question about it."""
    shops = replace(SHOPS, every_offline=1, longest_offline_days=4)
    town = build_town(WORLD, behaviour={"market": shops}, now=datetime(2025, 12, 2, 6))
    town.enable_market(FIRST)
    waiting: list[dict[str, Any]] = []
    for day in range(2, 31):
        town.set_day(date(2025, 12, day), 6)
        town.load(product=MARKET)
        with town.warehouse.transaction() as transaction:
            waiting = [row for row in open_decisions(transaction, town.inn) if row["held"].get("kind") == REPORT]
            if waiting:
                break
            new = [str(row["document_id"]) for row in town.table("accounting.market_document", "document_id")]
            mark(transaction, new, status=ACCEPTED, by="Анна")
    assert waiting
    return town, waiting[0]


def test_an_accepted_document_is_not_changed_and_a_person_decides(build_town: BuildTown) -> None:
    town, asked = changed_report(build_town)
    assert asked["choices"] == ["keep-market", "reverse"]
    before = town.sql(
        "select amount, status from accounting.market_document where document_id = %s", asked["document_id"]
    )
    assert before[0][1] == "accepted"
    with pytest.raises(BrokenPromise, match="cannot be changed"):
        town.sql("update accounting.market_document set digest = 'x' where document_id = %s", asked["document_id"])
    with town.warehouse.transaction() as transaction:
        resolve(transaction, asked["decision_id"], "reverse", by="Анна", reason="the till was offline")
    now = town.sql(
        "select amount, status, revision from accounting.market_document where document_id = %s", asked["document_id"]
    )
    assert now[0][1:] == ("new", 2)
    assert roubles(now[0][0]) == roubles(asked["held"]["amount"]) != before[0][0]
    lines = town.sql(
        "select sum(amount) from accounting.market_document_line where document_id = %s", asked["document_id"]
    )
    assert lines == [(now[0][0],)]


def test_an_answer_about_a_document_is_taken_back_unless_the_source_reported_something_else_since(
    build_town: BuildTown,
) -> None:
    town, asked = changed_report(build_town)
    report = "select status, digest, amount, number, date from accounting.market_document where document_id = %s"
    lines = """select line, amount from accounting.market_document_line where document_id = %s order by line"""
    before = [town.sql(statement, asked["document_id"]) for statement in (report, lines)]

    def answer() -> int:
        with town.warehouse.transaction() as transaction:
            (question,) = [
                row["decision_id"]
                for row in open_decisions(transaction, town.inn)
                if row["document_id"] == asked["document_id"]
            ]
            resolve(transaction, question, "reverse", by="Анна", reason="the till was offline")
        return int(question)

    def back(answered: int) -> None:
        with town.warehouse.transaction() as transaction:
            take_back(transaction, [answered], by="Анна", reason="the wrong till")

    back(answer())
    assert [town.sql(statement, asked["document_id"]) for statement in (report, lines)] == before
    answered = answer()
    # The source reports a third content, and then the one of the answer again.
    content = town.sql(report, asked["document_id"])[0][1]
    for digest in ("0" * 64, content):
        town.sql(
            "update accounting.market_document set digest = %s where document_id = %s", digest, asked["document_id"]
        )
    with pytest.raises(WrongUse) as refused:
        back(answered)
    assert refused.value.stored.startswith(Reason.ANSWER_OUTDATED)
