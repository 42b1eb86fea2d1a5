"""A message goes out once, whatever happens, and no secret with it."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from threading import Thread

import pytest

from demo.ports import HOST, pick_free_port
from smena.airflow.connections import messenger_from_environment
from smena.alerts.outgoing import gather, send
from smena.model.errors import PassingFault, RefusedByService
from smena.sources.messenger import Channel, Messenger
from smena.warehouse.database import Warehouse
from tests.integration.alert_receivers import Hook, Post
from tests.integration.alerts.trouble import (
    NOW,
    QUICK,
    SECRET,
    counts,
    messenger_of,
    put_decisions,
)
from tests.invented import ROMASHKA, VASILEK
from tests.unit.cli.commands import Cli


def test_each_organisation_gets_its_own_message_and_the_next_call_sends_nothing(
    troubled: Warehouse, hook: Hook
) -> None:
    messages = gather(troubled, NOW)
    first = send(troubled, messages, messenger_of(hook), sent_by="test")
    assert first.sent == [VASILEK, ROMASHKA]
    assert [one["organization_inn"] for one in hook.came] == [VASILEK, ROMASHKA]
    assert hook.came == [message.payload for message in messages]
    again = send(troubled, gather(troubled, NOW), messenger_of(hook), sent_by="test")
    assert (again.sent, again.before) == ([], [VASILEK, ROMASHKA])
    # One message per day, though there is more to report now; the rest is sent tomorrow.
    put_decisions(troubled, VASILEK, 1, first=2)
    changed = gather(troubled, NOW + timedelta(hours=3))
    assert counts(changed[0]) == {"decision": 2}
    assert send(troubled, changed, messenger_of(hook), sent_by="test").sent == []
    tomorrow = gather(troubled, NOW + timedelta(days=1))
    assert send(troubled, tomorrow, messenger_of(hook), sent_by="test").sent == [VASILEK, ROMASHKA]
    assert len(hook.came) == 4


def test_two_senders_at_once_send_each_message_once(troubled: Warehouse, hook: Hook) -> None:
    messages = gather(troubled, NOW)
    threads = [
        Thread(target=send, args=(troubled, messages, messenger_of(hook)), kwargs={"sent_by": "test"}) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one["organization_inn"] for one in hook.came) == [VASILEK, ROMASHKA]


def test_a_webhook_is_tried_again_and_then_given_up_and_what_did_not_go_out_goes_the_next_time(
    troubled: Warehouse, hook: Hook
) -> None:
    messages = gather(troubled, NOW)
    hook.statuses = [503]
    assert send(troubled, messages[:1], messenger_of(hook), sent_by="test").sent == [VASILEK]
    hook.statuses = [503, 502]
    with pytest.raises(PassingFault, match="alerts webhook: HTTP 502, attempts: 2"):
        send(troubled, messages, messenger_of(hook), sent_by="test")
    assert send(troubled, messages, messenger_of(hook), sent_by="test").sent == [ROMASHKA]
    assert {headers["Idempotency-Key"] for headers in hook.headers} == {one.digest for one in messages}
    assert {headers["Authorization"] for headers in hook.headers} == {f"Bearer {SECRET}"}


def test_a_message_that_is_refused_costs_the_others_nothing(troubled: Warehouse, hook: Hook) -> None:
    hook.statuses = [400]
    with pytest.raises(RefusedByService, match="HTTP 400"):
        send(troubled, gather(troubled, NOW), messenger_of(hook), sent_by="test")
    assert [one["organization_inn"] for one in hook.came] == [ROMASHKA]


def test_no_secret_is_in_a_log_or_an_error(troubled: Warehouse, hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    messages = gather(troubled, NOW)
    telegram = Channel("telegram", base_url=f"http://{HOST}:{hook.port}", password=SECRET, extra={"chat_id": "-100"})
    hook.statuses = [500, 500]
    said = []
    with pytest.raises(PassingFault) as one:
        send(troubled, messages, messenger_of(hook, "/services/T0/tainoe-mesto"), sent_by="test")
    said.append(str(one.value))
    hook.statuses = [401]
    with pytest.raises(RefusedByService) as other:
        send(troubled, messages[:1], Messenger(telegram, QUICK), sent_by="test")
    said += [str(other.value), repr(telegram), caplog.text]
    assert "urllib3" in caplog.text
    assert not [text for text in said if SECRET in text or "tainoe-mesto" in text]


def test_telegram_gets_the_text_and_the_chat(troubled: Warehouse, hook: Hook) -> None:
    channel = Channel("telegram", base_url=f"http://{HOST}:{hook.port}", password=SECRET, extra={"chat_id": "-100"})
    (message,) = gather(troubled, NOW, inn=ROMASHKA)
    send(troubled, [message], Messenger(channel, QUICK), sent_by="test")
    assert hook.paths == [f"/bot{SECRET}/sendMessage"]
    assert (hook.came[0]["chat_id"], hook.came[0]["text"]) == ("-100", message.text)


def mail_channel(post: Post) -> Channel:
    extra = {"from_email": "smena@example.org", "to": "a@example.org, b@example.org", "disable_ssl": True}
    return Channel("smtp", host=HOST, port=post.port, extra=extra | {"disable_tls": "true"})


def test_a_mail_goes_to_everyone_whole_and_a_passing_fault_is_tried_again(troubled: Warehouse, post: Post) -> None:
    (message,) = gather(troubled, NOW, inn=ROMASHKA)
    post.codes = [451]
    send(troubled, [message], Messenger(mail_channel(post), QUICK), sent_by="test")
    (mail,) = post.mails
    assert (mail["Subject"], mail["To"]) == (message.subject, "a@example.org, b@example.org")
    assert mail.get_content().rstrip("\n") == message.text


def test_a_mail_server_that_refuses_or_is_not_there_says_so(troubled: Warehouse, post: Post) -> None:
    (message,) = gather(troubled, NOW, inn=ROMASHKA)
    post.codes = [554]
    with pytest.raises(RefusedByService, match="alerts mail: SMTP 554"):
        send(troubled, [message], Messenger(mail_channel(post), QUICK), sent_by="test")
    nowhere = mail_channel(Post(port=pick_free_port()))
    with pytest.raises(PassingFault, match=r"ConnectionRefusedError.*attempts: 2"):
        send(troubled, [message], Messenger(nowhere, QUICK), sent_by="test")
    assert send(troubled, [message], Messenger(mail_channel(post), QUICK), sent_by="test").sent == [ROMASHKA]


def test_without_a_connection_the_log_says_so_and_no_message_counts_as_sent(
    troubled: Warehouse, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, hook: Hook
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SMENA_ALERTS", raising=False)
    messages = gather(troubled, NOW)
    assert send(troubled, messages, messenger_from_environment(), sent_by="test").channel is None
    assert "2 alerts not sent: there is no connection `smena_alerts`" in caplog.text
    assert len(send(troubled, messages, messenger_of(hook), sent_by="test").sent) == 2


def test_the_command_prints_and_sends_once(troubled: Warehouse, hook: Hook) -> None:
    own = json.dumps(
        {"conn_type": "http", "host": f"http://{HOST}:{hook.port}/hook?key=tainyi-klyuch", "password": SECRET}
    )
    cli = Cli(
        {"AIRFLOW_CONN_WAREHOUSE": troubled.dsn, "AIRFLOW_CONN_SMENA_ALERTS": own}, secrets=(SECRET, "tainyi-klyuch")
    )
    reported = cli.here("alerts", "--inn", ROMASHKA, "--json")
    assert (reported.code, hook.came) == (1, [])
    assert [one["organization_inn"] for one in reported.data["messages"]] == [ROMASHKA]
    assert cli.here("alerts", "--send", "--json").data["sent"] == [VASILEK, ROMASHKA]
    assert cli.here("alerts", "--send", "--json").data["sent_before"] == [VASILEK, ROMASHKA]
    assert hook.paths == ["/hook?key=tainyi-klyuch"] * 2
