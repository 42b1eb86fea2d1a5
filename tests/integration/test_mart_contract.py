"""docs/reference/mart.yml, the contract of the schema `mart`, says what the database has: no more, no less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox import MarketSettings
from smena.model.window import MARKET
from smena.reads.events import TYPES
from tests.integration.decisions.deciding import FIRST, MORE, WEEK, Office
from tests.town import Town

CONTRACT = yaml.safe_load((Path(__file__).parents[2] / "docs" / "reference" / "mart.yml").read_text(encoding="utf-8"))
VIEWS = {view["name"]: view for view in CONTRACT["schema"]}
BASES = {"document": "accounting.cash_order", "shift": "accounting.shift", "decision": "control.decision",
         "covered_day": "control.covered_day", "event": "accounting.document_event"}  # fmt: skip


def columns() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, view in VIEWS.items():
        for column in view["properties"]:
            yield name, column


@pytest.fixture
def town(copy_town: Callable[..., Town]) -> Town:
    """Both sources, with an accepted order, a conflict, a closed period."""
    market = MarketSettings(every_market_only=2, missing_permille=20)
    return copy_town(_work, WEEK, start=FIRST, behaviour={"market": market})


def _work(town: Town) -> None:
    town.enable_market(FIRST)
    town.load()
    town.load(product=MARKET)
    office = Office(town)
    order, shift = office.a_sale(FIRST)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    office.close(FIRST)


def test_the_columns_and_types_are_those_of_the_database(town: Town) -> None:
    found = town.sql(
        "select relname, attname, format_type(atttypid, atttypmod) from pg_attribute"
        " inner join pg_class on attrelid = pg_class.oid"
        " where relnamespace = 'mart'::regnamespace and attnum > 0 and not attisdropped order by relname, attnum"
    )
    promised = [(name, column["name"], column["physicalType"]) for name, column in columns()]
    assert sorted(promised, key=lambda one: one[0]) == found


def test_what_is_required_is_never_empty_and_what_is_not_may_be(town: Town) -> None:
    for name, view in VIEWS.items():
        rows = town.table(f"mart.{name}", "1")
        assert rows, name
        for column in view["properties"]:
            if column["required"]:
                assert all(row[column["name"]] is not None for row in rows), f"{name}.{column['name']}"
        nullable = {
            column for (column,) in town.sql(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attnotnull",
                BASES[name],
            )
        }  # fmt: skip
        required = {column["name"] for column in view["properties"] if column["required"]}
        assert required & nullable == set(), name


def test_the_key_of_each_view_is_unique(town: Town) -> None:
    for name, view in VIEWS.items():
        keyed = [column for column in view["properties"] if column.get("primaryKey")]
        key = [column["name"] for column in sorted(keyed, key=lambda column: column["primaryKeyPosition"])]
        rows = [tuple(row[one] for one in key) for row in town.table(f"mart.{name}", "1")]
        assert len(rows) == len(set(rows)) > 0, name


def test_every_column_says_what_it_means() -> None:
    for name, column in columns():
        assert len(column["description"]) > 12, f"{name}.{column['name']}"


def test_the_database_and_the_contract_describe_each_view_alike(town: Town) -> None:
    for name, view in VIEWS.items():
        assert town.sql("select obj_description(%s::regclass)", f"mart.{name}") == [(view["description"],)]


def test_every_word_of_a_column_is_in_its_description(town: Town) -> None:
    for view, column in (("document", "kind"), ("document", "status"), ("shift", "outcome"), ("decision", "state")):
        text = next(one["description"] for name, one in columns() if (name, one["name"]) == (view, column))
        for (word,) in town.sql(f"select distinct {column} from mart.{view}"):  # noqa: S608 - names of ours
            assert word in text
    types = next(one["description"] for name, one in columns() if (name, one["name"]) == ("event", "type"))
    assert all(word in types for word in TYPES)


def test_document_and_event_have_the_same_columns_for_a_document() -> None:
    of_document = {column["name"]: column["physicalType"] for name, column in columns() if name == "document"}
    of_event = {column["name"]: column["physicalType"] for name, column in columns() if name == "event"}
    assert of_document.items() <= of_event.items()


def test_a_consumer_of_sql_rebuilds_the_documents(town: Town) -> None:
    rebuilt = town.sql(
        "select count(*) from (select distinct on (document_id) document_id, status, amount, revision from mart.event"
        " where document_id is not null order by document_id, position desc, event_id desc) as event"
        " full join mart.document using (document_id, status, amount, revision)"
        " where event.document_id is null or document.document_id is null"
    )
    waybills = town.sql("select count(*) from mart.document where amount is null")
    assert rebuilt == waybills == [(0,)]
