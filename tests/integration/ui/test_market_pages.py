"""Pages of Kontur.Market's data: its documents, decisions between two sources, links of cashboxes and registers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox import MarketSettings, WorldSettings
from smena.decisions.conflicts import open_decisions
from smena.decisions.documents import ACCEPTED, mark
from smena.decisions.links import loose_cashboxes
from smena.model.money import written
from smena.model.window import MARKET
from tests.integration.conftest import BuildTown, CopyTown
from tests.integration.ui.browser import Browser
from tests.town import Town

FIRST, LAST = date(2025, 12, 1), date(2025, 12, 12)
WORLD = replace(
    WorldSettings(
        first_day=FIRST, last_day=LAST, organizations=1, registers_per_organization=4, receipts_per_shift=6
    ).easy(),
    correction_permille=0,
)
EASY = MarketSettings().easy()


@pytest.fixture
def market(copy_town: CopyTown) -> Town:
    return copy_town(_connect, WORLD, behaviour={"market": EASY}, start=FIRST)


def connected(build_town: BuildTown, settings: MarketSettings, world: WorldSettings = WORLD) -> Town:
    """A town with both products, each loaded; Anna sees its organisation, Boris sees none."""
    town = build_town(world, behaviour={"market": settings}, start=FIRST)
    _connect(town)
    return town


def _connect(town: Town) -> None:
    town.enable_market(FIRST)
    town.load()
    town.load(product=MARKET)
    town.warehouse.run("page_user_grant", user_name="anna", inn=town.inn, granted_by="test")


def document(town: Town, kind: str) -> dict[str, Any]:
    rows = [one for one in town.table("accounting.market_document", "date, document_id") if one["kind"] == kind]
    return rows[0]


@pytest.mark.parametrize("kind", ["cashless_report", "sales_report", "waybill"])
def test_a_document_of_market_is_opened_with_its_lines_and_what_it_was_read_from(market: Town, kind: str) -> None:
    reported = document(market, kind)
    path = f"/documents/{reported['document_id']}"
    page = Browser(market.context, "anna").page(path)
    lines = market.sql(
        "select line, amount from accounting.market_document_line where document_id = %s", reported["document_id"]
    )
    assert lines
    for line, amount in lines:
        assert f"<tr><td>{line}</td>" in page
        assert amount is None or written(amount) in page
    # Quantities are written as in Russian, without zeros at the end, and times with the organisation's zone.
    quantities = re.findall(r'</td><td class="number">([^<]*)</td>(?=<td class="number">)', page)
    assert kind == "cashless_report" or quantities
    assert kind == "cashless_report" or all(re.fullmatch(r"—|-?\d+(,\d*[1-9])?", one) for one in quantities)
    assert re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d \(UTC\+3\)", page)
    digests = market.sql("select encode(sha256, 'hex') from raw.page where page_id = any(%s)", reported["evidence"])
    assert digests
    assert all(digest in page for (digest,) in digests)
    assert reported["shop_id"] in page
    assert "order.pdf" not in page
    assert Browser(market.context, "boris").get(path).status_code == 404
    assert Browser(market.context, "anna").get(f"{path}/order.pdf").status_code == 404


def test_the_lines_of_a_document_are_paged_through(market: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smena.ui.documents.LINES_A_PAGE", 2)
    (longest, count), *_ = market.sql(
        "select document_id::text, count(*) from accounting.market_document_line group by 1 order by 2 desc, 1"
    )
    assert count > 2
    anna, seen, path = Browser(market.context, "anna"), 0, f"/smena/documents/{longest}"
    while path:
        page = anna.client.get(path).text
        seen += page[page.index("Строки") : page.index("Прочитано из")].count("<tr><td>")
        more = re.search(r'<a href="([^"]*after=[^"]*)">Ещё', page)
        path = more[1] if more else ""
    assert seen == count


def test_every_document_of_every_kind_is_opened_from_the_list(market: Town) -> None:
    anna = Browser(market.context, "anna")
    for kind in ("pko", "rko", "cashless_report", "sales_report", "waybill"):
        found = re.findall(r'href="/smena(/documents/[0-9a-f-]{36})"', anna.page("/documents", kind=kind))
        assert found or kind == "rko"
        for path in found[:3]:
            anna.page(path)


# --- links of cashboxes and registers


@pytest.fixture
def unconfirmed(build_town: BuildTown) -> Town:
    """Tills that no sums tell apart: the rule proposes links and puts none into force."""
    world = replace(WORLD, last_day=date(2025, 12, 25), receipts_per_shift=8)
    return connected(build_town, replace(EASY, every_lookalike=1), world)


def links(town: Town, state: str) -> list[dict[str, Any]]:
    return [row for row in town.table("control.register_link", "register_link_id") if row["state"] == state]


def test_a_proposal_is_shown_with_its_evidence_and_confirmed_with_a_reason(unconfirmed: Town) -> None:
    anna = Browser(unconfirmed.context, "anna")
    proposed = links(unconfirmed, "proposed")
    assert proposed
    page = anna.page("/links")
    for row in proposed:
        assert row["cashbox_id"] in page
        assert f"сравнено смен: {row['evidence']['compared']}" in page
    path = f"/links/{proposed[0]['register_link_id']}/confirm"
    token = anna.token("/links")
    assert anna.post(path, token=token).status_code == 400
    before = links(unconfirmed, "in_force")
    answer = anna.post(path, token=token, reason="сверили <заводские номера>")
    assert answer.status_code == 303
    assert "Связь подтверждена" in anna.client.get(answer.headers["Location"]).text
    (put,) = [row for row in links(unconfirmed, "in_force") if row not in before]
    assert (put["cashbox_id"], put["kkt_reg_id"], put["decided_by"]) == (
        proposed[0]["cashbox_id"],
        proposed[0]["kkt_reg_id"],
        "anna",
    )
    assert "сверили &lt;заводские номера&gt;" in anna.page("/links")
    assert anna.post(path, token=token, reason="again").status_code == 409


def test_a_link_is_taken_back_and_set_by_a_person(unconfirmed: Town) -> None:
    anna = Browser(unconfirmed.context, "anna")
    true = {row["cashbox_id"]: row["kkt_reg_id"] for row in unconfirmed.sandbox.market_truth()}
    before = links(unconfirmed, "in_force")
    (cashbox, *_) = [row["cashbox_id"] for row in loose_cashboxes(unconfirmed.warehouse, unconfirmed.inn)]
    register = true[cashbox]
    token, path = anna.token("/links"), f"/links/{unconfirmed.inn}/set"
    assert cashbox in anna.page("/links").partition("Кассы Маркета без связи")[2]
    fields = {"cashbox": cashbox, "kkt_reg_id": register, "reason": "the serial numbers were looked at"}
    for wrong in ({"reason": ""}, {"kkt_reg_id": "7"}, {"cashbox": ""}, {"first_day": "soon"}):
        assert anna.post(path, token=token, **(fields | wrong)).status_code == 400
    assert anna.post(path, token=token, **(fields | {"cashbox": "unknown"})).status_code == 409
    assert links(unconfirmed, "in_force") == before
    assert anna.post(path, token=token, **fields).status_code == 303
    (put,) = [row for row in links(unconfirmed, "in_force") if row not in before]
    assert (put["cashbox_id"], put["kkt_reg_id"], put["decided_by"]) == (cashbox, register, "anna")
    assert cashbox not in anna.page("/links").partition("Кассы Маркета без связи")[2]
    taken = anna.post(f"/links/{put['register_link_id']}/withdraw", token=token, reason="it was the other one")
    assert taken.status_code == 303
    assert links(unconfirmed, "in_force") == before
    nowhere = anna.post(path, token=token, cashbox=cashbox, reason="the OFD has none of it")
    assert nowhere.status_code == 303
    assert "нет кассы в ОФД" in anna.page("/links")


def test_an_accountant_cannot_link_cashboxes_of_another_organisation(unconfirmed: Town) -> None:
    unconfirmed.warehouse.run("page_user_grant", user_name="boris", inn=None, granted_by="test")
    boris = Browser(unconfirmed.context, "boris")
    token = boris.token("/links")
    unconfirmed.warehouse.run("page_user_revoke", user_name="boris", inn=None, kpp=None, sales_point=None, by="test")
    proposed = links(unconfirmed, "proposed")
    for path in (
        f"/links/{proposed[0]['register_link_id']}/confirm",
        f"/links/{proposed[0]['register_link_id']}/withdraw",
        f"/links/{unconfirmed.inn}/set",
    ):
        answer = boris.post(path, token=token, reason="mine", cashbox=proposed[0]["cashbox_id"])
        assert answer.status_code == 404
    assert boris.get("/links", inn=unconfirmed.inn).status_code == 404
    assert links(unconfirmed, "proposed") == proposed


# --- decisions


def test_a_conflict_of_two_sources_is_shown_side_by_side_and_the_one_that_is_named_is_booked(
    build_town: BuildTown,
) -> None:
    town = connected(build_town, replace(EASY, unfiscal_permille=25))
    first, *_ = [row for row in open_decisions(town.warehouse, town.inn) if row["competing_shift_id"]]
    anna = Browser(town.context, "anna")
    page = anna.page(f"/decisions/{first['decision_id']}")
    section = page[page.index(f'id="card-{first["decision_id"]}"') :].partition("</section>")[0]
    assert "Контур.ОФД" in section
    assert "Контур.Маркет" in section
    assert first["cashbox_id"] in section
    assert first["competing_kkt_reg_id"] in section
    for name in ("keep-ofd", "keep-market", "both"):
        assert f'value="{name}"' in section
    assert (
        "Рекомендуем: <b>Это одна смена: провести по ОФД</b> — по фискальным данным верна смена ОФД; в ОФД нет чека №"
        in section
    )
    for pair in first["difference"].values():
        kept, held = (written(one) if isinstance(one, Decimal) else one for one in pair)
        assert f'class="differs">{kept}</td><td class="differs">{held}<' in section
    asked = {"token": anna.token("/decisions"), "decision": first["decision_id"], "reason": "the tape"}
    assert anna.post("/decisions/resolve", word="keep-market", **asked).status_code == 303
    outcomes = {row["shift_id"]: row["outcome"] for row in town.shifts()}
    assert (outcomes[first["shift_id"]], outcomes[first["competing_shift_id"]]) == ("issued", "duplicate")


def test_differences_of_two_sources_are_resolved_many_at_once_all_or_none(build_town: BuildTown) -> None:
    town = connected(build_town, replace(EASY, unfiscal_permille=80))
    waiting = [row["decision_id"] for row in open_decisions(town.warehouse, town.inn) if row["competing_shift_id"]]
    assert len(waiting) > 2
    anna = Browser(town.context, "anna")
    page = anna.page("/decisions")
    assert set(re.findall(r'name="decision" form="many" value="(\d+)"', page)) >= set(map(str, waiting))
    token = re.search(r'id="many".*?name="token" value="([^"]*)"', page, re.DOTALL)[1]
    asked = {"token": token, "word": "keep-ofd", "reason": "the till lost cheques"}
    before = town.orders(), town.shifts()
    assert anna.post("/decisions/resolve", decision=[*waiting, 10**9], **asked).status_code == 404
    assert anna.post("/decisions/resolve", decision=waiting, **(asked | {"word": "reverse"})).status_code == 409
    assert (town.orders(), town.shifts()) == before
    done = anna.post("/decisions/resolve", decision=waiting, **asked)
    assert done.status_code == 303
    assert f"Оставить данные ОФД, {len(waiting)}" in anna.client.get(done.headers["Location"]).text
    assert not [row for row in open_decisions(town.warehouse, town.inn) if row["competing_shift_id"]]
    rows = town.sql(
        "select distinct resolution, resolved_by, resolution_reason from control.decision where decision_id = any(%s)",
        waiting,
    )
    assert rows == [("keep-ofd", "anna", "the till lost cheques")]
    assert {row["outcome"] for row in town.shifts() if row["source"] == "market"} == {"duplicate"}


def test_an_accepted_document_that_market_reports_with_other_contents_waits_for_a_person(build_town: BuildTown) -> None:
    shops = replace(EASY, every_offline=1, longest_offline_days=4)
    town = build_town(WORLD, behaviour={"market": shops}, now=datetime(2025, 12, 2, 6))
    town.enable_market(FIRST)
    town.warehouse.run("page_user_grant", user_name="anna", inn=town.inn, granted_by="test")
    asked: list[dict[str, Any]] = []
    for day in range(2, 20):
        town.set_day(date(2025, 12, day), 6)
        town.load(product=MARKET)
        asked = [row for row in open_decisions(town.warehouse, town.inn) if row["document_id"]]
        if asked:
            break
        new = [str(row["document_id"]) for row in town.table("accounting.market_document", "document_id")]
        with town.warehouse.transaction() as transaction:
            mark(transaction, new, status=ACCEPTED, by="Анна")
    first = asked[0]
    anna = Browser(town.context, "anna")
    page = anna.page(f"/decisions/{first['decision_id']}")
    section = page[page.index(f'id="card-{first["decision_id"]}"') :].partition("</section>")[0]
    assert f"/documents/{first['document_id']}" in section
    assert re.findall(r'name="word" value="([^"]*)"', section) == ["keep-market", "reverse"]
    assert first["kept"]["digest"] not in section
    asked = {"token": anna.token("/decisions"), "decision": first["decision_id"], "reason": "the till was offline"}
    assert anna.post("/decisions/resolve", word="keep-ofd", **asked).status_code == 409
    assert anna.post("/decisions/resolve", word="reverse", **asked).status_code == 303
    ((status, revision),) = town.sql(
        "select status, revision from accounting.market_document where document_id = %s", first["document_id"]
    )
    assert (status, revision) == ("new", 2)
    reported = anna.page(f"/documents/{first['document_id']}")
    assert "Прежние редакции" in reported
    assert "the till was offline" in reported


# --- the plan of Kontur.Market


def test_the_plan_of_market_is_shown_and_nothing_of_it_is_kept(market: Town) -> None:
    market.sql("delete from control.coverage where product = 'market'")
    before = market.sql("select count(*) from control.batch")
    anna, path = Browser(market.context, "anna"), f"/integrations/{market.inn}/market"
    assert f'action="/smena{path}/plan"' in anna.page(path)
    answer = anna.post(f"{path}/plan")
    assert answer.status_code == 200
    assert "Ничего не загружено" in answer.text
    for (shop,) in market.sql("select shop_id from control.shop"):
        assert shop in answer.text
    assert market.sql("select count(*) from control.batch") == before
    assert market.sql("select count(*) from control.coverage where product = 'market'") == [(0,)]
