"""`smena alerts`: show today's message of each organisation, and send it."""

from __future__ import annotations

from datetime import UTC, datetime

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
    messages = gather(warehouse, now, inn=inn, most_quarantined=SETTINGS.alert_quarantine)
    data: dict[str, object] = {"messages": [message.payload for message in messages]}
    parts = [message.text for message in messages] or ["nothing to say"]
    if is_sent:
        mark_cured(warehouse, now, inn=inn)
        done = send(warehouse, messages, messenger_from_environment(), sent_by=person())
        data |= {"sent": done.sent, "sent_before": done.before, "channel": done.channel}
        parts.append(f"sent: {len(done.sent)}, sent before: {len(done.before)}")
    session.answer(data, "\n\n".join(parts), waits=bool(messages))
