"""Pages are kept byte for byte, with the sha256 of what came, and nobody changes them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.model.errors import BrokenPromise
from smena.warehouse import ledger
from smena.warehouse.database import Warehouse
from smena.warehouse.packing import compress, decompress
from smena.warehouse.pages import PageStore, pages_by_assignment
from tests.integration.warehouse.sessions import asked, look
from tests.invented import ROMASHKA as INN

WHEN = datetime(2025, 3, 2, 4, 5, 6, 789012, tzinfo=UTC)
REGISTERS = ["0000000000000001", "0000000000000002", "0000000000000003"]


@pytest.fixture
def batch(warehouse: Warehouse) -> Iterator[int]:
    """A batch of three registers, one assignment each, all of them listed by their fetch of the same number."""
    warehouse.run(
        "organization_add", inn=INN, kpp="960701001", name="Ромашка", tariff="other", modifier=None, timezone="UTC"
    )
    with warehouse.transaction() as transaction:
        batch_id, _ = ledger.open_batch(
            transaction,
            inn=INN,
            product="ofd",
            run_id="test",
            reason="asked",
            detail="totals",
            horizon=date(2025, 3, 8),
        )
        asked(transaction, "insert into control.shard (batch_id, shard) values (%s, 0)", batch_id)
        for number, register in enumerate(REGISTERS, start=1):
            asked(
                transaction,
                "insert into control.assignment (batch_id, shard, unit_id, first_day, last_day, reason, ask_through,"
                " state, fetch_id) values (%s, 0, %s, '2025-03-01', '2025-03-08', 'asked', '2025-03-09', 'listed', %s)",
                batch_id, register, number,
            )  # fmt: skip
    yield batch_id
    warehouse.close()


def add(
    store: PageStore, body: bytes, *, fetch_id: int = 1, register: str | None = REGISTERS[0], when: datetime = WHEN
) -> int:
    return store.add(
        fetch_id=fetch_id, unit_id=register, method="by_period", address="https://ofd.example/x?dateFrom=1",
        status=200, fetched_at=when, body=body,
    )  # fmt: skip


def bodies(warehouse: Warehouse, batch_id: int, chunk_bytes: int, state: str = "listed") -> list[list[bytes]]:
    with warehouse.transaction() as transaction:
        chunks = pages_by_assignment(transaction, batch_id, 0, states=[state], chunk_bytes=chunk_bytes)
        return [[page.body for page in chunk] for chunk in chunks]


@given(body=st.binary(max_size=2000))
def test_any_bytes_come_back_as_they_came(body: bytes) -> None:
    assert decompress(compress(body), len(body)) == body


def test_answers_become_small() -> None:
    body = ('{"closeShift": {"cashTotal": 12345, "оператор": "Иванова"}}' * 2000).encode()
    assert len(compress(body)) < len(body) / 20


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"\x00", "{\"имя\": \"Ромашка\"}".encode(), b"\xff\xfe not utf-8 \x00\x01", b"<html>" * 100_000,
     secrets.token_bytes(300_000)],
    ids=["empty", "a space", "a NUL", "Cyrillic", "no text", "long", "random"],
)  # fmt: skip
def test_a_page_is_kept_with_its_bytes_their_number_and_their_sha256(
    warehouse: Warehouse, batch: int, body: bytes
) -> None:
    page_id = add(PageStore(warehouse, batch), body)
    (reported,) = look(
        warehouse.dsn,
        "select batch_id, fetch_id, unit_id, method, address, status, fetched_at, sha256, body, body_bytes "
        "from raw.page where page_id = %s",
        page_id,
    )
    assert reported[:6] == (batch, 1, REGISTERS[0], "by_period", "https://ofd.example/x?dateFrom=1", 200)
    assert reported[6] == WHEN
    assert bytes(reported[7]) == hashlib.sha256(body).digest()
    assert reported[9] == len(body)
    assert decompress(bytes(reported[8]), reported[9]) == body
    assert bodies(warehouse, batch, 1) == [[body]]


def test_the_moment_of_an_answer_is_kept_whatever_its_zone(warehouse: Warehouse, batch: int) -> None:
    there = WHEN.astimezone(timezone(timedelta(hours=7)))
    store = PageStore(warehouse, batch)
    page_id = store.add(
        fetch_id=1, unit_id=None, method="organizations", address="", status=200, fetched_at=there, body=b"[]"
    )
    reported = look(warehouse.dsn, "select fetched_at, unit_id from raw.page where page_id = %s", page_id)
    assert reported == [(WHEN, None)]


def test_threads_share_a_store_and_no_page_is_lost(warehouse: Warehouse, batch: int) -> None:
    store = PageStore(warehouse, batch)
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda n: add(store, b"x" * n), range(40)))
    assert len(set(ids)) == 40
    fields = dict(look(warehouse.dsn, "select page_id, body_bytes from raw.page"))
    assert [fields[page_id] for page_id in ids] == list(range(40))


@pytest.mark.parametrize(
    "statement",
    [
        "update raw.page set body = ''",
        "delete from raw.page",
        "truncate raw.page",
        "update raw.page set address = ''",
    ],
)
def test_evidence_is_neither_changed_nor_deleted(warehouse: Warehouse, batch: int, statement: str) -> None:
    add(PageStore(warehouse, batch), b"{}")
    with pytest.raises(BrokenPromise, match="history is kept"), warehouse.transaction() as transaction:
        asked(transaction, statement)
    assert bodies(warehouse, batch, 1) == [[b"{}"]]


# --- reading it again


def test_pages_come_in_the_order_of_their_fetching_assignment_by_assignment(warehouse: Warehouse, batch: int) -> None:
    store = PageStore(warehouse, batch)
    for n in range(3):
        for number, register in enumerate(REGISTERS, start=1):
            add(store, f"{number}-{n}".encode(), fetch_id=number, register=register)
    wanted = [f"{number}-{n}".encode() for number in (1, 2, 3) for n in range(3)]
    assert bodies(warehouse, batch, 10**6) == [wanted]
    # However small the chunks, an assignment stays whole.
    assert bodies(warehouse, batch, 1) == [wanted[:3], wanted[3:6], wanted[6:]]
    assert bodies(warehouse, batch, 10) == [wanted[:6], wanted[6:]]


def test_only_the_fetch_that_counts_is_read(warehouse: Warehouse, batch: int) -> None:
    store = PageStore(warehouse, batch)
    add(store, b"cut short", fetch_id=77)
    add(store, b"whole", fetch_id=1)
    assert bodies(warehouse, batch, 1) == [[b"whole"]]
    assert bodies(warehouse, batch, 1, state="planned") == []
