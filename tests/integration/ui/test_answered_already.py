"""An answer to a question that was answered meanwhile is refused with who, when and how; nothing changes."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from smena.decisions import links as linking
from smena.decisions import quarantine as records
from smena.mandates import lifecycle
from smena.model.errors import AlreadyAnswered
from smena.warehouse.database import Transaction
from tests.integration.conftest import BuildTown
from tests.integration.decisions.deciding import MORE, Office
from tests.integration.ui.conftest import OpenBrowser
from tests.integration.ui.test_market_pages import EASY, connected, links
from tests.integration.ui.test_market_pages import unconfirmed as unconfirmed
from tests.integration.ui.test_pages import a_sale
from tests.integration.ui.test_proof_pages import with_rejects as with_rejects
from tests.town import Town, head_of


def says(answer: Any, *words: str) -> bool:
    """Whether the refusal says what was answered, by whom, when (UTC) and why."""
    text = answer.text
    return (
        answer.status_code == 409
        and "Ответ уже дан" in text
        and "ничего не изменено" in text
        and re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d UTC", text) is not None
        and all(word in text for word in words)
    )


def two_conflicts(town: Town, office: Office) -> list[int]:
    sales = [
        one for one in town.orders()
        if one["organization_inn"] == town.inns[0] and one["operation"] == "cash_income"
    ][:2]  # fmt: skip
    for order in sales:
        office.accept(order)
        office.report_changed(office.shift_of(order), MORE, beside=True)
    office.load_again()
    return [row["decision_id"] for row in office.waiting()]


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_a_decision_that_was_answered_by_another_with_the_contrary_word(
    browser: OpenBrowser, town: Town, office: Office, many: bool
) -> None:
    first, second = two_conflicts(town, office)
    anna = browser("anna")
    token = anna.token("/decisions")
    admin = browser("admin").post("/decisions/resolve", decision=first, word="keep-ofd", reason="по <ленте>")
    assert admin.status_code == 303
    before = town.orders(), town.shifts(), town.table("control.decision", "decision_id")
    asked = [first, second] if many else first
    answer = anna.post("/decisions/resolve", token=token, decision=asked, word="reverse", reason="кассир ошибся")
    assert says(answer, f"Решение № {first}", "Оставить данные ОФД", "admin", "по &lt;ленте&gt;")
    assert (f"Решение № {second}" in answer.text) is False
    assert (town.orders(), town.shifts(), town.table("control.decision", "decision_id")) == before


def test_every_decision_of_many_that_was_answered_is_named(browser: OpenBrowser, town: Town, office: Office) -> None:
    both = two_conflicts(town, office)
    anna = browser("anna")
    token = anna.token("/decisions")
    browser("admin").post("/decisions/resolve", decision=both, word="keep-ofd", reason="по ленте")
    answer = anna.post("/decisions/resolve", token=token, decision=both, word="keep-ofd", reason="тоже")
    assert says(answer, *(f"Решение № {one}" for one in both))


def test_a_decision_that_the_source_has_answered_itself(browser: OpenBrowser, town: Town, office: Office) -> None:
    order, shift = a_sale(town)
    office.accept(order)
    office.report_changed(shift, MORE)
    office.load_again()
    (waiting,) = office.waiting()
    anna = browser("anna")
    token = anna.token("/decisions")
    town.sandbox.faults.clear()
    office.load_again()
    answer = anna.post(
        "/decisions/resolve", token=token, decision=waiting["decision_id"], word="reverse", reason="сумма другая"
    )
    assert says(answer, f"Решение № {waiting['decision_id']}", "расхождение исчезло", "программа по правилу")


def test_a_link_that_was_confirmed_or_taken_back(unconfirmed: Town) -> None:
    from tests.integration.ui.browser import Browser

    unconfirmed.warehouse.run("page_user_grant", user_name="boris", inn=None, granted_by="test")
    anna, boris = Browser(unconfirmed.context, "anna"), Browser(unconfirmed.context, "boris")
    proposed = links(unconfirmed, "proposed")[0]
    number = proposed["register_link_id"]
    token = anna.token("/links")
    assert boris.post(f"/links/{number}/confirm", reason="номера сверены").status_code == 303
    before = unconfirmed.table("control.register_link", "register_link_id")
    for word in ("confirm", "withdraw"):
        answer = anna.post(f"/links/{number}/{word}", token=token, reason="не та касса")
        assert says(answer, f"Связь № {number}", "подтверждена", "boris", "номера сверены"), word
    fields = {"cashbox": proposed["cashbox_id"], "kkt_reg_id": proposed["kkt_reg_id"], "reason": "и я так думаю"}
    again = anna.post(f"/links/{unconfirmed.inn}/set", token=token, **fields)
    assert says(again, "действует", "boris", "номера сверены")
    assert unconfirmed.table("control.register_link", "register_link_id") == before
    (put,) = [row for row in links(unconfirmed, "in_force") if row["decided_by"] == "boris"]
    path = f"/links/{put['register_link_id']}/withdraw"
    assert boris.post(path, reason="это другая касса").status_code == 303
    taken = anna.post(path, token=token, reason="и я")
    assert says(taken, f"Связь № {put['register_link_id']}", "отозвана", "boris", "это другая касса")


def test_records_of_the_quarantine_one_and_many(browser: OpenBrowser, town: Town, with_rejects: list[int]) -> None:
    inn = town.inns[0]
    anna = browser("anna")
    token = anna.token("/quality")
    admin = browser("admin").post(f"/quality/{inn}/give-up", record=with_rejects[0], reason="касса утилизирована")
    assert admin.status_code == 303
    before = town.quarantine()
    for asked in (with_rejects[0], with_rejects[:2]):
        answer = anna.post(f"/quality/{inn}/give-up", token=token, record=asked, reason="не нужна")
        assert says(answer, f"Запись карантина № {with_rejects[0]}", "списана", "admin", "касса утилизирована")
        assert town.quarantine() == before
    town.sql(
        "update control.quarantine set state = 'released', resolved_by = 'rule', resolved_at = now(),"
        " resolved_batch_id = batch_id, resolution_reason = 'read_again'"
        " where quarantine_id = %s",
        with_rejects[1],
    )
    for path in ("retry", "give-up"):
        answer = anna.post(f"/quality/{inn}/{path}", token=token, record=with_rejects[1], reason="ещё раз")
        assert says(
            answer,
            f"Запись карантина № {with_rejects[1]}",
            "исправлена источником",
            "программа по правилу",
            "дни прочитаны снова",
        )


def test_an_integration_that_was_switched_by_another(browser: OpenBrowser, town: Town) -> None:
    inn, anna, admin = town.inns[0], browser("anna"), browser("admin")
    here = f"/integrations/{inn}/ofd"
    head = head_of(inn)
    token = anna.token(here)
    ban = admin.post(f"{here}/ban")
    signed = {"signature": ("s.p7s", head.sign(ban.content))}
    assert admin.post(f"{here}/disable", files=signed, reason="сезон окончен").status_code == 303
    again = anna.post(f"{here}/disable", token=token, files=signed)
    assert says(again, "выключена", "admin", "сезон окончен")
    assert says(anna.post(f"{here}/ban", token=token), "выключена", "admin")
    text = admin.post(f"{here}/mandate", start_date="2026-01-01").content
    mandate = {"signature": ("s.p7s", head.sign(text))}
    assert admin.post(f"{here}/enable", files=mandate, start_date="2026-01-01").status_code == 303
    for start in ("2026-01-01", "2026-01-02"):
        answer = anna.post(f"{here}/enable", token=token, files=mandate, start_date=start)
        assert says(answer, "включена", "admin"), start
    assert lifecycle.status(town.warehouse, inn, "ofd")[0]["changed_by"] == "admin"


def at_once(town: Town, act: Callable[[Transaction, str], object]) -> list[BaseException]:
    """Two people do the same; the second begins before the first has committed. Return the second's answer."""
    found: list[BaseException] = []

    def second() -> None:
        try:
            with town.warehouse.transaction() as transaction:
                act(transaction, "вера")
        except AlreadyAnswered as error:
            found.append(error)

    with town.warehouse.transaction() as transaction:
        act(transaction, "борис")
        other = threading.Thread(target=second)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "the second did not wait for the first"
    other.join(20)
    return found


