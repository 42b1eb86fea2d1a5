"""The command line, the pages, alerts, metrics and certificates agree about the same books."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from smena.airflow.metrics import COVERAGE, DECISIONS, LAG, QUARANTINE, of_standings
from smena.decisions.documents import ACCEPTED, show
from smena.messages import message
from smena.model.window import MARKET, OFD, Window
from smena.reads import completeness
from smena.reads.documents import Filter
from smena.reads.standing import standings
from smena.warehouse.sql import query
from tests.integration.cli.seen import DAYS, Seen
from tests.integration.cli.shop import FIRST, LAST

WHOLE = Window(FIRST, LAST)
STATES = ["missing", "out_of_reach", "waits", "offline", "open", "late", "complete", "disabled", "ahead"]
"""The worst first."""
PAGE = completeness.Page(100)


# --- documents


def ids_of_pages(seen: Seen, **options: str) -> list[str]:
    """The documents that the page lists, from its first to its last."""
    found: list[str] = []
    after = {}
    while True:
        page = seen.page.page("/documents", inn=seen.inn, **options, **after)
        found += re.findall(r'name="document" value="([0-9a-f-]{36})"', page)
        more = re.search(r'[?&;]after=([^"&]+)', page.partition('<p class="pages">')[2])
        if more is None:
            return found
        after = {"after": more[1]}


def exported(content: str) -> list[dict[str, str]]:
    titles, *rows = csv.reader(content.lstrip("\ufeff").splitlines(), delimiter=";")
    return [dict(zip(titles, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    "words",
    [{}, {"kind": "rko"}, {"kind": "waybill"}, {"from": str(FIRST), "to": "2025-03-03"}],
    ids=["all", "kind", "kind of Market", "days"],
)
def test_documents_are_the_same_in_a_list_on_the_page_in_exports_and_to_be_marked(
    seen: Seen, words: dict[str, str], tmp_path: Path
) -> None:
    rows = seen.answer("documents", "--inn", seen.inn, *(part for name in words for part in (f"--{name}", words[name])))
    listed = rows["documents"]
    ids = [row["document_id"] for row in listed]
    assert len(set(ids)) == len(ids) > 0
    assert {row["kind"] for row in listed} >= {words.get("kind", "pko")}
    assert all(row["kind"] == words.get("kind", row["kind"]) for row in listed)
    assert all(words.get("from", "") <= row["date"] <= words.get("to", "9") for row in listed)

    assert Counter(ids_of_pages(seen, **words)) == Counter(ids)

    downloaded = exported(seen.page.get(f"/documents/{seen.inn}/export.csv", **words).content.decode())
    assert [list(row.values())[-1] for row in downloaded] == ids
    file = tmp_path / "documents.csv"
    span = {"from": str(FIRST), "to": "2026-01-31"} | words
    seen.answer(
        "export", "--inn", seen.inn, "--out", str(file), *(part for name in span for part in (f"--{name}", span[name]))
    )
    assert exported(file.read_text(encoding="utf-8-sig")) == downloaded
    sums = [Decimal(list(row.values())[6].replace(",", ".")) for row in downloaded if list(row.values())[6]]
    assert sum(sums) == sum(Decimal(row["amount"]) for row in listed if row["amount"] is not None)

    days = {
        f"{name}_day": date.fromisoformat(words[key])
        for name, key in (("first", "from"), ("last", "to"))
        if key in words
    }
    new = [row for row in listed if row["status"] == "new"]
    with seen.warehouse.transaction(keep=False) as transaction:
        shown = show(transaction, Filter(seen.inn, kind=words.get("kind"), **days), status=ACCEPTED)
    assert (shown.documents, shown.without_amount) == (len(new), len([row for row in new if row["amount"] is None]))
    assert shown.amount == sum(Decimal(row["amount"]) for row in new if row["amount"] is not None)


def test_the_orders_of_a_certificate_are_those_of_the_list(seen: Seen, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    seen.answer("certify", "--inn", seen.inn, *DAYS, "--out", str(file))
    certificate = json.loads(file.read_text(encoding="utf-8"))
    listed = [
        row for row in seen.answer("documents", "--inn", seen.inn, *DAYS)["documents"] if row["kind"] in ("pko", "rko")
    ]
    for kind in ("pko", "rko"):
        of_kind = [row for row in listed if row["kind"] == kind]
        operations = [row for row in certificate["operations"] if row["kind"] == kind]
        assert sum(row["orders"] for row in operations) == len(of_kind) > 0
        assert sum(Decimal(row["amount"]) for row in operations) == sum(Decimal(row["amount"]) for row in of_kind)


@pytest.mark.parametrize("words", [{}, {"status": "rejected"}, {"kind": "waybill"}, {"number": "1"}])
@pytest.mark.parametrize(
    "name", ["documents", "documents_page", "documents_totals", "export_documents", "mark_asked_by_filter"]
)
def test_a_filter_is_part_of_the_statement_that_reads_by_it(seen: Seen, name: str, words: dict[str, str]) -> None:
    """Where the planner does not inline it, a page reads all documents of an organisation."""
    asked = Filter(seen.inn, **words).conditions | {
        "sort": "day",
        "down": True,
        "after_date": None,
        "after_number": "",
        "after_id": None,
        "after_number_key": None,
        "after_text_key": "",
        "most": 50,
    }
    with seen.warehouse.transaction(keep=False) as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(f"explain {query(name)}", asked)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Function Scan" not in plan
    tables = re.findall(r" on (cash_order|market_document|documents_of_day)(?!\w)", plan)
    assert plan.count(f"organization_inn = '{seen.inn}'") == len(tables) > 0


# --- completeness


def cells(seen: Seen, product: str, path: str = "/completeness") -> dict[tuple[str, str], str]:
    """States of the cells of a page, by the day and the register that their links name."""
    page = seen.page.page(path, month=f"{FIRST:%Y-%m}", product=product)
    found = re.findall(rf'state-(\w+)" href="[^"]*/([0-9-]{{10}})\?product={product}(?:&amp;register=([^"]*))?"', page)
    return {(day, unit): state for state, day, unit in found}


def test_the_state_of_a_day_is_the_same_on_every_page(seen: Seen) -> None:
    whole, units = cells(seen, OFD), cells(seen, OFD, f"/completeness/{seen.inn}")
    known = {state for (day, _), state in units.items() if str(FIRST) <= day <= str(LAST)}
    assert {"complete", "missing", "waits", "open", "late"} <= known
    for day in WHOLE:
        of_units = [state for (other, _), state in units.items() if other == str(day)]
        assert whole[str(day), ""] == min(of_units, key=STATES.index)
        shown = seen.page.page(f"/completeness/{seen.inn}/{day}")
        assert f'data-state="{whole[str(day), ""]}"' in shown
        verdicts = completeness.verdicts_of_day(seen.warehouse, seen.inn, OFD, day, most=100)
        assert {row["kkt_reg_id"]: row["state"] for row in verdicts} == {
            unit: state for (other, unit), state in units.items() if other == str(day)
        }
        assert [row["state"] for row in verdicts] == sorted((row["state"] for row in verdicts), key=STATES.index)


def test_what_is_missing_is_the_same_for_the_command_the_page_the_alert_and_the_certificate(
    seen: Seen, tmp_path: Path
) -> None:
    missing = {(row["day"], row["kkt_reg_id"]) for row in seen.reconciled["registers"] if row["verdict"] == "missing"}
    assert missing
    units = cells(seen, OFD, f"/completeness/{seen.inn}")
    for day, unit in missing:
        assert units[day, unit] == "missing"
    (alert,) = seen.alerts("missing")
    assert alert["count"] == len(missing)
    assert alert["registers"] == len({unit for _, unit in missing})
    assert (str(alert["first_day"]), str(alert["last_day"])) == (min(missing)[0], max(missing)[0])
    file = tmp_path / "proof.json"
    certified = seen.answer("certify", "--inn", seen.inn, *DAYS, "--out", str(file))
    assert not certified["is_complete"]
    registers = json.loads(file.read_text(encoding="utf-8"))["registers"]
    assert {(row["day"], row["register"]) for row in registers if row["verdict"] == "missing"} == missing


def test_what_waits_is_the_same_for_the_reconciliation_and_the_pages(seen: Seen) -> None:
    days = {row["day"]: row for row in completeness.days(seen.warehouse, seen.inn, WHOLE)}
    whole = completeness.calendar(seen.warehouse, OFD, WHOLE, PAGE)
    units = completeness.calendar_of_units(seen.warehouse, seen.organization, OFD, WHOLE, PAGE)
    for row in whole:
        of_units = [unit for unit in units if unit["day"] == row["day"]]
        for name in ("waiting", "late"):
            assert row[name] == sum(unit[name] for unit in of_units)
        if days[row["day"]]["verdict"] == "waits":
            assert row["state"] == "waits"
    assert sum(row["late"] for row in whole) == 1
    assert sum(row["waiting"] for row in days.values()) == 2
    market = completeness.calendar(seen.warehouse, MARKET, WHOLE, PAGE)
    assert [row["waiting"] for row in market if row["state"] == "waits"] == [1]


def test_outcomes_are_counted_alike_by_the_command_the_page_and_the_certificate(seen: Seen, tmp_path: Path) -> None:
    shifts = seen.answer("shifts", "--inn", seen.inn, *DAYS)["outcomes"]
    file = tmp_path / "proof.json"
    seen.answer("certify", "--inn", seen.inn, *DAYS, "--out", str(file))
    certified = json.loads(file.read_text(encoding="utf-8"))["outcomes"]
    assert {row["outcome"]: row["shifts"] for row in certified} == shifts
    by_day = Counter[str]()
    for day in WHOLE:
        for source in ("ofd", "market"):
            rows = completeness.outcomes(seen.warehouse, seen.inn, Window(day, day), source=source)
            by_day.update({row["outcome"]: row["shifts"] for row in rows})
    assert by_day == shifts


def test_gaps_are_the_same_for_the_plan_the_pages_and_the_alert(seen: Seen) -> None:
    gaps = completeness.gaps(seen.warehouse, seen.inn)
    of_ofd = [row for row in gaps if row["product"] == OFD]
    assert completeness.gaps(seen.warehouse, seen.inn, OFD) == [
        {name: value for name, value in row.items() if name != "product"} for row in of_ofd
    ]
    (standing,) = standings(seen.warehouse, datetime.now(UTC), inn=seen.inn, product=OFD)
    assert standing.gaps == len(of_ofd) > 0
    page = seen.page.page("/quality", inn=seen.inn)
    assert all(row["unit_id"] in page for row in gaps)
    assert [row["count"] for row in seen.alerts("gap") if row["reason"] == "failed"] == [
        len([row for row in of_ofd if row["reason"] == "failed"])
    ]


# --- standing and decisions


def test_the_state_of_an_integration_is_the_same_everywhere(seen: Seen) -> None:
    status = {row["product"]: row for row in seen.answer("integration", "status", "--inn", seen.inn)["integrations"]}
    measured = {
        (one.metric, one.tags.get("product", OFD)): one.value
        for one in of_standings(standings(seen.warehouse, datetime.now(UTC)))
    }
    uncovered = {row["product"]: row for row in seen.alerts("uncovered")}
    page = seen.page.page("/integrations")
    for product in (OFD, MARKET):
        row = status[product]
        lacking = row["wanted_days"] - row["covered_days"]
        assert uncovered[product]["count"] == lacking > 0
        assert str(uncovered[product]["first_day"]) == row["first_open_day"]
        assert measured[COVERAGE, product] == round(row["covered_days"] / row["wanted_days"], 6)
        newest, through = (date.fromisoformat(row[name]) for name in ("newest_covered_day", "through"))
        assert measured[LAG, product] == (through - newest).days
        assert measured[QUARANTINE, product] == row["quarantined"]
        assert f"<td>{newest:%d.%m.%Y}</td>" in page
    assert f">{message('quarantine', context='page')}: {status[OFD]['quarantined']}</a>" in page
    assert f">{message('gaps', context='page')}: {status[OFD]['gaps']}</a>" in page


def test_decisions_that_wait_are_the_same_everywhere(seen: Seen) -> None:
    ids = {row["decision_id"] for row in seen.answer("conflicts", "--inn", seen.inn)["decisions"]}
    assert len(ids) >= 2
    page = seen.page.page("/decisions", inn=seen.inn)
    assert {int(number) for number in re.findall(r'<tr id="decision-(\d+)"', page)} == ids
    assert sum(row["count"] for row in seen.alerts("decision")) == len(ids)
    measured = {
        one.value for one in of_standings(standings(seen.warehouse, datetime.now(UTC))) if one.metric is DECISIONS
    }
    assert measured == {len(ids)}
    assert f">{message('decisions', context='page')}: {len(ids)}</a>" in seen.page.page("/integrations")
