"""Start the backfill of an integration in Airflow when it is switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smena.airflow.connections import airflow_from_environment
from smena.mandates.grants import is_granted
from smena.model.errors import PassingFault, RefusedByService, WrongUse
from smena.warehouse.database import Row, Warehouse

if TYPE_CHECKING:
    from smena.sources.airflow import AirflowAddress, StartedRun

DAG_ID = "integration_backfill"


def airflow_to_start(*, is_needed: bool) -> AirflowAddress | None:
    """Return the address of Airflow from the environment. Raises WrongUse where it is not set but needed."""
    address = airflow_from_environment()
    if address is None and is_needed:
        raise WrongUse(
            "there is no Airflow to start loading in",
            fix="set SMENA_AIRFLOW_URL and SMENA_AIRFLOW_TOKEN, or leave --start out: the next daily run loads it all",
        )
    return address


def start_backfill(address: AirflowAddress, integration: Row, warehouse: Warehouse) -> StartedRun:
    """Start the backfill of an integration, from its start date through yesterday.

    Raises PassingFault where Airflow fails or refuses, or where the run's user may not load the organisation. The
    integration stays on in each case.
    """
    from smena.sources.airflow import AirflowClient

    inn, product = integration["organization_inn"], integration["product"]
    client = AirflowClient(address)
    try:
        started = client.start(DAG_ID, {"inn": inn, "product": product})
    except (PassingFault, RefusedByService) as error:
        raise PassingFault(
            f"{product} of {inn} is on from {integration['start_date']}, but loading was not started: {error.message}",
            fix="run the same again, or start integration_backfill in Airflow; the next daily run loads it all anyway",
        ) from error
    finally:
        client.close()
    if started.by and not is_granted(warehouse, started.by, inn):
        raise PassingFault(
            f"{product} of {inn} is on from {integration['start_date']}, but the run {started.run_id} will not load it:"
            f" it was started as {started.by}, to whom {inn} was not granted",
            fix=f"`smena access grant --user {started.by} --inn {inn}`, then run the same again",
        )
    return started
