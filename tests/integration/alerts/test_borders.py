"""An alert, an organisation or a message that fails does not stop the others; the message says what was not checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from smena.alerts import outgoing, words
from smena.alerts.outgoing import Message, gather, send, send_daily
from smena.model.errors import PassingFault, UnexpectedError, WrongUse
from smena.warehouse.database import Transaction, Warehouse
from tests.integration.alert_receivers import Hook
from tests.integration.alerts.trouble import NOW, counts, messenger_of
from tests.invented import ROMASHKA, VASILEK
from tests.town import QuickContext


def statement_fails(patch: pytest.MonkeyPatch, statement: str, *, inn: str | None) -> None:
    """The statement raises for one organisation, or for every one where there is no ИНН."""
    rows = Transaction.rows

    def failing(one: Transaction, name: str, /, **parameters: Any) -> Any:
        if name == statement and (inn is None or parameters["inn"] in (None, inn)):
            return rows(one, "no_such_statement_or_" + name)
        return rows(one, name, **parameters)

    patch.setattr(Transaction, "rows", failing)


def refusing(of: str, error: Exception) -> Callable[..., bool]:
    once = outgoing._send_once

    def sending(warehouse: Warehouse, message: Message, *more: Any) -> bool:
        if message.inn == of:
            raise error
        return once(warehouse, message, *more)

    return sending


def test_a_kind_that_cannot_be_read_of_one_organisation_is_named_to_it_and_read_of_the_others(
    troubled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement_fails(monkeypatch, "alert_decisions", inn=ROMASHKA)
    vasilek, romashka = gather(troubled, NOW)
    assert counts(vasilek) == {"decision": 1}
    assert counts(romashka) == {"gap": 1, "unchecked": 1, "quarantine": 3}
    assert "• не проверено: что ждёт решения (непредвиденная ошибка: " in romashka.text
    assert romashka.payload["alerts"][1]["details"]["kind"] == "decision"


@pytest.mark.parametrize("kind", outgoing._STATEMENTS)
def test_a_kind_that_cannot_be_read_at_all_is_named_to_everybody(
    troubled: Warehouse, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    statement_fails(monkeypatch, outgoing._STATEMENTS[kind], inn=None)
    for message in gather(troubled, NOW):
        assert [one.details["kind"] for one in message.alerts if one.kind == "unchecked"] == [kind]


def test_an_error_of_the_server_in_one_statement_does_not_stop_the_others(
    troubled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Transaction.rows

    def failing(one: Transaction, name: str, /, **parameters: Any) -> Any:
        if name == "alert_gaps":
            with one.connection.cursor() as cursor:
                cursor.execute("select 1 / 0")
        return rows(one, name, **parameters)

    monkeypatch.setattr(Transaction, "rows", failing)
    vasilek, romashka = gather(troubled, NOW)
    assert counts(vasilek) == {"unchecked": 1, "decision": 1}
    assert "division by zero" in romashka.text


def test_a_row_that_cannot_be_put_into_words_does_not_stop_the_others(
    troubled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = words._SAID["decision"]

    def failing(row: Any, now: Any) -> Any:
        if row["count"] == 2:
            raise KeyError("kind")
        return said(row, now)

    monkeypatch.setitem(words._SAID, "decision", failing)
    vasilek, romashka = gather(troubled, NOW)
    assert counts(vasilek) == {"decision": 1}
    assert counts(romashka) == {"gap": 1, "unchecked": 1, "quarantine": 3}


def test_a_message_that_cannot_be_made_says_so_and_the_others_are_made(
    troubled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    headline = outgoing.headline

    def failing(name: str, inn: str, day: Any) -> str:
        if "Ромашка" in name:
            raise ValueError(name)
        return headline(name, inn, day)

    monkeypatch.setattr(outgoing, "headline", failing)
    vasilek, romashka = gather(troubled, NOW)
    assert counts(vasilek) == {"decision": 1}
    assert "не проверено: сообщение целиком" in romashka.text


@pytest.mark.parametrize(
    ("error", "raised"),
    [(KeyError("x"), UnexpectedError), (PassingFault("alerts webhook: HTTP 503"), PassingFault)],
)
def test_a_message_that_does_not_go_out_does_not_stop_the_others_and_goes_the_next_time(
    troubled: Warehouse, hook: Hook, monkeypatch: pytest.MonkeyPatch, error: Exception, raised: type[Exception]
) -> None:
    messages = gather(troubled, NOW)
    monkeypatch.setattr(outgoing, "_send_once", refusing(VASILEK, error))
    with pytest.raises(raised):
        send(troubled, messages, messenger_of(hook), sent_by="test")
    assert [one["organization_inn"] for one in hook.came] == [ROMASHKA]
    monkeypatch.undo()
    assert send(troubled, messages, messenger_of(hook), sent_by="test").sent == [VASILEK]


def test_a_fault_that_may_pass_is_raised_before_a_refusal_so_that_the_task_is_tried_again(
    troubled: Warehouse, hook: Hook
) -> None:
    hook.statuses = [400, 503, 503]
    with pytest.raises(PassingFault, match="HTTP 503"):
        send(troubled, gather(troubled, NOW), messenger_of(hook), sent_by="test")


def test_a_channel_that_keeps_messages_waiting_too_long_is_abandoned(
    troubled: Warehouse, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "LONGEST_UNANSWERED_S", 0.0)
    hook.statuses = [503, 503]
    with pytest.raises(PassingFault):
        send(troubled, gather(troubled, NOW), messenger_of(hook), sent_by="test")
    assert hook.came == []


def test_a_setting_that_cannot_be_read_stops_no_alert(
    troubled: Warehouse, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMENA_ALERT_QUARANTINE", "many")
    context = QuickContext(troubled, lambda _: None, now=lambda: NOW)  # type: ignore[arg-type, return-value]
    with pytest.raises(WrongUse, match="SMENA_ALERT_QUARANTINE"):
        send_daily(context, messenger_of(hook), sent_by="test")
    assert [one["organization_inn"] for one in hook.came] == [VASILEK, ROMASHKA]
