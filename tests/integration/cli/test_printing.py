"""`smena print` and `smena cash-book`: cash orders and the cash book on their forms."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from smena.model.money import written
from smena.reports.words import amount_in_words
from tests.integration.cli.shop import FIRST, Shop
from tests.integration.conftest import BuildTown
from tests.invented import ROMASHKA
from tests.town import EASY, kopecks  # fmt: skip
from tests.town import FIRST as TOWN_FIRST
from tests.unit.reports.pdf_text import Paper, squeezed

NO_DOCUMENT = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(("kind", "form"), [("pko", "0310001"), ("rko", "0310002")])
def test_an_order_is_printed_as_it_is_in_accounting(loaded: Shop, tmp_path: Path, kind: str, form: str) -> None:
    order = next(order for order in loaded.town.orders() if order["kind"] == kind)
    file = tmp_path / "order.pdf"
    done = loaded.cli.run("print", str(order["document_id"]), "--out", str(file), "--json")
    assert (done.code, done.err) == (0, "")
    content = file.read_bytes()
    assert done.data["sha256"] == hashlib.sha256(content).hexdigest()
    text = Paper(content).text()
    for words in (
        form, f"{order['date']:%d.%m.%Y}", loaded.inn, order["kpp"], order["basis"], order["counterparty"],
        order["debit_account"], order["credit_account"], squeezed(written(order["amount"])),
        amount_in_words(kopecks(order["amount"]) or 0),
    ):  # fmt: skip
        assert words in text
    assert str(order["number"]) in Paper(content).cells()
    # Printed again it is the same paper.
    loaded.cli.here("print", str(order["document_id"]), "--out", str(tmp_path / "again.pdf"))
    assert (tmp_path / "again.pdf").read_bytes() == content


def test_vat_by_rates_is_printed_where_receipts_were_read(build_town: BuildTown, tmp_path: Path) -> None:
    shop = Shop(build_town(EASY, start=TOWN_FIRST, detail="receipts"))
    shop.town.load(TOWN_FIRST, TOWN_FIRST + timedelta(days=2))
    order = next(order for order in shop.town.orders() if order["vat_by_rate"])
    file = tmp_path / "order.pdf"
    assert shop.cli.here("print", str(order["document_id"]), "--out", str(file)).code == 0
    text = Paper(file.read_bytes()).text()
    assert sum(order["vat_by_rate"].values()) == kopecks(order["vat"])
    for vat in order["vat_by_rate"].values():
        assert squeezed(f"{written(Decimal(vat) / 100)} руб.") in text


def test_the_cash_book_of_a_day_is_its_orders(loaded: Shop, tmp_path: Path) -> None:
    given_out = next(order for order in loaded.town.orders() if order["kind"] == "rko")
    day, kpp = given_out["date"], given_out["kpp"]
    orders = [order for order in loaded.town.orders() if (order["date"], order["kpp"]) == (day, kpp)]
    sums = {kind: sum(order["amount"] for order in orders if order["kind"] == kind) for kind in ("pko", "rko")}
    file = tmp_path / "book.pdf"
    words = ("cash-book", "--inn", loaded.inn, "--kpp", kpp, "--date", str(day), "--out", str(file))
    done = loaded.cli.here(*words, "--balance", "1000000,50", "--json")
    assert done.code == 0
    closing = Decimal("1000000.50") + sums["pko"] - sums["rko"]
    assert (Decimal(done.data["received"]), Decimal(done.data["given"])) == (sums["pko"], sums["rko"])
    assert Decimal(done.data["closing_balance"]) == closing
    paper = Paper(file.read_bytes())
    cells = [cell for page in range(len(paper)) for cell in paper.cells(page)]
    # ПКО by number, then РКО by number: each is a series of its own.
    assert [o["kind"] for o in orders] == sorted(o["kind"] for o in orders)
    assert {order["kind"] for order in orders} == {"pko", "rko"}
    place = cells.index("Остаток на начало дня")
    for order in orders:
        account = order["credit_account"] if order["kind"] == "pko" else order["debit_account"]
        place = cells.index(str(order["number"]), place + 1)
        sides = [squeezed(written(order["amount"])), ""]
        assert cells[place + 2 : place + 5] == [account, *(sides if order["kind"] == "pko" else sides[::-1])]
    total = cells.index("Итого за день")
    assert cells[total + 2 : total + 4] == [squeezed(written(sums[kind])) for kind in ("pko", "rko")]
    assert squeezed(written(closing)) in cells
    # Without a balance none is printed.
    done = loaded.cli.here(*words, "--json")
    assert (done.data["opening_balance"], done.data["closing_balance"]) == (None, None)


def test_a_closing_balance_below_zero_waits_for_a_person(loaded: Shop, tmp_path: Path) -> None:
    rko = next(order for order in loaded.town.orders() if order["kind"] == "rko")
    # The opening balance is 0, so the closing one is below zero where the day's orders pay out more than they take in.
    given = loaded.town.sql(
        "select coalesce(sum(case kind when 'rko' then amount else -amount end), 0) from accounting.cash_order"
        " where date = %s and kpp = %s",
        rko["date"],
        rko["kpp"],
    )[0][0]
    done = loaded.cli.here("cash-book", "--inn", loaded.inn, "--kpp", rko["kpp"], "--date", str(rko["date"]),
                           "--balance", "0", "--out", str(tmp_path / "book.pdf"))  # fmt: skip
    assert done.code == (1 if given > 0 else 0)


def reversed_in_a_closed_period(shop: Shop) -> dict[str, Any]:
    """An accepted order of a closed day: the source then reports other sums, and a person reverses the order."""
    town = shop.town
    town.load()
    order = next(order for order in town.orders() if order["kind"] == "pko" and order["date"] == FIRST)
    assert shop.cli.here("accept", str(order["document_id"])).code == 0
    assert shop.cli.here("period", "close", "--inn", shop.inn, "--through", str(FIRST + timedelta(days=1))).code == 0
    (shift,) = (row for row in town.shifts() if row["shift_id"] == order["shift_id"])
    match = {"type": "byShifts", "kktRegId": shift["kkt_reg_id"], "shiftNumber": shift["shift_number"]}
    cash = kopecks(order["amount"]) or 0
    town.sandbox.faults.add(
        {"kind": "patch_document", "match": match, "set": {"sell.cashTotal": cash + 100, "sell.total": 10**12}}
    )
    shop.load()
    (decision,) = town.sql("select decision_id from control.decision where state = 'open' and kind = 'conflict'")[0]
    assert shop.cli.here("resolve", str(decision), "reverse", "--reason", "as reported").code == 0
    return order


def test_what_was_reversed_moved_the_cash_on_its_day_and_back_on_the_day_of_its_reversal(
    shop: Shop, tmp_path: Path
) -> None:
    file = tmp_path / "book.pdf"

    def book(day: date) -> tuple[dict[str, Any], list[str]]:
        words = ("--inn", shop.inn, "--kpp", order["kpp"], "--date", str(day), "--out", str(file), "--json")
        done = shop.cli.here("cash-book", *words)
        assert done.code == 0, done.err
        return done.data, Paper(file.read_bytes()).cells()

    order = reversed_in_a_closed_period(shop)
    (current,) = (row for row in shop.town.orders() if row["document_id"] == order["document_id"])
    assert current["status"] == "reversed" and current["reversed_on"] > order["date"]
    _, cells = book(order["date"])
    amount = squeezed(written(order["amount"]))
    assert amount in cells and f"-{amount}" not in cells
    _, cells = book(current["reversed_on"])
    assert f"{order['counterparty']} (сторно)" in cells and f"-{amount}" in cells
    # The order that took its place is there as well, with the cash reported since.
    assert squeezed(written(order["amount"] + 1)) in cells
    done = shop.cli.here("print", str(order["document_id"]), "--out", str(file))
    assert done.code == 2
    assert "the order is reversed: it is not printed" in done.error


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("print", NO_DOCUMENT), f"there is no cash order {NO_DOCUMENT}"),
        (("print", "17"), "'17' is not a document's id"),
        (("cash-book", "--inn", "{inn}", "--date", "2024-01-01"), "no cash moved on 2024-01-01"),
        (
            ("cash-book", "--inn", "{inn}", "--kpp", "990101001", "--date", "2025-03-02"),
            "no cash book of КПП '990101001'",
        ),
        (("cash-book", "--inn", "{inn}", "--date", "2025-03-02", "--balance", "much"), "'much' is not a sum"),
        (("cash-book", "--inn", "{inn}", "--date", "2025-03-02", "--balance", "1.001"), "'1.001' is not a sum"),
        (("cash-book", "--inn", "{inn}", "--date", "2025-03-02", "--balance=-1"), "is below nothing"),
        (("cash-book", "--inn", ROMASHKA, "--date", "2025-03-02"), ROMASHKA),
    ],
)
def test_what_cannot_be_printed_is_wrong_use_and_makes_no_file(
    loaded: Shop, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    file = tmp_path / "none.pdf"
    done = loaded.cli.here(*(word.format(inn=loaded.inn) for word in words), "--out", str(file))
    assert (done.code, done.out) == (2, "")
    assert why in done.error
    assert not file.exists()


def test_a_place_that_cannot_be_written_is_one_clear_line(loaded: Shop, tmp_path: Path) -> None:
    order = loaded.town.orders()[0]
    done = loaded.cli.here("print", str(order["document_id"]), "--out", str(tmp_path / "nowhere" / "order.pdf"))
    assert done.code == 2
    assert "cannot be written" in done.error
