"""Work of a product after its batches are published: it cannot stop a load or change what is booked."""

from __future__ import annotations

import time
from collections.abc import Iterable

from smena.model.unexpected import contained
from smena.runtime.context import Context
from smena.runtime.log import logger
from smena.runtime.product import implementation_of
from smena.warehouse import ledger

LONGEST_S = 300
"""For all batches of a run together: the report waits for it."""


def finish(context: Context, batches: Iterable[int]) -> None:
    """Run `after_publishing` of the products of these published batches, one after another. An error is logged."""
    ends_at = time.monotonic() + LONGEST_S
    for batch_id in batches:
        try:
            batch = ledger.batch_of(context.warehouse, batch_id)
            implementation_of(batch.product).after_publishing(context, batch, ends_at)
        except Exception as error:  # noqa: BLE001 - see above
            logger.warning("after_publishing batch_id=%s why=%s", batch_id, contained(error, f"after batch {batch_id}"))
