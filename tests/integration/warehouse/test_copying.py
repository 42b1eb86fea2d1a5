"""A frame comes out of the warehouse as it went in, whatever it contains."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smena.model.errors import BrokenPromise
from smena.warehouse.copying import copy_frame
from smena.warehouse.database import Warehouse
from tests.integration.warehouse.sessions import asked, look

TABLE = """
create table stage.trial (
    place integer generated always as identity,
    text text, number bigint, truth boolean, pages bigint[], moment timestamp, zoned timestamptz, day date,
    money numeric(15, 2), reported jsonb
)
"""

# Everything that PostgreSQL may hold in a text: no NUL, no half of a surrogate pair.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
TRICKY = ["", " ", '"', '""', ",", "\n", "\r\n", "\r", "\\", "\\.", "\\N", "NULL", "null", "a,b", 'a"b', "'", "\t",
          "\\.\n", '"\n\\.\n"', "Ромашка; «Лютик»", "😀", "\ufeff", "\u2028", " a ", "nan", "NaN", "None", "<NA>",
          "{1,2}"]  # fmt: skip


@pytest.fixture
def trial(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A warehouse with a table of every kind of column that a stage has."""
    look(warehouse.dsn, TABLE)
    yield warehouse
    warehouse.close()


def copied(warehouse: Warehouse, column: str, values: pd.Series) -> list[Any]:
    """The values of a column after they went in and came out again."""
    with warehouse.transaction() as transaction:
        asked(transaction, "truncate stage.trial restart identity")
        assert copy_frame(transaction, pd.DataFrame({column: values}), "stage", "trial", [column]) == len(values)
        return [row[0] for row in asked(transaction, f"select {column} from stage.trial order by place")]  # noqa: S608


# --- text


def test_text_that_could_be_mistaken_for_something_else_is_text(trial: Warehouse) -> None:
    assert copied(trial, "text", pd.Series(TRICKY, dtype="str")) == TRICKY


def test_frames_put_together_of_an_empty_and_a_full_one_come_out_whole(trial: Warehouse) -> None:
    together = pd.concat([pd.Series([], dtype="string"), pd.Series(['{"a":"b"}', "c"], dtype="string")])
    assert copied(trial, "text", together) == ['{"a":"b"}', "c"]


def test_a_missing_text_stays_missing_and_an_empty_text_stays_empty(trial: Warehouse) -> None:
    values = ["", None, "a", None, ""]
    assert copied(trial, "text", pd.Series(values, dtype="str")) == values
    assert copied(trial, "text", pd.Series([None, None], dtype="str")) == [None, None]
    assert copied(trial, "text", pd.Series(["", ""], dtype="str")) == ["", ""]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.one_of(st.none(), TEXT, st.sampled_from(TRICKY)), min_size=1, max_size=8))
def test_any_text_comes_out_as_it_went_in(trial: Warehouse, values: list[str | None]) -> None:
    assert copied(trial, "text", pd.Series(values, dtype="str")) == values


def test_a_long_text_comes_out_whole(trial: Warehouse) -> None:
    long = 'строка с "кавычками", запятой и\nпереносом\\' * 20_000
    assert copied(trial, "text", pd.Series([long, "после"], dtype="str")) == [long, "после"]


def test_a_text_with_a_nul_is_refused_and_costs_the_transaction_only(trial: Warehouse) -> None:
    with pytest.raises((psycopg2.DataError, BrokenPromise, ValueError)):
        copied(trial, "text", pd.Series(["a\x00b"], dtype="str"))
    assert copied(trial, "text", pd.Series(["ab"], dtype="str")) == ["ab"]


def test_json_comes_out_as_it_went_in(trial: Warehouse) -> None:
    found = ['{"nds20": 12345678901234567, "имя": "\\"кавычки\\", \\\\ и \\n"}', None, "{}"]
    assert copied(trial, "reported", pd.Series(found, dtype="str")) == [
        {"nds20": 12345678901234567, "имя": '"кавычки", \\ и \n'}, None, {},
    ]  # fmt: skip


# --- numbers, truth, lists


def test_whole_numbers_keep_every_digit(trial: Warehouse) -> None:
    values = [0, -1, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), None, 9_007_199_254_740_993]
    assert copied(trial, "number", pd.Series(values, dtype="Int64")) == values
    assert copied(trial, "number", pd.Series([2**53 + 1, 5], dtype="int64")) == [2**53 + 1, 5]
    assert copied(trial, "number", pd.Series([None, None], dtype="Int64")) == [None, None]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=8))
