"""What each product does in the steps of the road."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from smena.model.window import MARKET, OFD
from smena.pipeline import extract, process, writing
from smena.pipeline.fetching import Extraction
from smena.pipeline.market import extract as market_extract
from smena.pipeline.market import process as market_process
from smena.pipeline.market import writing as market_writing
from smena.pipeline.road import Road
from smena.warehouse.database import Transaction
from smena.warehouse.ledger import Batch


class Write(Protocol):
    """Writes a batch within the publishing transaction.

    Raises Uncompared where `compares` and shifts of the two sources have to be compared first.
    """

    def __call__(self, transaction: Transaction, batch: Batch, *, compares: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one product, of a batch and a shard; `write` within the publishing transaction."""

    extract: Callable[[Road, int, int], Extraction]
    process: Callable[[Road, int, int], Any]
    write: Write


STEPS = {
    OFD: Steps(extract.extract, process.process, writing.write),
    MARKET: Steps(market_extract.extract, market_process.process, market_writing.write),
}


def steps_of(product: str) -> Steps:
    """The steps of `ofd` or `market`."""
    return STEPS[product]
