"""One message a day and organisation, of all that is not as it should be; sent once, whatever happens."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest

from demo.ports import HOST, pick_free_port
from smena.connections import messenger_from_environment
from smena.model.errors import PassingFault, RefusedByService, WrongUse
from smena.pipeline.alerts import Message, gather, quarantine_borne, send
from smena.sources.http import Patience
from smena.sources.messenger import Channel, Messenger
from smena.warehouse.database import Warehouse
from tests.integration.alert_receivers import Hook, Post, post_office, webhook
from tests.invented import ROMASHKA, VASILEK
from tests.town import EASY, Town
from tests.unit.cli.commands import Cli
from tests.unit.cli.written_commands import parse

NOW = datetime(2026, 1, 20, 4, tzinfo=UTC)
QUICK = Patience(connect_s=2, read_s=2, deadline_s=5, attempts=2, first_pause_s=0.001)
SECRET = "123456:tajna-tajna"


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as made:
        yield made


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as made:
        yield made


def messenger_of(hook: Hook, path: str = "/hook") -> Messenger:
    return Messenger(Channel("http", base_url=f"http://{HOST}:{hook.port}{path}", password=SECRET), QUICK)


def run(warehouse: Warehouse, statement: str, **values: object) -> None:
    with warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(statement, values)


def register(warehouse: Warehouse, inn: str, name: str, *, through: date = date(2026, 1, 19)) -> None:
    """An organisation that has Market since the tenth of January, and is loaded through a day, by one batch."""
    run(
        warehouse,
        """
        insert into control.organization (inn, name, tariff) values (%(inn)s, %(name)s, 'uchetny');
        insert into control.integration (organization_inn, product, state, start_date, changed_by)
        values (%(inn)s, 'market', 'on', '2026-01-10', 'test');
        insert into control.batch (organization_inn, product, run_id, reason, detail, state, finished_at)
        values (%(inn)s, 'ofd', 'night', 'planned', 'totals', 'published', now());
        insert into control.covered_day (organization_inn, product, day, batch_id)
        select %(inn)s, 'market', day::date, (select batch_id from control.batch where organization_inn = %(inn)s)
        from generate_series('2026-01-10'::date, %(through)s, '1 day') as day
        """,
        inn=inn,
        name=name,
        through=through,
    )


def put_gap(warehouse: Warehouse, inn: str, *, reason: str = "no_permission", register: str = "0000000001") -> None:
    run(
        warehouse,
        """
        insert into control.gap (organization_inn, product, kkt_reg_id, days, reason)
        values (%(inn)s, 'ofd', %(register)s, '[2026-01-11,2026-01-13)', %(reason)s)
        """,
        inn=inn,
        reason=reason,
        register=register,
    )


def put_decisions(warehouse: Warehouse, inn: str, many: int, *, first: int = 1) -> None:
    run(
        warehouse,
        """
        insert into control.decision
        (organization_inn, kind, shift_id, reason, kept, held, digest, decided_by, batch_id)
        select
            %(inn)s, 'conflict', gen_random_uuid(), 'sums differ', '{}', '{}', place::text, 'rule', batch_id
        from generate_series(%(first)s, %(first)s + %(many)s - 1) as place, control.batch
        where organization_inn = %(inn)s
        """,
        inn=inn,
        many=many,
        first=first,
    )


def put_in_quarantine(warehouse: Warehouse, inn: str, many: int) -> None:
    run(
        warehouse,
        """
        insert into control.quarantine
        (organization_inn, product, kind, step, reason, record, digest, batch_id)
        select %(inn)s, 'ofd', 'z_report', 'read', 'no closing time', '{}', place::text, batch_id
        from generate_series(1, %(many)s) as place, control.batch where organization_inn = %(inn)s
        """,
        inn=inn,
        many=many,
    )


def put_missing(warehouse: Warehouse, inn: str) -> None:
    run(
        warehouse,
        """
        insert into control.completeness (organization_inn, kkt_reg_id, day, verdict, missing, shifts, batch_id)
        select %(inn)s, '0000000001', day::date, 'missing', '{7}', 0, batch_id
        from generate_series('2026-01-14'::date, '2026-01-16'::date, '1 day') as day, control.batch
        where organization_inn = %(inn)s
        """,
        inn=inn,
    )


def put_differences(warehouse: Warehouse, inn: str) -> None:
    run(
        warehouse,
        """
        insert into control.difference (organization_inn, kind, day, amount, cause, digest, closed_at, batch_id)
        select %(inn)s, 'days', '2026-01-15', amount, 'unknown', amount::text, closed, batch_id
        from (values (1200.50, null::timestamptz), (34, null), (5, now())) as told (amount, closed), control.batch
        where organization_inn = %(inn)s
        """,
        inn=inn,
    )


def put_certificate(warehouse: Warehouse, inn: str, ends: datetime) -> None:
    run(
        warehouse,
        """
        insert into control.certificate (
            organization_inn, source, certificate, subject, subject_inn, issuer, serial, key_algorithm, valid_from,
            valid_to, thumbprint_sha1, thumbprint_sha256, added_by
        )
        values (
            %(inn)s, 'manual', %(der)s, 'CN=Head', %(inn)s, 'CN=CA', 'AB', 'rsa_2048',
            %(ends)s - interval '1 year', %(ends)s, repeat('a', 40), encode(sha256(%(der)s), 'hex'), 'test'
        )
        """,
        inn=inn,
        ends=ends,
        der=ends.isoformat().encode(),
    )


def counts(message: Message) -> dict[str, int]:
    """How many there are of each kind; what people are told to type is what the command line knows."""
    for alert in message.alerts:
        parse(alert.command)
    return {alert.kind: alert.count for alert in message.alerts}


@pytest.fixture
def troubled(warehouse: Warehouse) -> Warehouse:
    """Ромашка with a gap, two conflicts and three records in quarantine; Василёк with one conflict."""
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    register(warehouse, VASILEK, "ООО «Василёк»")
    put_gap(warehouse, ROMASHKA)
    put_decisions(warehouse, ROMASHKA, 2)
    put_in_quarantine(warehouse, ROMASHKA, 3)
    put_decisions(warehouse, VASILEK, 1)
    return warehouse


def test_everything_of_an_organisation_is_one_message_with_counts_and_what_to_do(troubled: Warehouse) -> None:
    vasilek, romashka = gather(troubled, NOW)
    assert counts(romashka) == {"gap": 1, "decision": 2, "quarantine": 3}
    assert counts(vasilek) == {"decision": 1}
    assert romashka.text.splitlines() == [
        "Смена 20.01.2026: ООО «Ромашка», ИНН 9607083893",
        "• Контур.ОФД: пробелов 1, нет доступа к кассам (11.01.2026–12.01.2026, касс 1)",
        "  → открыть доступ к кассам в личном кабинете Контур.ОФД: smena integration status --inn 9607083893",
        "• расхождений ждут решения: 2",
        "  → решить: smena conflicts --inn 9607083893",
        "• Контур.ОФД: записей в карантине 3, чаще всего: no closing time",
        "  → посмотреть; исправленное загрузится само: smena quarantine list --inn 9607083893",
    ]


def test_where_there_is_nothing_to_say_nothing_is_said(warehouse: Warehouse, hook: Hook) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    put_gap(warehouse, ROMASHKA, reason="before_first_document")
    put_certificate(warehouse, ROMASHKA, NOW + timedelta(days=31))
    assert gather(warehouse, NOW) == []
    assert send(warehouse, [], messenger_of(hook), sent_by="test").sent == []
    assert hook.came == []


def test_days_not_loaded_through_yesterday_missing_shifts_and_differences_are_told(warehouse: Warehouse) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»", through=date(2026, 1, 16))
    put_missing(warehouse, ROMASHKA)
    put_differences(warehouse, ROMASHKA)
    (message,) = gather(warehouse, NOW)
    assert counts(message) == {"uncovered": 3, "missing": 3, "difference": 2}
    assert "не загружено дней 3, первый 17.01.2026" in message.text
    assert f"smena load --product market --inn {ROMASHKA} --from 2026-01-17 --to 2026-01-19" in message.text
    assert "не хватает смен в 3 днях касс (14.01.2026–16.01.2026, касс 1)" in message.text
    assert "разниц 2, итоги дней, на 1 234,50 ₽ (15.01.2026)" in message.text
    assert f"smena reconcile --inn {ROMASHKA} --from 2026-01-15 --to 2026-01-15" in message.text


def test_today_is_not_wanted_yet_and_a_day_ends_by_the_organisations_own_clock(warehouse: Warehouse) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    evening = datetime(2026, 1, 20, 19, tzinfo=UTC)
    assert gather(warehouse, evening) == []
    run(warehouse, "update control.organization set timezone = 'Asia/Vladivostok'")
    (message,) = gather(warehouse, evening)
    assert counts(message) == {"uncovered": 1}


@pytest.mark.parametrize(
    ("ends", "word"),
    [(NOW + timedelta(days=29), "кончается 18.02.2026"), (NOW - timedelta(days=1), "кончился 19.01.2026")],
)
def test_a_certificate_is_told_of_thirty_days_before_its_end_and_after_it(
    warehouse: Warehouse, ends: datetime, word: str
) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    put_certificate(warehouse, ROMASHKA, ends)
    (message,) = gather(warehouse, NOW)
    assert f"сертификат руководителя {word}" in message.text
    put_certificate(warehouse, ROMASHKA, NOW + timedelta(days=400))
    assert gather(warehouse, NOW) == []


def test_a_stopped_batch_is_told_of_until_a_later_one_is_published(warehouse: Warehouse) -> None:
    register(warehouse, ROMASHKA, "ООО «Ромашка»")
    one = """
        insert into control.batch (organization_inn, product, run_id, reason, detail, state, finished_at, summary)
        values (%(inn)s, 'ofd', 'r', 'planned', 'totals', %(state)s, now(), '{"stopped": "too much is bad"}')"""
    run(warehouse, one, inn=ROMASHKA, state="stopped")
    (message,) = gather(warehouse, NOW)
    assert "загрузок с бедой 1 за сутки (остановлено 1)" in message.text
    assert message.alerts[0].details["reason"] == "too much is bad"
    run(warehouse, one, inn=ROMASHKA, state="published")
    assert gather(warehouse, NOW) == []


def test_quarantine_is_borne_silently_through_the_threshold(
    troubled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMENA_ALERT_QUARANTINE", "3")
    (message,) = gather(troubled, NOW, inn=ROMASHKA, borne=quarantine_borne())
    assert "quarantine" not in counts(message)
    assert "quarantine" in counts(gather(troubled, NOW, inn=ROMASHKA, borne=2)[0])
    monkeypatch.setenv("SMENA_ALERT_QUARANTINE", "many")
    with pytest.raises(WrongUse, match="SMENA_ALERT_QUARANTINE"):
        quarantine_borne()


def test_what_a_town_in_trouble_leaves_behind_is_told(build_town: Callable[..., Town]) -> None:
    town = build_town(EASY)
    town.set_day(date(2025, 12, 11))
    town.load(inn=town.inn)
    town.set_day(date(2025, 12, 14))
    (message,) = gather(town.warehouse, town.road.now())
    (uncovered,) = [alert for alert in message.alerts if alert.kind == "uncovered"]
    assert (uncovered.count, uncovered.details["first_day"]) == (3, date(2025, 12, 11))


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
    # One message a day, though there is more to say now; the rest is said tomorrow.
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


def test_no_secret_stands_in_a_log_or_an_error(
    troubled: Warehouse, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
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


def test_telegram_is_told_the_text_in_the_chat(troubled: Warehouse, hook: Hook) -> None:
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


def test_without_a_connection_the_log_says_so_and_nothing_is_remembered(
    troubled: Warehouse, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, hook: Hook
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SMENA_ALERTS", raising=False)
    messages = gather(troubled, NOW)
    assert send(troubled, messages, messenger_from_environment(), sent_by="test").channel is None
    assert "2 alerts not sent: there is no connection `smena_alerts`" in caplog.text
    assert len(send(troubled, messages, messenger_of(hook), sent_by="test").sent) == 2


def test_the_command_tells_and_sends_once(troubled: Warehouse, hook: Hook) -> None:
    own = json.dumps(
        {"conn_type": "http", "host": f"http://{HOST}:{hook.port}/hook?key=tainyi-klyuch", "password": SECRET}
    )
    cli = Cli(
        {"AIRFLOW_CONN_WAREHOUSE": troubled.dsn, "AIRFLOW_CONN_SMENA_ALERTS": own}, secrets=(SECRET, "tainyi-klyuch")
    )
    told = cli.here("alerts", "--inn", ROMASHKA, "--json")
    assert (told.code, hook.came) == (1, [])
    assert [one["organization_inn"] for one in told.data["messages"]] == [ROMASHKA]
    assert cli.here("alerts", "--send", "--json").data["sent"] == [VASILEK, ROMASHKA]
    assert cli.here("alerts", "--send", "--json").data["sent_before"] == [VASILEK, ROMASHKA]
    assert hook.paths == ["/hook?key=tainyi-klyuch"] * 2
