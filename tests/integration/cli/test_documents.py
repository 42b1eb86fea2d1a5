"""`smena documents`: «Учет → Документы», filtered, with its totals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from smena.model.money import written
from tests.integration.cli.shop import FIRST, LAST, Shop
from tests.invented import ROMASHKA, SOLE_PROPRIETOR
from tests.unit.cli.commands import Done

COLUMNS = {"document_id", "kind", "number", "date", "organization_inn", "kpp", "counterparty", "amount", "source",
           "status", "loaded_at", "batch_id"}  # fmt: skip


def documents(shop: Shop, *words: str) -> Done:
    return shop.cli.here("documents", "--inn", shop.inn, *words)


def listed(shop: Shop, *words: str) -> list[dict[str, Any]]:
    done = documents(shop, "--json", *words)
    assert done.code == 0
    rows: list[dict[str, Any]] = done.data["documents"]
    return rows


def test_every_loaded_document_is_listed_with_what_readers_rely_on(loaded: Shop) -> None:
    done = loaded.cli.run("documents", "--inn", loaded.inn, "--json")
    assert (done.code, done.err) == (0, "")
    rows, orders = done.data["documents"], {str(order["document_id"]): order for order in loaded.town.orders()}
    assert all(set(row) >= COLUMNS for row in rows)
    assert {row["document_id"]: Decimal(row["amount"]) for row in rows} == {
        name: order["amount"] for name, order in orders.items()
    }
    for row in rows:
        order = orders[row["document_id"]]
        assert (row["kind"], row["number"]) == (order["kind"], str(order["number"]))
        assert (row["status"], row["source"]) == ("new", "ofd")
        assert (row["organization_inn"], date.fromisoformat(row["date"])) == (loaded.inn, order["date"])


def test_documents_are_listed_by_date_kind_and_number(loaded: Shop) -> None:
    keys = [(row["date"], row["kpp"], row["kind"], int(row["number"])) for row in listed(loaded)]
    assert keys == sorted(keys)
    assert len({(kpp, number) for _, kpp, _, number in keys}) < len(keys)  # both series have a number 1
    assert len(keys) > 10


@pytest.mark.parametrize("kind", [None, "pko", "rko", "waybill"])
@pytest.mark.parametrize(("after", "before"), [(None, None), (3, None), (None, 3), (2, 4), (3, 3), (400, None)])
def test_filters_keep_what_they_name_both_days_included(
    loaded: Shop, after: int | None, before: int | None, kind: str | None
) -> None:
    first = None if after is None else FIRST + timedelta(days=after)
    last = None if before is None else FIRST + timedelta(days=before)
    fields = {"--from": first, "--to": last, "--kind": kind}
    words = [word for name, value in fields.items() if value is not None for word in (name, str(value))]
    wanted = {
        str(order["document_id"])
        for order in loaded.town.orders()
        if (first or FIRST) <= order["date"] <= (last or LAST) and order["kind"] == (kind or order["kind"])
    }
    rows = listed(loaded, *words)
    assert {row["document_id"] for row in rows} == wanted
    # The totals of the text are of what it lists.
    text = documents(loaded, *words).out.splitlines()
    assert f"{len(rows)} documents" in text
    for name in {row["kind"] for row in rows}:
        amounts = [Decimal(row["amount"]) for row in rows if row["kind"] == name]
        assert f"{name}: {len(amounts)}, {written(sum(amounts, start=Decimal()))} ₽" in text
    kinds = {row["kind"] for row in rows}
    assert len(text) == (len(rows) + 3 + len(kinds) if rows else 1)


def test_money_paid_out_is_not_added_to_money_taken_in(loaded: Shop) -> None:
    """R10: what a list of documents says of the cash is ПКО less РКО, or each of them; never both together."""
    sums = {kind: sum(Decimal(row["amount"]) for row in listed(loaded, "--kind", kind)) for kind in ("pko", "rko")}
    assert written(sums["pko"] + sums["rko"]) not in documents(loaded).out.splitlines()[-1]


def test_documents_of_another_organisation_are_not_listed(shop: Shop) -> None:
    other = SOLE_PROPRIETOR
    shop.cli.here("organization", "add", "--inn", other, "--name", "ИП Иванов", "--tariff", "uchetny")
    shop.town.load()
    done = shop.cli.here("documents", "--inn", other, "--json")
    assert (done.code, done.data) == (0, {"documents": []})


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--kind", "invoice"), "'invoice'"),
        (("--from", "March"), "'March' is not a date"),
        (("--from", "2025-03-05", "--to", "2025-03-04"), "after"),
        (("more",), "more"),
    ],
)
def test_what_cannot_be_asked_is_wrong_use(loaded: Shop, words: tuple[str, ...], why: str) -> None:
    done = documents(loaded, "--json", *words)
    assert done.code == 2, done.out
    assert why in done.error


def test_documents_of_an_organisation_that_is_not_registered_are_wrong_use(loaded: Shop) -> None:
    done = loaded.cli.here("documents", "--inn", ROMASHKA, "--json")
    assert done.code == 2, done.out
    assert "not registered" in done.error
