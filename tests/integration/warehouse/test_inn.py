"""An ИНН is the same thing to the database and to the program."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.postgres import EmbeddedPostgres
from smena.model.identifiers import is_inn

NOT_INNS = ["", "0", "0000000000", "000000000000", "9607083893\n", "\n9607083893", " 9607083893", "960708389a",
           "９６０７０８３８９３", "٩٦٠٧٠٨٣٨٩٣", "9607083893²", "-960708389", "960708389.", "009607083893",
           "9607083893", "960100732219", "96070838930", "0100000000", "9" * 50]  # fmt: skip
ANY = st.one_of(
    st.text("0123456789", min_size=8, max_size=13),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=13),
    st.sampled_from(NOT_INNS),
)
PLAIN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def cursor(postgres: EmbeddedPostgres, migrated: str) -> Iterator[psycopg2.extensions.cursor]:
    name = f"{migrated}_inn"
    postgres.create_database(name, template=migrated)
    connection = psycopg2.connect(postgres.dsn(name))
    with connection.cursor() as opened:
        yield opened
    connection.close()
    postgres.drop_database(name)


def in_the_database(cursor: psycopg2.extensions.cursor, texts: list[str]) -> list[bool]:
    cursor.execute(
        "select control.is_inn(given.inn) from unnest(%s::text[]) with ordinality as given (inn, place) order by place",
        (texts,),
    )
    return [row[0] for row in cursor.fetchall()]


@PLAIN
@given(texts=st.lists(ANY, min_size=1, max_size=30))
def test_both_agree_on_whatever_is_given(cursor: psycopg2.extensions.cursor, texts: list[str]) -> None:
    assert in_the_database(cursor, texts) == [is_inn(text) for text in texts]


def test_both_agree_on_unusual_texts(cursor: psycopg2.extensions.cursor) -> None:
    reported = in_the_database(cursor, NOT_INNS)
    assert reported == [is_inn(text) for text in NOT_INNS]
    assert [text for text, right in zip(NOT_INNS, reported, strict=True) if right] == ["9607083893", "960100732219"]


@PLAIN
@given(digits=st.text("0123456789", min_size=9, max_size=9).filter(lambda text: not text.startswith("00")))
def test_of_ten_last_digits_just_one_is_right(cursor: psycopg2.extensions.cursor, digits: str) -> None:
    texts = [f"{digits}{last}" for last in range(10)]
    reported = in_the_database(cursor, texts)
    assert reported == [is_inn(text) for text in texts]
    assert sum(reported) == 1


@PLAIN
@given(digits=st.text("0123456789", min_size=10, max_size=10).filter(lambda text: not text.startswith("00")))
def test_of_a_hundred_last_two_digits_just_one_pair_is_right(cursor: psycopg2.extensions.cursor, digits: str) -> None:
    texts = [f"{digits}{last:02}" for last in range(100)]
    reported = in_the_database(cursor, texts)
    assert reported == [is_inn(text) for text in texts]
    assert sum(reported) == 1


def test_an_unknown_inn_is_neither_right_nor_wrong(cursor: psycopg2.extensions.cursor) -> None:
    cursor.execute("select control.is_inn(null)")
    assert cursor.fetchone() == (None,)
