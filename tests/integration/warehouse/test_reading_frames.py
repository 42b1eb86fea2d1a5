"""A query's rows become a frame as they are: nothing is rounded, moved, lost, or taken for missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smena.model.errors import BrokenPromise
from smena.transform.schema import FLAG, MOMENT, TEXT, WHOLE, Schema
from smena.warehouse import copying
from smena.warehouse.copying import copy_frame, read_frame
from smena.warehouse.database import Warehouse
from tests.integration.warehouse.sessions import asked
from tests.integration.warehouse.test_copying import TEXT as ANY_TEXT
from tests.integration.warehouse.test_copying import TRICKY

Read = Callable[..., pd.DataFrame]

TEXTS = Schema("texts", {"text": TEXT})
ALL_KINDS = Schema("all kinds", {"text": TEXT, "whole": WHOLE, "flag": FLAG, "moment": MOMENT})


@pytest.fixture
def read(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads a statement, given as text, into a frame."""

    def read_statement(statement: str, schema: Schema, /, **parameters: Any) -> pd.DataFrame:
        monkeypatch.setattr(copying, "query", {"statement": statement}.__getitem__)
        with warehouse.transaction() as transaction:
            return read_frame(transaction, "statement", schema, **parameters)

    return read_statement


def test_each_kind_of_column_has_its_type_and_null_is_missing(read: Read) -> None:
    frame = read(
        """select * from (values
            ('a', 9007199254740993::bigint, true, timestamp '2025-03-30 02:30:00.123456'),
            (null, null, null, null),
            ('', -9223372036854775808, false, date '0001-01-01')
        ) as row (text, whole, flag, moment)""",
        ALL_KINDS,
    )
    assert {column: str(kind) for column, kind in frame.dtypes.items()} == dict(ALL_KINDS.columns)
    assert frame["text"].tolist() == ["a", pd.NA, ""]
    assert frame["whole"].tolist() == [9_007_199_254_740_993, pd.NA, -(2**63)]
    assert frame["flag"].tolist() == [True, pd.NA, False]
    moments = [None if pd.isna(moment) else moment.to_pydatetime() for moment in frame["moment"]]
    assert moments == [datetime(2025, 3, 30, 2, 30, 0, 123456), None, datetime(1, 1, 1)]


def test_no_rows_are_an_empty_frame_of_the_same_types(read: Read) -> None:
    frame = read("select 'a' as text, 1 as whole, true as flag, localtimestamp as moment where false", ALL_KINDS)
    assert frame.empty
    assert {column: str(kind) for column, kind in frame.dtypes.items()} == dict(ALL_KINDS.columns)


def test_rows_of_one_missing_value_are_rows(read: Read) -> None:
    assert read("select null::text as text from generate_series(1, 3)", TEXTS)["text"].isna().tolist() == [True] * 3
    frame = read("select * from (values (null), ('a'), (null)) as row (text)", TEXTS)
    assert frame["text"].tolist() == [pd.NA, "a", pd.NA]


def test_columns_are_found_by_their_names(read: Read) -> None:
    frame = read("select 'x' as unwanted, 2 as whole, 'b' as text", Schema("two", {"text": TEXT, "whole": WHOLE}))
    assert frame.to_dict("records") == [{"text": "b", "whole": 2}]


def test_parameters_are_bound_and_a_comment_at_the_end_does_no_harm(read: Read) -> None:
    frame = read("select %(text)s::text as text -- 100 %% of it", TEXTS, text='it\'s; -- "x"\n%(text)s')
    assert frame["text"].tolist() == ['it\'s; -- "x"\n%(text)s']


def test_text_that_could_be_mistaken_for_something_else_is_text(read: Read) -> None:
    frame = read("select text from unnest(%(texts)s) with ordinality as row (text, place) order by place", TEXTS,
                 texts=TRICKY)  # fmt: skip
    assert frame["text"].tolist() == TRICKY


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.one_of(st.none(), ANY_TEXT, st.sampled_from(TRICKY)), min_size=1, max_size=8))
def test_any_text_comes_as_it_is(read: Read, values: list[str | None]) -> None:
    frame = read("select text from unnest(%(texts)s::text[]) with ordinality as row (text, place) order by place",
                 TEXTS, texts=values)  # fmt: skip
    assert [None if value is pd.NA else value for value in frame["text"]] == values


def test_a_text_longer_than_a_block_comes_whole_between_others(read: Read) -> None:
    long = 'строка с "кавычками", запятой и\nпереносом' * 40_000
    frame = read("select text from unnest(%(texts)s) with ordinality as row (text, place) order by place", TEXTS,
                 texts=["до", long, "после"])  # fmt: skip
    assert frame["text"].tolist() == ["до", long, "после"]


def test_a_frame_that_went_in_comes_out_the_same(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = ALL_KINDS.of(
        {
            "text": ["a", None, "", 'b"\n,'],
            "whole": pd.array([1, None, 2**63 - 1, 0], dtype="Int64"),
            "flag": [True, None, False, True],
            "moment": [datetime(2025, 1, 1), None, datetime(2025, 1, 1, 1, 1, 1, 1), datetime(9999, 12, 31)],
        }
    )
    monkeypatch.setattr(copying, "query", {"all": "select * from trial"}.__getitem__)
    with warehouse.transaction() as transaction:
        asked(transaction, "create temporary table trial (text text, whole bigint, flag boolean, moment timestamp)"
                           " on commit drop")  # fmt: skip
        copy_frame(transaction, frame, "pg_temp", "trial", list(ALL_KINDS.columns))
        pd.testing.assert_frame_equal(read_frame(transaction, "all", ALL_KINDS), frame)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("select 'two' as whole", "'two'"),
        ("select 1.50::numeric(15, 2) as whole", r"1\.50"),
        ("select 2::numeric ^ 64 as whole", "18446744073709551616"),
        ("select 1 as other", "whole"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_query_named(read: Read, statement: str, why: str) -> None:
    with pytest.raises(BrokenPromise, match=f"the rows of statement are no frame of number: .*{why}"):
        read(statement, Schema("number", {"whole": WHOLE}))


def test_a_time_with_a_zone_is_refused_and_not_moved(read: Read) -> None:
    with pytest.raises(BrokenPromise, match="no frame of moments"):
        read("select now() as moment", Schema("moments", {"moment": MOMENT}))


def test_an_error_of_the_server_names_the_query(read: Read) -> None:
    with pytest.raises(BrokenPromise, match=r"division by zero \(statement statement\)"):
        read("select 1 / 0 as whole", Schema("number", {"whole": WHOLE}))
