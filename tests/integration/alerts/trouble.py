"""Rows for each kind of problem, written where a load would have written them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from demo.ports import HOST
from smena.alerts.outgoing import Message
from smena.sources.http import RetryPolicy
from smena.sources.messenger import Channel, Messenger
from smena.warehouse.database import Warehouse
from tests.integration.alert_receivers import Hook
from tests.unit.cli.written_commands import parse

NOW = datetime(2026, 1, 20, 4, tzinfo=UTC)
QUICK = RetryPolicy(connect_s=2, read_s=2, deadline_s=5, attempts=2, first_pause_s=0.001)
SECRET = "123456:tajna-tajna"


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
        insert into control.batch (
            organization_inn, product, run_id, reason, detail, state, finished_at, first_day, last_day
        )
        values (%(inn)s, 'ofd', 'night', 'planned', 'totals', 'published', now(), '2026-01-10', %(through)s);
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
        insert into control.gap (organization_inn, product, unit_id, days, reason)
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
            %(inn)s, 'conflict', gen_random_uuid(), 'sources_differ', '{}', '{}', place::text, 'rule', batch_id
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
        select %(inn)s, 'ofd', 'z_report', 'read', 'field_missing {"what": "closed_at"}', '{}', place::text, batch_id
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
        from (values (1200.50, null::timestamptz), (34, null), (5, now())) as found (amount, closed), control.batch
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
    """The counts of a message by kind. The commands that it tells people to type must exist."""
    for alert in message.alerts:
        parse(alert.command)
    return {alert.kind: alert.count for alert in message.alerts}
