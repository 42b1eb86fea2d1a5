"""Step 1 of a load: request the service's responses and store them, byte for byte, in `raw.page` (the evidence).

Step 2 (`process`) interprets the responses, and can be repeated from the stored bytes. This step reads a response only
to decide what to request next.
"""

from __future__ import annotations

from smena.mandates.organizations import settings_by_day
from smena.runtime.context import Context
from smena.runtime.log import step_log
from smena.runtime.product import Asking, Extraction, Shard, implementation_of
from smena.transform.decoded import Decoded
from smena.warehouse import ledger
from smena.warehouse.pages import PageStore


def extract(context: Context, batch_id: int, shard: int, decoded: Decoded | None = None) -> Extraction:
    """Fetch the pages that a shard still lacks; stored ones are not requested again.

    A unit is a register of the OFD or a shop of Market. A unit that the service refuses, or answers without JSON, is
    marked as refused or failed, and the other units are fetched. A temporary fault of a unit is returned in `fault`
    after every other unit was fetched: run again to fetch that unit. Raises RefusedLogin if the service refuses the
    login or the key itself.

    Args:
        context: makes the client of the service and opens the warehouse.
        batch_id, shard: the shard to fetch.
        decoded: gets the contents of pages that are decoded here, so that `process` need not decode them again.
    """
    with step_log("extract", batch_id=batch_id, shard=shard) as log:
        batch = ledger.batch_of(context.warehouse, batch_id)
        loaded_shard = Shard(context, batch, shard, settings_by_day(context.warehouse, batch.organization_inn))
        log |= {"inn": batch.organization_inn, "product": batch.product}
        result = Extraction(batch_id, shard)
        product = implementation_of(batch.product)
        client = product.client(context, loaded_shard.organization)
        try:
            asking = Asking(loaded_shard, client, PageStore(context.warehouse, batch_id), result, decoded or Decoded())
            # Assignments (a unit and its days) that wait, and those that an earlier run could not fetch.
            states: tuple[str, ...] = ("planned", "failed")
            while True:
                result.splits = 0
                product.fetch(asking, states)
                if not result.splits:
                    break
                # Failures wait for the next run; the halves of a window that was too large are fetched now.
                states = ("planned",)
            log.update(result.states)
        finally:
            log.update(requests=client.traffic.total(), retries=client.retries.total())
            client.close()
        return result
