"""Incoming waybills: whole numbers of lines and prices, sums only where every price is known, one paper once."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from smena.transform.frames import REJECTS
from smena.transform.market.frames import SAME_WAYBILLS, WAYBILL_LINES, WAYBILLS
from smena.transform.market.reading import read_waybills
from smena.transform.market.waybills import Waybills, make_waybills
from smena.transform.pages import RawPage
from tests.unit.transform.assertions import conforms
from tests.unit.transform.market.till import (
    FIRST,
    LAST,
    OTHER_SHOP,
    SHOP,
    ZONE,
    body,
    make_waybills_of,
    one,
    page,
    position,
    rows,
    waybill,
)


def make(*entries: Any) -> Waybills:
    frames = make_waybills_of(*entries)
    return make_waybills(frames.waybills, frames.lines, first_day=FIRST, last_day=LAST)


def test_a_waybill_is_read_with_its_lines() -> None:
    frames = make_waybills_of(waybill("w1", position(2, 10.5), position(0.333, 9.99, "p2")))
    assert one(frames.waybills) == {
        "page_id": 1, "shop_id": SHOP, "waybill_id": "w1", "number": "УТ-1", "document_day": datetime(2025, 12, 1),
        "received_day": datetime(2025, 12, 1), "supplier_id": "c1", "source": "Diadoc", "amount": 2100 + 333,
    }  # fmt: skip
    assert rows(frames.lines, "waybill_id", "line", "product_id", "quantity", "price", "amount") == [
        ("w1", 1, "p1", 2000, 1050, 2100),
        ("w1", 2, "p2", 333, 999, 333),
    ]


def test_a_waybill_with_an_unknown_price_has_no_sum_and_keeps_the_sums_it_has() -> None:
    frames = make_waybills_of(waybill("w1", position(2, 10), position(1, None)))
    assert one(frames.waybills)["amount"] is None
    assert rows(frames.lines, "price", "amount") == [(1000, 2000), (None, None)]


def test_a_waybill_without_lines_is_worth_nothing() -> None:
    assert one(make_waybills_of(waybill(positions=None)).waybills)["amount"] == 0


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-12-02T00:00:00Z", datetime(2025, 12, 2)),
        ("2025-12-02T00:00:00+09:00", datetime(2025, 12, 2)),
        ("2025-12-02", datetime(2025, 12, 2)),
        ("2025-12-02T00:00:00.0000000", datetime(2025, 12, 2)),
        ("2025-12-01T21:00:00Z", datetime(2025, 12, 2)),
        ("2025-12-02T15:00:00", datetime(2025, 12, 2)),
    ],
)
def test_a_date_is_the_day_that_is_written(text: str, day: datetime) -> None:
    assert one(make_waybills_of(waybill(received=text)).waybills)["received_day"] == day


@pytest.mark.parametrize("source", ["Manual", "Egais", "Mercury", "Diadoc", "SomethingNew"])
def test_a_source_is_kept_by_its_name(source: str) -> None:
    assert one(make_waybills_of(waybill(source=source)).waybills)["source"] == source


def test_a_waybill_with_few_fields_is_read() -> None:
    reported = waybill(documentDate=None, number=None, supplierId=None, source=None, shopId=None)
    row = one(make_waybills_of(reported).waybills)
    assert (row["document_day"], row["number"], row["supplier_id"], row["source"]) == (None, "", "", "")


BROKEN: dict[str, Any] = {
    "nothing": None,
    "no id": waybill(id=None),
    "no day": waybill(received=None),  # type: ignore[arg-type]
    "1970": waybill(received="1970-01-01T00:00:00Z"),
    "a word for a day": waybill(documentDate="вчера"),
    "another shop": waybill(shopId=OTHER_SHOP),
    "a negative price": waybill("w", position(1, -1)),
    "a part of a kopeck": waybill("w", position(1, 0.001)),
    "a negative quantity": waybill("w", position(-1)),
    "no quantity": waybill("w", position(None)),
    "an absurd sum": waybill("w", *[position(1, 9 * 10**10)] * 2),
    "lines that are none": waybill(positions={}),
}


@pytest.mark.parametrize("value", BROKEN.values(), ids=BROKEN)
def test_an_invalid_waybill_is_rejected_and_costs_its_neighbours_nothing(value: Any) -> None:
    frames = make_waybills_of(waybill("a"), value, waybill("b"))
    assert rows(frames.waybills, "waybill_id") == [("a",), ("b",)]
    reject = one(frames.rejects)
    assert (reject["kind"], reject["unit_id"], json.loads(reject["record"])) == ("waybill", SHOP, value)


def test_a_reject_is_of_the_day_of_its_receipt() -> None:
    reported = waybill("w", position(-1), received="2025-12-07T00:00:00Z")
    assert one(make_waybills_of(reported).rejects)["day"] == datetime(2025, 12, 7)


def test_a_page_that_cannot_be_read_costs_no_other() -> None:
    frames = read_waybills([RawPage(1, SHOP, b"<html>"), page(waybill("w1"), page_id=2)], ZONE)
    assert (len(frames.waybills), one(frames.rejects)["kind"]) == (1, "page")


def test_a_repeated_waybill_is_one_and_with_two_contents_is_none() -> None:
    frames = make_waybills_of(
        waybill("w1", position()), waybill("w1", position()), waybill("w2"), waybill("w2", position())
    )
    assert rows(frames.waybills, "waybill_id") == [("w1",)]
    assert rows(frames.lines, "waybill_id", "line") == [("w1", 1)]
    assert (
        rows(frames.rejects, "reason", "day")
        == [('same_id_other_content {"what": "waybill"}', datetime(2025, 12, 1))] * 2
    )


def test_waybills_of_other_days_are_left_out_with_their_lines() -> None:
    made = make(
        waybill("w1", position(), received="2025-11-30T00:00:00Z"),
        waybill("w2", position(), received="2025-12-31T00:00:00Z"),
    )
    assert rows(made.waybills, "waybill_id") == rows(made.lines, "waybill_id") == [("w2",)]


def test_one_paper_of_two_sources_is_one_document() -> None:
    made = make(
        waybill("w1", position(), source="Manual"),
        waybill("w2", position(), source="Diadoc"),
        waybill("w3", position(), source="Egais"),
    )
    assert rows(made.waybills, "waybill_id", "source") == [("w2", "Diadoc")]
    assert rows(made.lines, "waybill_id") == [("w2",)]
    assert rows(made.repeated, "waybill_id", "source", "same_as") == [("w3", "Egais", "w2"), ("w1", "Manual", "w2")]


@pytest.mark.parametrize(
    "other",
    [{"number": "УТ-2"}, {"supplierId": "c2"}, {"documentDate": "2025-12-02T00:00:00Z"}, {"source": "Diadoc"}],
    ids=str,
)
def test_papers_that_differ_are_two(other: dict[str, Any]) -> None:
    made = make(waybill("w1"), waybill("w2", **{"source": "Manual"} | other))
    assert (len(made.waybills), len(made.repeated)) == (2, 0)


def test_waybills_without_a_number_are_never_taken_for_one() -> None:
    assert len(make(waybill("w1", number=None), waybill("w2", number=None, source="Manual")).waybills) == 2


@pytest.mark.parametrize("found", [[], [waybill()], [waybill("w1", position(1, None)), None]], ids=len)
def test_frames_are_of_their_schemas(found: list[Any]) -> None:
    frames = read_waybills([RawPage(1, SHOP, body(*found))], ZONE)
    made = make(*found)
    assert conforms(frames.waybills, WAYBILLS) and conforms(made.waybills, WAYBILLS)
    assert conforms(frames.lines, WAYBILL_LINES) and conforms(made.lines, WAYBILL_LINES)
    assert conforms(frames.rejects, REJECTS) and conforms(made.repeated, SAME_WAYBILLS)
