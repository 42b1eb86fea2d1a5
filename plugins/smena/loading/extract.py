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

    An assignment is a unit (a register of the OFD or a shop of Market) and the days to load. It is `planned` at first.
    Then it is marked: `refused` if the service refuses the unit, `unreadable` if a response is no JSON, `failed` after
    any other error, or as fetched. An error of one assignment does not stop the others. A run fetches those that are
    planned or failed. If an error was temporary, the first such error is returned in `fault`: run again.

    An assignment whose responses are too large is split into two of half the days, which are fetched in the same run.
    So fetching is repeated until nothing was split.

    Raises RefusedLogin if the service refuses the login or the key itself, WrongUse for a connection that cannot be
    used.

    Args:
        context: makes the client of the service and opens the warehouse.
        batch_id, shard: the shard to fetch.
        decoded: gets the contents of pages that are decoded here, so that `process` need not decode them again.
    """
    with step_log("extract", batch_id=batch_id, shard=shard) as log:
        batch = ledger.batch_of(context.warehouse, batch_id)
        # The organisation's settings may change within the days of the batch, so each day has its own.
        loaded_shard = Shard(context, batch, shard, settings_by_day(context.warehouse, batch.organization_inn))
        log |= {"inn": batch.organization_inn, "product": batch.product}
        result = Extraction(batch_id, shard)
        product = implementation_of(batch.product)
        client = product.client(context, loaded_shard.organization)
        try:
            cache = Decoded() if decoded is None else decoded
            asking = Asking(loaded_shard, client, PageStore(context.warehouse, batch_id), result, cache)
            states: tuple[str, ...] = ("planned", "failed")
            while True:
                result.splits = 0
                product.fetch(asking, states)
                if not result.splits:
                    break
                # The halves are planned. What failed just now waits for the next run.
                states = ("planned",)
            log.update(result.states)
        finally:
            log.update(requests=client.traffic.total(), retries=client.retries.total())
            client.close()
        return result
