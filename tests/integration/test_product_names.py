"""Names of products of Kontur.Market: they are asked for seldom, are shown, and change nothing in the books."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.loading.after_publishing import finish
from smena.loading.market import product_names
from smena.loading.run import load_shards, plan_run, publish_batches
from smena.messages import RUSSIAN, translate
from smena.model.window import MARKET, Window
from smena.reconciliation.rehearsal import rehearse
from smena.warehouse import ledger
from tests.integration.conftest import BuildTown, CopyTown
from tests.integration.ui.browser import Browser
from tests.town import Town

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 6)
WORLD = replace(
    WorldSettings(
        first_day=FIRST,
        last_day=date(2025, 12, 12),
        organizations=1,
        registers_per_organization=4,
        receipts_per_shift=6,
    ).easy(),
    correction_permille=0,
)
SHOPS = replace(MarketSettings().easy(), products_per_shop=40, no_product_permille=40)
METHOD = "market-products"


@pytest.fixture
def town(build_town: BuildTown) -> Iterator[Town]:
    """A town on the morning of the 7th, with nothing loaded."""
    town = build_town(WORLD, behaviour={"market": SHOPS}, start=FIRST)
    town.enable_market(FIRST)
    town.warehouse.run("page_user_grant", user_name="anna", inn=town.inn, granted_by="test")
    town.set_day(LAST + timedelta(days=1))
    return town


@pytest.fixture
def loaded(copy_town: CopyTown) -> Town:
    """The same town after its first load."""
    town = copy_town(_load, WORLD, behaviour={"market": SHOPS}, start=FIRST)
    town.set_day(LAST + timedelta(days=1))
    return town


def _load(town: Town) -> None:
    town.enable_market(FIRST)
    town.warehouse.run("page_user_grant", user_name="anna", inn=town.inn, granted_by="test")
    town.set_day(LAST + timedelta(days=1))
    town.load(product=MARKET)


def forget(town: Town) -> list[int]:
    """Makes every name unknown and every shop not asked; gives the published batches."""
    town.sql("update control.shop_product set name = null")
    town.sql("update control.product_list set day = day - 1, failure = null, broken = '[]', products = null")
    return [key for (key,) in town.sql("select batch_id from control.batch where state = 'published'")]


def requests(town: Town) -> int:
    return town.sandbox.requests.count(METHOD)


def names(town: Town) -> dict[str, str | None]:
    return dict(town.sql("select product_id, name from control.shop_product"))


def true_names(town: Town) -> dict[str, str]:
    return {one.id: one.name for shop in town.sandbox.shops for one in shop.catalogue.products}


def sold(town: Town) -> set[str]:
    return {key for (key,) in town.sql("select distinct product_id from accounting.market_document_line")} - {""}


def books(town: Town) -> Any:
    """Documents of every kind with their digests and lines, and the decisions about them."""
    tables = {
        "accounting.market_document": "document_id",
        "accounting.market_document_line": "document_id, line",
        "accounting.cash_order": "document_id",
        "accounting.shift": "shift_id",
        "control.decision": "kind, shift_id, document_id",
        "control.gap": "unit_id, days, reason",
        "control.covered_day": "product, day",
        "control.quarantine": "digest",
    }
    aside = {"loaded_at", "seen_at", "first_seen_at", "last_seen_at", "recorded_at", "numbered_at", "covered_at"}
    return {
        name: [{key: value for key, value in row.items() if key not in aside} for row in town.table(name, order)]
        for name, order in tables.items()
    }


def card(town: Town, shop: str) -> str:
    """A sales report of this shop, as a page."""
    ((document,), *_) = town.sql("select document_id::text from accounting.sales_report where shop_id = %s", shop)
    return Browser(town.context, "anna").page(f"/documents/{document}")


def test_the_names_of_all_products_that_lines_name_arrive_with_the_load(loaded: Town) -> None:
    town = loaded
    reported, true = names(town), true_names(town)
    assert sold(town) <= reported.keys()
    assert all(reported[key] == true[key] for key in sold(town))
    gone = {one.id for shop in town.sandbox.shops for one in shop.catalogue.products if one.state}
    assert gone & sold(town)
    rows = town.sql("select distinct product_id, product_name from accounting.sales_report_line")
    rows += town.sql("select distinct product_id, product_name from accounting.waybill_line")
    assert {key: name for key, name in rows if key} == {key: true[key] for key in sold(town)}
    assert all(name is None for key, name in rows if not key)


@pytest.mark.parametrize("kind", ["sales_report", "waybill"])
def test_a_card_shows_names_and_no_identifier_of_a_product_that_has_one(loaded: Town, kind: str) -> None:
    town = loaded
    true = true_names(town)
    lines_of_kind = town.sql(
        "select document_id::text, product_id from accounting.market_document_line"
        " inner join accounting.market_document using (document_id) where kind = %s and product_id <> '' order by 1",
        kind,
    )
    assert kind == "waybill" or any("<" in true[key] for _, key in lines_of_kind)
    document = min(lines_of_kind, key=lambda line: "<" not in true[line[1]])[0]
    page = Browser(town.context, "anna").page(f"/documents/{document}")
    lines = page[page.index("Строки") : page.index("Прочитано из")]
    for key in (key for of, key in lines_of_kind if of == document):
        assert key not in lines
        assert f"<td>{true[key]}" in html.unescape(lines)
    assert "<3 м>" not in lines
    assert "показаны их идентификаторы" not in page


def test_a_shop_is_asked_once_a_day_and_not_at_all_while_every_name_is_known(town: Town) -> None:
    town.load(product=MARKET)
    shops = len(town.sandbox.shops)
    first = requests(town)
    assert shops <= first <= 3 * shops
    town.load(product=MARKET)
    assert requests(town) == first
    for day in Window(date(2025, 12, 8), date(2025, 12, 10)):
        town.set_day(day)
        town.load(product=MARKET)
    lacking = [key for key, name in names(town).items() if name is None]
    assert not lacking
    assert requests(town) == first


def test_a_shop_with_a_product_that_no_list_has_is_asked_once_a_day(town: Town) -> None:
    lost = min(key for key, name in true_names(town).items() if name == "Молоко 3,2 %")
    town.sandbox.faults.add({"kind": "drop_document", "match": {"type": "product", "id": lost}})
    town.load(product=MARKET)
    assert lost in sold(town)
    assert [key for key, name in names(town).items() if name is None] == [lost]
    page = card_of(town, lost)
    assert lost in page
    assert "Названия части товаров ещё не известны" in page
    before = requests(town)
    town.load(product=MARKET)
    assert requests(town) == before
    town.set_day(date(2025, 12, 8))
    town.load(product=MARKET)
    assert requests(town) == before + 3
    town.sandbox.faults.clear()
    town.set_day(date(2025, 12, 9))
    town.load(product=MARKET)
    assert names(town)[lost] == "Молоко 3,2 %"
    assert lost not in card_of(town, lost)


def card_of(town: Town, product: str) -> str:
    ((document,), *_) = town.sql(
        "select document_id::text from accounting.sales_report_line where product_id = %s order by 1", product
    )
    return Browser(town.context, "anna").page(f"/documents/{document}")


def test_a_changed_name_is_shown_once_the_list_is_asked_for_again(loaded: Town) -> None:
    town = loaded
    key = min(sold(town) & {key for key, name in true_names(town).items() if name == "Молоко 3,2 %"})
    ((shop, seen),) = town.sql("select shop_id, seen_at from control.shop_product where product_id = %s", key)
    renamed = {"type": "product", "id": key}
    town.sandbox.faults.add({"kind": "patch_document", "match": renamed, "set": {"name": "Молоко 2,5 %"}})
    before = books(town)
    town.set_day(date(2025, 12, 8))
    # A product that was not sold before makes the load ask for the list.
    town.sql(
        "insert into control.shop_product (organization_inn, shop_id, product_id, seen_at)"
        " values (%s, %s, 'new', now())",
        town.inn,
        shop,
    )
    town.load(FIRST, LAST, product=MARKET)
    assert names(town)[key] == "Молоко 2,5 %"
    assert "Молоко 2,5 %" in card_of(town, key)
    ((later,),) = town.sql("select seen_at from control.shop_product where product_id = %s", key)
    assert later > seen
    assert before["accounting.market_document_line"] == books(town)["accounting.market_document_line"]
    assert before["accounting.market_document"] == books(town)["accounting.market_document"]


FAILURES: dict[str, dict[str, Any]] = {
    "an error of the service": {"kind": "status", "status": 503},
    "not found": {"kind": "status", "status": 404},
    "no access": {"kind": "status", "status": 403},
    "the key is refused": {"kind": "status", "status": 401},
    "HTML": {"kind": "html"},
    "a cut answer": {"kind": "cut_json"},
    "an empty answer": {"kind": "empty_body"},
    "a list without items": {"kind": "body", "body": "eyJ0b3RhbCI6IDB9"},
    "a broken connection": {"kind": "reset"},
}


@pytest.mark.parametrize("fault", FAILURES.values(), ids=FAILURES)
def test_a_list_that_cannot_be_read_is_recorded_and_changes_no_books(loaded: Town, fault: dict[str, Any]) -> None:
    batches, before = forget(loaded), books(loaded)
    loaded.sandbox.faults.add({**fault, "method": METHOD})
    finish(loaded.context, batches)
    assert not any(names(loaded).values())
    assert books(loaded) == before
    kept = {row["shop_id"]: row["failure"] for row in loaded.table("control.product_list", "shop_id") if row["failure"]}
    assert kept
    for shop, failure in kept.items():
        page = html.unescape(card(loaded, shop))
        assert "Названия части товаров ещё не известны" in page
        assert translate(failure, RUSSIAN) in page
    asked = requests(loaded)
    finish(loaded.context, batches)
    # Where the first shop failed by what concerns them all, the others were left for the next load.
    assert requests(loaded) <= 2 * asked
    loaded.sandbox.faults.clear()
    loaded.set_day(date(2025, 12, 8))
    finish(loaded.context, batches)
    assert all(names(loaded).values())


def test_a_load_without_readable_names_books_the_same_as_one_with_them(loaded: Town, build_town: BuildTown) -> None:
    town = build_town(WORLD, beside=loaded, start=FIRST)
    town.enable_market(FIRST)
    town.sandbox.faults.add({"kind": "status", "status": 503, "method": METHOD})
    done = town.load(product=MARKET)
    assert (done.fault, done.published.error) == (None, "")
    assert any(names(loaded).values())
    assert not any(names(town).values())
    assert without_moments(books(town)) == without_moments(books(loaded))


def without_moments(fields: dict[str, list[dict[str, Any]]]) -> Any:
    """The books without numbers that another warehouse gives: of batches, pages and decisions."""
    aside = {"batch_id", "evidence", "decision_id", "decided_at", "made_at", "quarantine_id", "page_id", "status_at"}
    return {name: [{k: v for k, v in row.items() if k not in aside} for row in rows] for name, rows in fields.items()}


def test_a_shop_whose_list_fails_costs_the_other_shops_nothing(loaded: Town) -> None:
    batches = forget(loaded)
    refused, *others = sorted(one.id for one in loaded.sandbox.shops)
    assert others
    loaded.sandbox.faults.add({"kind": "status", "status": 403, "method": METHOD, "register": refused})
    finish(loaded.context, batches)
    lacking = dict(loaded.sql("select shop_id, bool_and(name is null) from control.shop_product group by 1"))
    assert lacking == {refused: True} | dict.fromkeys(others, False)


@pytest.mark.parametrize("damage", [{"drop": ["name"]}, {"set": {"name": ""}}, {"drop": ["id"]}, {"set": {"id": None}}])
def test_a_product_without_a_name_or_an_id_costs_its_neighbours_nothing(loaded: Town, damage: dict[str, Any]) -> None:
    batches = forget(loaded)
    lost = min(sold(loaded) & {key for key, name in true_names(loaded).items() if name == "Молоко 3,2 %"})
    loaded.sandbox.faults.add({"kind": "patch_document", "match": {"type": "product", "id": lost}, **damage})
    finish(loaded.context, batches)
    assert {key for key, name in names(loaded).items() if not name} == {lost}
    broken = [row["broken"] for row in loaded.table("control.product_list", "shop_id") if row["broken"]]
    assert len(broken) == 1
    assert broken[0][0]["reason"].startswith(("entry_without_name", "entry_without_id", "not_of_the_contract"))
    assert not loaded.quarantine()


def test_a_daily_run_asks_after_its_batches_are_published(town: Town) -> None:
    made = plan_run(town.context, run_id="run", product=MARKET)
    for shards in made["task_groups"]:
        load_shards(town.context, [tuple(place) for place in shards])
    assert not requests(town)
    publish_batches(town.context, made["batches"])
    assert all(names(town).values())


def test_the_batch_stays_published_whatever_error_reading_the_names_raises(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("Молоко")

    monkeypatch.setattr(product_names, "organization_of", broken)
    loaded = town.load(product=MARKET)
    assert ledger.batch_of(town.warehouse, loaded.published.batch_id).state == "published"
    assert "after_publishing" in caplog.text
    assert set(names(town).values()) == {None}
    # The next load asks for what this one has left.
    monkeypatch.undo()
    town.load(product=MARKET)
    assert all(names(town).values())


def test_a_rehearsal_reads_no_name(loaded: Town) -> None:
    town = loaded
    before = requests(town), names(town)
    town.sql("update control.shop_product set name = name || ' (переименован)'")
    found = rehearse(town.context, town.inn, Window(FIRST, LAST), products=[MARKET])
    assert found.compared
    assert not found.differs
    assert requests(town) == before[0]


def test_names_of_another_organisation_are_not_seen(loaded: Town) -> None:
    town = loaded
    for role, count in (("smena_accountant", 0), ("smena_loader", len(names(town)))):
        with town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(f"set local role {role}")
            cursor.execute("select count(*) from control.shop_product")
            assert cursor.fetchone() == (count,)
