"""`smena alerts`: show today's message of each organisation, and send it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import click

from smena.airflow.connections import messenger_from_environment, warehouse_from_environment
from smena.cli.answer import Session
from smena.cli.organization import person
from smena.cli.parameters import any_inn_option
from smena.mandates.organizations import organization_of
from smena.model.settings import SETTINGS
from smena.warehouse.database import Warehouse


@click.command()
@any_inn_option
@click.option("--send", "is_sent", is_flag=True, help="Send them by the connection `smena_alerts`, each once a day.")
@click.pass_obj
def alerts(session: Session, *, inn: str | None, is_sent: bool) -> None:
    """One message an organisation of all that is not as it should be; exit code 1 where there is any."""
    from smena.alerts.outgoing import gather, mark_cured, send

    warehouse = Warehouse(warehouse_from_environment())
    if inn:
        organization_of(warehouse, inn)
    now = datetime.now(UTC)
    find = partial(gather, warehouse, now, inn=inn, most_quarantined=SETTINGS.alert_quarantine)
    messenger = messenger_from_environment() if is_sent else None
    channels = messenger.each() if messenger is not None else []
    first = channels[0].name if channels else ""
    messages = find(recipient=first)
    data: dict[str, object] = {"messages": [message.payload for message in messages]}
    parts = [message.text for message in messages] or ["nothing to say"]
    if is_sent:
        mark_cured(warehouse, now, inn=inn)
        done = send(warehouse, messages, channels[0] if channels else None, sent_by=person(), recipient=first)
        sent, before = done.sent, done.before
        for channel in channels[1:]:
            more = find(recipient=channel.name)
            also = send(warehouse, more, channel, sent_by=person(), recipient=channel.name)
            sent, before = sorted({*sent, *also.sent}), sorted({*before, *also.before})
        data |= {"sent": sent, "sent_before": before, "channel": done.channel}
        parts.append(f"sent: {len(sent)}, sent before: {len(before)}")
    session.answer(data, "\n\n".join(parts), waits=bool(messages))