def test_any_whole_number_comes_out_as_it_went_in(trial: Warehouse, values: list[int | None]) -> None:
    assert copied(trial, "number", pd.Series(values, dtype="Int64")) == values


def test_true_false_and_unknown_stay_three_values(trial: Warehouse) -> None:
    assert copied(trial, "truth", pd.Series([True, False, None], dtype="boolean")) == [True, False, None]
    assert copied(trial, "truth", pd.Series([True, False], dtype="bool")) == [True, False]


def test_lists_of_pages_are_lists(trial: Warehouse) -> None:
    reported = pd.Series(["{1,2}", "{}", "{9007199254740993}", None], dtype="str")
    assert copied(trial, "pages", reported) == [[1, 2], [], [9007199254740993], None]


def test_money_of_whole_kopecks_is_exact(trial: Warehouse) -> None:
    reported = pd.Series(["9999999999999.99", "0.01", None], dtype="str")
    assert copied(trial, "money", reported) == [Decimal("9999999999999.99"), Decimal("0.01"), None]


# --- time


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_moments_come_out_as_they_went_in_and_are_never_moved(trial: Warehouse, unit: str) -> None:
    values = [datetime(2025, 3, 30, 2, 30), None, datetime(1970, 1, 1), datetime(2025, 12, 31, 23, 59, 59)]
    assert copied(trial, "moment", pd.Series(values, dtype=f"datetime64[{unit}]")) == values


def test_microseconds_are_kept(trial: Warehouse) -> None:
    value = datetime(2025, 3, 1, 10, 0, 0, 123456)
    for unit in ("us", "ns"):
        assert copied(trial, "moment", pd.Series([value], dtype=f"datetime64[{unit}]")) == [value]


def test_a_moment_with_a_zone_is_the_same_moment(trial: Warehouse) -> None:
    value = pd.Timestamp("2025-03-01 10:00:00", tz="Asia/Yekaterinburg")
    (reported,) = copied(trial, "zoned", pd.Series([value]).astype("datetime64[us, Asia/Yekaterinburg]"))
    assert reported == value.to_pydatetime()


def test_days_come_out_as_days(trial: Warehouse) -> None:
    values = [date(2025, 3, 1), None, date(9999, 12, 31)]
    assert copied(trial, "day", pd.Series(values, dtype="object")) == values
    assert copied(trial, "day", pd.Series([date(2025, 3, 1)], dtype="datetime64[us]")) == [date(2025, 3, 1)]


# --- frames


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "number": pd.Series([1, 2], dtype="Int64"),
            "text": pd.Series(["один", None], dtype="str"),
            "unwanted": pd.Series(["x", "y"], dtype="str"),
            "truth": pd.Series([None, True], dtype="boolean"),
        }
    ).set_axis([17, 4])


def test_columns_go_by_their_names_whatever_their_order(trial: Warehouse) -> None:
    with trial.transaction() as transaction:
        assert copy_frame(transaction, frame(), "stage", "trial", ["truth", "text", "number"]) == 2
        assert copy_frame(transaction, frame(), "stage", "trial", ["number"]) == 2
    reported = look(trial.dsn, "select number, text, truth from stage.trial order by place")
    assert reported == [(1, "один", None), (2, None, True), (1, None, None), (2, None, None)]


def test_a_frame_without_rows_is_not_sent(trial: Warehouse) -> None:
    with trial.transaction() as transaction:
        assert copy_frame(transaction, frame().head(0), "stage", "no_such_table", ["number"]) == 0


def test_names_are_names_and_never_a_statement(trial: Warehouse) -> None:
    look(trial.dsn, 'create table stage."odd; name" ("a""b" text)')
    with trial.transaction() as transaction:
        odd = pd.DataFrame({'a"b': pd.Series(["x"], dtype="str")})
        assert copy_frame(transaction, odd, "stage", "odd; name", ['a"b']) == 1
    assert look(trial.dsn, 'select * from stage."odd; name"') == [("x",)]


def test_what_does_not_fit_is_refused_whole(trial: Warehouse) -> None:
    wrong = pd.DataFrame({"number": pd.Series(["1", "two"], dtype="str")})
    with pytest.raises(BrokenPromise, match=r"copy stage\.trial"), trial.transaction() as transaction:
        copy_frame(transaction, wrong, "stage", "trial", ["number"])
    assert look(trial.dsn, "select count(*) from stage.trial") == [(0,)]