def test_of_two_who_confirm_a_link_at_once_the_second_is_refused_with_the_first(unconfirmed: Town) -> None:
    number = links(unconfirmed, "proposed")[0]["register_link_id"]
    (reported,) = at_once(unconfirmed, lambda doing, who: linking.withdraw(doing, number, by=who, reason="не она"))
    assert "is withdrawn already, by борис" in str(reported)
    (row,) = [one for one in links(unconfirmed, "withdrawn") if one["register_link_id"] == number]
    assert row["withdrawn_by"] == "борис"


def test_of_two_who_give_up_a_record_at_once_the_second_is_refused_with_the_first(
    town: Town, with_rejects: list[int]
) -> None:
    (reported,) = at_once(town, lambda doing, who: records.give_up(doing, with_rejects[:1], by=who, reason="не нужна"))
    assert "is given_up already, by борис" in str(reported)


def test_both_words_of_two_sources_are_refused_after_the_first(build_town: BuildTown) -> None:
    from smena.decisions.conflicts import open_decisions
    from tests.integration.ui.browser import Browser

    town = connected(build_town, replace(EASY, unfiscal_permille=25))
    first, *_ = [row for row in open_decisions(town.warehouse, town.inn) if row["competing_shift_id"]]
    anna = Browser(town.context, "anna")
    token = anna.token("/decisions")
    asked = {"token": token, "decision": first["decision_id"], "reason": "лента"}
    assert anna.post("/decisions/resolve", word="both", **asked).status_code == 303
    for word in ("keep-ofd", "keep-market", "both"):
        assert says(anna.post("/decisions/resolve", word=word, **asked), "Оставить оба", "anna", "лента")
