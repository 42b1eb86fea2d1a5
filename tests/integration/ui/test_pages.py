"""What the pages show of a loaded town, and what happens when a person decides on them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from demo.signing import invent_head
from smena.mandates import lifecycle
from smena.model.money import written
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from tests.integration.decisions.deciding import FIRST, LAST, Office
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town, head_of

RUN = "/dags/ofd_z_reports/runs/test"


def a_sale(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order of sales of the first organisation, and its shift."""
    order = next(
        one for one in town.orders()
        if one["organization_inn"] == town.inns[0] and one["operation"] == "cash_income"
        and one["date"] == date(2026, 1, 2)
    )  # fmt: skip
    return order, next(one for one in town.shifts() if one["shift_id"] == order["shift_id"])


def test_the_calendar_shows_a_loaded_day_as_complete_and_leads_to_its_shifts_and_its_run(
    browser: OpenBrowser, town: Town
) -> None:
    anna = browser("anna")
    inn, day = town.inns[0], date(2026, 1, 2)
    for path in ("/completeness", f"/completeness/{inn}"):
        page = anna.page(path, month="2026-01")
        cell = re.search(rf'<a class="cell state-(\w+)" href="([^"]*/{inn}/{day}[^"]*)"', page)
        assert cell is not None
        assert cell[1] in ("complete", "late")
        day_page = anna.client.get(cell[2].replace("&amp;", "&")).text
        assert f'<a data-airflow href="{RUN}"' in day_page
    shifts = [one for one in town.shifts() if one["organization_inn"] == inn and one["closed_at"].date() == day]
    assert shifts
    for shift in shifts:
        assert written(shift["cash_income"] or Decimal(0)) in anna.page(f"/completeness/{inn}/{day}")


def test_the_calendar_shows_what_is_missing(browser: OpenBrowser, town: Town) -> None:
    inn, day = town.inns[0], date(2026, 1, 2)
    town.sql("delete from control.covered_day where organization_inn = %s and day = %s", inn, day)
    town.sql(
        "update control.coverage set days = daterange(%s, upper(days)) where organization_inn = %s",
        day + timedelta(days=1), inn,
    )  # fmt: skip
    page = browser("anna").page("/completeness", month="2026-01")
    assert re.search(rf'state-missing" href="[^"]*/{day}', page)
    assert re.search(rf'state-complete" href="[^"]*/{day + timedelta(days=1)}', page)
    registers = browser("anna").page(f"/completeness/{inn}", month="2026-01")
    assert len(re.findall(rf'state-missing" href="[^"]*/{day}', registers)) == 2
    before = browser("anna").page("/completeness", month=f"{FIRST - timedelta(days=40):%Y-%m}")
    assert 'class="cell state-complete" href' not in before
    assert 'class="cell state-disabled" href' in before


def test_a_shift_that_waits_leaves_its_day_open(browser: OpenBrowser, town: Town) -> None:
    _order, shift = a_sale(town)
    town.sql("update accounting.shift set outcome = 'incomplete' where shift_id = %s", shift["shift_id"])
    inn = shift["organization_inn"]
    page = browser("admin").page("/completeness", month="2026-01")
    day = shift["closed_at"].date()
    assert re.search(rf'state-open" href="[^"]*/{inn}/{day}[^"]*" title="[^"]*ждут: 1', page)


