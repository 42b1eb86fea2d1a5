"""OpenLineage events of the datasets that a running task read and wrote, beside Airflow's events of the task itself.

Airflow's provider sends them, only where an address is set (`AIRFLOW__OPENLINEAGE__TRANSPORT`). Where that fails, it
logs a warning and the task goes on. Only tasks import this: it imports Airflow.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from smena.airflow.datasets import Dataset, Part, loaded, published, service
from smena.mandates.organizations import organization_of
from smena.model.unexpected import contained
from smena.runtime.context import Context
from smena.warehouse import ledger
from smena.warehouse.ledger import Batch

if TYPE_CHECKING:
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import base_subset_dataset

logger = logging.getLogger("smena")


def is_wanted() -> bool:
    """Whether events are sent. Cheap: the rest of the provider, which is slow to import, is imported only then."""
    from airflow.providers.openlineage import conf

    return not conf.is_disabled()


def send_loaded_lineage(context: Context, batch_ids: Iterable[int]) -> None:
    """Send the lineage of loading: the requests to Kontur for these batches, and the stored evidence."""
    if not is_wanted():
        return
    try:
        for product, batches in _by_product(context, batch_ids).items():
            services: dict[str, list[Batch]] = defaultdict(list)
            for batch in batches:
                organization = organization_of(context.warehouse, batch.organization_inn)
                name = organization.connection_of(product)
                services[service(context.endpoint(name).base_url)].append(batch)
            _emit(*loaded(context.warehouse.dsn, services, product))
    except Exception as error:  # noqa: BLE001 - what only tells of the work does not stop it
        logger.warning("lineage not sent: %s", contained(error, "lineage"))


def send_published_lineage(context: Context, batch_ids: Iterable[int]) -> None:
    """Send the lineage of publishing: the evidence of these batches, and the rows they wrote in accounting."""
    if not is_wanted():
        return
    try:
        for product, batches in _by_product(context, batch_ids).items():
            written: Counter[str] = Counter()
            for inn in {batch.organization_inn for batch in batches}:
                ids = [batch.batch_id for batch in batches if batch.organization_inn == inn]
                rows = context.warehouse.rows("lineage_written", inn=inn, batches=ids)
                written.update({row["name"]: row["count"] for row in rows})
            _emit(*published(context.warehouse.dsn, batches, product, written))
    except Exception as error:  # noqa: BLE001 - what only tells of the work does not stop it
        logger.warning("lineage not sent: %s", contained(error, "lineage"))


def _by_product(context: Context, batch_ids: Iterable[int]) -> dict[str, list[Batch]]:
    found: dict[str, list[Batch]] = defaultdict(list)
    for batch_id in sorted(set(batch_ids)):
        batch = ledger.batch_of(context.warehouse, batch_id)
        found[batch.product].append(batch)
    return found


def _emit(read: list[Dataset], written: list[Dataset]) -> None:
    from airflow.providers.openlineage.api import emit_dataset_lineage

    emit_dataset_lineage(inputs=[_input(one) for one in read], outputs=[_output(one) for one in written])


def _input(dataset: Dataset) -> InputDataset:
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.facet_v2 import base_subset_dataset

    subset = base_subset_dataset.InputSubsetInputDatasetFacet(inputCondition=_condition(dataset.parts))
    return InputDataset(namespace=dataset.namespace, name=dataset.name, inputFacets={"subset": subset})


def _output(dataset: Dataset) -> OutputDataset:
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import OutputDatasetFacet, base_subset_dataset, output_statistics_output_dataset

    facets: dict[str, OutputDatasetFacet] = {
        "subset": base_subset_dataset.OutputSubsetOutputDatasetFacet(outputCondition=_condition(dataset.parts))
    }
    if dataset.rows is not None:
        facets["outputStatistics"] = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=dataset.rows
        )
    return OutputDataset(namespace=dataset.namespace, name=dataset.name, outputFacets=facets)


def _condition(parts: tuple[Part, ...]) -> base_subset_dataset.PartitionSubsetCondition:
    from openlineage.client.facet_v2 import base_subset_dataset

    return base_subset_dataset.PartitionSubsetCondition(
        partitions=[
            base_subset_dataset.Partition(
                identifier=str(part),
                dimensions={"inn": part.inn, "first_day": part.first_day, "last_day": part.last_day},
            )
            for part in parts
        ]
    )