def test_a_day_is_paged_through_shift_by_shift(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smena.ui.completeness.SHIFTS_A_PAGE", 1)
    inn = town.inns[0]
    day = date(2026, 1, 2)
    seen, path = [], f"/smena/completeness/{inn}/{day}?product=ofd"
    while path:
        page = browser("anna").client.get(path).text
        seen += re.findall(r'<tr id="([0-9a-f-]{36})"', page)
        more = re.search(r'<a href="([^"]*after=[^"]*)">Ещё', page)
        path = more[1].replace("&amp;", "&") if more else ""
    wanted = [s for s in town.shifts() if s["organization_inn"] == inn and s["closed_at"].date() == day]
    wanted.sort(key=lambda one: (one["closed_at"], str(one["shift_id"])))
    assert seen == [str(one["shift_id"]) for one in wanted]


def test_documents_are_paged_through_each_once_and_none_left_out(
    browser: OpenBrowser, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smena.ui.documents.A_PAGE", 7)
    inn = town.inns[0]
    seen: list[str] = []
    path = f"/smena/documents?inn={inn}"
    while path:
        page = browser("anna").client.get(path).text
        seen += re.findall(r'name="document" value="([0-9a-f-]{36})"', page)
        more = re.search(r'<a href="([^"]*after=[^"]*)">Ещё', page)
        path = more[1].replace("&amp;", "&") if more else ""
    orders = [one for one in town.orders() if one["organization_inn"] == inn]
    orders.sort(key=lambda one: (one["date"], one["number"], str(one["document_id"])), reverse=True)
    assert seen == [str(one["document_id"]) for one in orders]
    assert len(seen) > 7


def test_documents_are_found_by_what_is_asked(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    orders = [one for one in town.orders() if one["organization_inn"] == inn]
    anna = browser("anna")

    def found(**query: str) -> set[str]:
        return set(re.findall(r'name="document" value="([0-9a-f-]{36})"', anna.page("/documents", inn=inn, **query)))

    day = orders[3]["date"]
    assert found(**{"from": str(day), "to": str(day)}) == {str(o["document_id"]) for o in orders if o["date"] == day}
    assert found(number=str(orders[3]["number"])) == {
        str(o["document_id"]) for o in orders if o["number"] == orders[3]["number"]
    }
    assert found(kind="rko") == {str(o["document_id"]) for o in orders if o["kind"] == "rko"}
    assert found(status="accepted") == set()
    assert found(source="market") == set()


def test_a_document_is_opened_down_to_the_digest_of_what_it_was_read_from(browser: OpenBrowser, town: Town) -> None:
    order = next(one for one in town.orders() if one["organization_inn"] == town.inns[0])
    page = browser("anna").page(f"/documents/{order['document_id']}")
    digests = town.sql(
        "select encode(page.sha256, 'hex') from raw.page inner join accounting.shift on page_id = any(evidence)"
        " where shift_id = %s", order["shift_id"],
    )  # fmt: skip
    assert digests
    assert all(digest in page for (digest,) in digests)
    assert written(order["amount"]) in page
    assert RUN in page
    assert browser("boris").get(f"/documents/{order['document_id']}").status_code == 404


def test_many_documents_are_accepted_at_once_and_signed_by_who_did_it(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    ids = [str(one["document_id"]) for one in town.orders() if one["organization_inn"] == inn][:5]
    anna = browser("anna")
    answer = anna.mark(inn, "accepted", document=ids)
    assert answer.status_code == 303
    assert "Принято документов: 5" in anna.client.get(answer.headers["Location"]).text
    accepted = [one for one in town.orders() if one["status"] == "accepted"]
    assert {str(one["document_id"]) for one in accepted} == set(ids)
    assert {one["status_by"] for one in accepted} == {"anna"}
    again = anna.mark(inn, "accepted", document=ids)
    assert again.status_code == 200
    assert "Принимать нечего" in again.text


def test_all_new_ones_of_a_span_are_rejected_with_a_reason(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    form = {"scope": "filter", "from": "2026-01-02", "to": "2026-01-03"}
    assert anna.mark(inn, "rejected", **form).status_code == 400
    assert anna.mark(inn, "rejected", reason="<b>не та касса</b>", **form).status_code == 303
    rejected = [one for one in town.orders() if one["status"] == "rejected"]
    assert {one["organization_inn"] for one in rejected} == {inn}
    assert {one["date"] for one in rejected} == {date(2026, 1, 2), date(2026, 1, 3)}
    page = anna.page(f"/documents/{rejected[0]['document_id']}")
    assert "&lt;b&gt;не та касса&lt;/b&gt;" in page


def test_an_accountant_cannot_act_on_another_organisation(browser: OpenBrowser, town: Town, office: Office) -> None:
    hers, his = town.inns
    foreign = next(one for one in town.orders() if one["organization_inn"] == his)
    own = next(one for one in town.orders() if one["organization_inn"] == hers)
    anna = browser("anna")
    both = [str(own["document_id"]), str(foreign["document_id"])]
    assert anna.post(f"/documents/{hers}/mark", word="accepted", document=both).status_code == 404
    span = {"scope": "filter", "from": str(FIRST), "to": str(LAST)}
    assert anna.post(f"/documents/{his}/mark", word="accepted", **span).status_code == 404
    assert anna.post(f"/integrations/{his}/ofd/ban").status_code == 404
    assert anna.post(f"/integrations/{his}/ofd/plan").status_code == 404
    order, shift = a_sale(town)
    office.accept(order)
    office.report_changed(shift, 100)
    office.load_again()
    (waiting,) = office.waiting()
    refused = browser("boris").post(
        "/decisions/resolve", decision=waiting["decision_id"], word="keep-ofd", reason="mine"
    )
    assert refused.status_code == 404
    assert [one["document_id"] for one in town.orders() if one["status"] != "new"] == [order["document_id"]]
    assert len(office.waiting()) == 1


def test_a_conflict_is_shown_with_both_sides_and_resolved_once(
    browser: OpenBrowser, town: Town, office: Office
) -> None:
    order, shift = a_sale(town)
    office.accept(order)
    office.report_changed(shift, 12_345)
    office.load_again()
    (waiting,) = office.waiting()
    anna = browser("anna")
    assert f'id="decision-{waiting["decision_id"]}"' in anna.page("/decisions")
    page = anna.page(f"/decisions/{waiting['decision_id']}")
    kept, held = waiting["difference"]["cash_income"]
    assert f'class="differs">{written(kept)}</td><td class="differs">{written(held)}<' in page
    assert "источник сообщает другое о смене, ордера которой уже нельзя исправить" in page
    assert 'value="keep-ofd"' in page
    assert 'value="reverse"' in page
    path, asked = "/decisions/resolve", {"decision": waiting["decision_id"], "reason": "the till was counted"}
    assert anna.post(path, word="reverse", decision=waiting["decision_id"]).status_code == 400
    assert anna.post(path, word="reverse", reason="of none").status_code == 400
    assert anna.post(path, word="reverse", reason="of none", decision=2**63).status_code == 400
    assert anna.post(path, word="approve", **asked).status_code == 409
    token = anna.token()
    assert anna.post(path, token=token, word="reverse", **asked).status_code == 303
    replayed = anna.post(path, token=token, word="reverse", **asked)
    assert replayed.status_code == 409
    assert "Ответ уже дан" in replayed.text
    assert "the till was counted" in replayed.text
    assert office.waiting() == []
    assert len([one for one in town.orders() if one["shift_id"] == shift["shift_id"]]) == 2
    assert "the till was counted" in anna.page("/decisions")


def test_an_integration_is_switched_off_and_on_again_by_the_heads_signature(browser: OpenBrowser, town: Town) -> None:
    inn, anna, head = town.inns[0], browser("anna"), head_of(town.inns[0])
    here = f"/integrations/{inn}/ofd"

    def integration_state() -> tuple[str, date]:
        (row,) = lifecycle.status(town.warehouse, inn, "ofd")
        return row["state"], row["start_date"]

    ban = anna.post(f"{here}/ban")
    assert ban.headers["Content-Disposition"].startswith("attachment")
    assert anna.post(f"{here}/disable").status_code == 409
    wrong = invent_head(inn, "another head").sign(ban.content)
    refused = anna.post(f"{here}/disable", files={"signature": ("s.p7s", wrong)})
    assert refused.status_code == 409
    assert town.sql("select verdict from control.mandate_signature where kind = 'ban'") == [("refused",)]
    assert integration_state()[0] == "on"
    good = {"signature": ("s.p7s", head.sign(ban.content))}
    assert anna.post(f"{here}/disable", files=good, reason="сезон окончен").status_code == 303
    assert integration_state()[0] == "off"
    assert "сезон окончен" in anna.page(here)

    outlook = anna.page(here, start="2026-01-01")
    assert "Касс известно: 2" in outlook
    text = anna.post(f"{here}/mandate", start_date="2026-01-01").content
    signed = {"signature": ("s.p7s", head.sign(text))}
    assert anna.post(f"{here}/enable", files=signed, start_date="2026-01-02").status_code == 409
    assert anna.post(f"{here}/enable", files=signed, start_date="2026-01-01").status_code == 303
    assert integration_state() == ("on", date(2026, 1, 1))


def test_the_plan_is_shown_and_nothing_of_it_is_kept(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    town.sql("delete from control.coverage where organization_inn = %s", inn)
    before = town.sql("select count(*) from control.batch")
    answer = browser("anna").post(f"/integrations/{inn}/ofd/plan")
    assert answer.status_code == 200
    assert "Ничего не загружено" in answer.text
    assert town.register() in answer.text
    assert town.sql("select count(*) from control.batch") == before


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\x30" + b"\0" * 64 * 1024, "больше 64"), (b"GIF89a", "не файл подписи"), (b"", "не файл подписи")],
)
def test_an_upload_that_is_no_signature_is_refused_before_it_is_looked_into(
    browser: OpenBrowser, town: Town, content: bytes, why: str
) -> None:
    answer = browser("anna").post(
        f"/integrations/{town.inns[0]}/ofd/disable", files={"signature": ("../../etc/passwd", content)}
    )
    assert answer.status_code == 400
    assert why in answer.text
    assert town.sql("select count(*) from control.mandate_signature where kind = 'ban'") == [(0,)]


def test_quality_shows_checks_and_quarantine_and_escapes_the_record(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    town.sql(
        "insert into control.quarantine (organization_inn, product, kind, step, reason, record, digest, batch_id)"
        " select %s, 'ofd', 'closeShift', 'read', %s, '<script>alert(1)</script>', 'd', max(batch_id)"
        " from control.batch where organization_inn = %s",
        inn, reason(Reason.FAILED_WITH, text="no date: <i>"), inn,
    )  # fmt: skip
    page = browser("anna").page("/quality")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "no date: &lt;i&gt;" in page
    assert "пройдена" in page
    assert "alert(1)" not in browser("auditor", may_act=False).page("/quality", inn=inn)
    assert "alert(1)" not in browser("boris").page("/quality")


def test_a_record_on_a_page_hides_the_buyer_and_the_cashier(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    record = '{"kktRegId": "planted", "operator": "Тайнова Ш.", "customer": {"phone": "+79161112233"}}'
    ((number,),) = town.sql(
        "insert into control.quarantine (organization_inn, product, kind, step, reason, record, digest, batch_id)"
        " select %s, 'ofd', 'receipt', 'read', %s, %s, 'p', max(batch_id)"
        " from control.batch where organization_inn = %s returning quarantine_id",
        inn, reason(Reason.FIELD_MISSING, what="fiscal_sign"), record, inn,
    )  # fmt: skip
    for page in (browser("anna").page(f"/quality/quarantine/{number}"), browser("anna").page("/quality")):
        assert "planted" in page
        assert "•••" in page
        assert "Тайнова" not in page
        assert "79161112233" not in page


def test_a_run_of_airflow_leads_to_what_it_loaded(browser: OpenBrowser, town: Town) -> None:
    page = browser("anna").page("/run", run_id="test", dag_id="ofd_z_reports")
    assert f"/smena/completeness/{town.inns[0]}/" in page
    assert town.inns[1] not in page
    assert f'<a data-airflow href="{RUN}"' in page


def test_the_pages_are_shown_in_english_too_and_the_choice_is_kept(unloaded_browser: OpenBrowser) -> None:
    anna = unloaded_browser("anna")
    assert '<html lang="ru">' in anna.page("/completeness")
    assert "Completeness" in anna.page("/completeness", lang="en")
    assert '<html lang="en">' in anna.page("/decisions")
    assert "Полнота" in anna.page("/completeness", lang="ru")


def test_times_are_shown_with_their_zone(browser: OpenBrowser, town: Town) -> None:
    inn = town.inns[0]
    document = next(one["document_id"] for one in town.orders() if one["organization_inn"] == inn)
    for path in (
        "/integrations", f"/integrations/{inn}/ofd", f"/quality?inn={inn}", f"/documents/{document}",
        "/run?dag_id=ofd_z_reports&run_id=test",
    ):  # fmt: skip
        times = re.findall(r"\d\d\.\d\d\.\d{4} \d\d:\d\d(.{8})", browser("anna").page(path))
        assert times and set(times) == {" (UTC+3)"}, path
