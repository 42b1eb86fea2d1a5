"""Products: the services that documents are loaded from, as data. The code of each is in `pipeline`.

A third product is a package that installs an entry point of the group `smena.products`: a `Product`, whose
`implementation` names a class. Nothing else has to be edited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from smena.model.errors import WrongUse
from smena.model.window import MARKET, OFD

ENTRY_POINTS = "smena.products"


@dataclass(frozen=True, slots=True)
class Product:
    """A product: its names, its limits and the class that implements it.

    Attributes:
        name: its name in the warehouse and on the command line.
        title: the name that its owner gives it.
        source: `ofd` for an operator of fiscal data: its units are registers, it reports fiscal shifts, and a signed
            mandate switches it on. `market` for an inventory system: its units are shops, it reports till shifts.
        window_days: the longest window that is loaded as one, by the organisation's `detail`.
        window_requests: about how many requests a window costs, by `detail`.
        shard_units: the most units in one loading task.
        reads: the datasets that it reads from the service, as OpenLineage names them.
        writes: the tables that publishing a batch writes.
        implementation: `module:class` of its `smena.runtime.product.Implementation`.
    """

    name: str
    title: str
    source: str
    window_days: Mapping[str, int]
    window_requests: Mapping[str, int]
    shard_units: int
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    implementation: str

    @property
    def is_operator(self) -> bool:
        """Whether the product is an operator of fiscal data."""
        return self.source == OFD


KONTUR_OFD = Product(
    name=OFD,
    title="Kontur.OFD",
    source=OFD,
    # A quarter where receipts are not read, a month and the look-back where they are.
    window_days={"totals": 92, "receipts": 35},
    # Two pages of z-reports (the second says that it is the last), totals by shift, and totals by day or, where
    # receipts are read, at least two pages of these instead.
    window_requests={"totals": 4, "receipts": 5},
    shard_units=200,
    reads=("ofd/z-reports", "ofd/totals-by-shift"),
    writes=("accounting.shift", "accounting.cash_order"),
    implementation="smena.loading.ofd.product:KonturOfd",
)

KONTUR_MARKET = Product(
    name=MARKET,
    title="Kontur.Market",
    source=MARKET,
    # Cheques of a window are requested with a margin of two days on both sides.
    window_days={"totals": 31, "receipts": 31},
    # Two pages each of sales, of refunds and of waybills, and two of contractors.
    window_requests={"totals": 8, "receipts": 8},
    # A shop has several registers, and each of its cheques is read: a task takes about 15 seconds.
    shard_units=40,
    reads=("market/cheques", "market/incoming-waybills", "market/contractors"),
    writes=("accounting.shift", "accounting.cash_order", "accounting.market_document"),
    implementation="smena.loading.market.product:KonturMarket",
)


@cache
def products() -> Mapping[str, Product]:
    """Return every installed product by its name."""
    from importlib.metadata import entry_points

    others = [entry.load() for entry in entry_points(group=ENTRY_POINTS)]
    return {one.name: one for one in (KONTUR_OFD, KONTUR_MARKET, *others)}


def product_of(name: str) -> Product:
    """Return the product of this name. Raise WrongUse where there is none."""
    found = products().get(name)
    if found is None:
        raise WrongUse(f"there is no product {name}", fix=f"use one of {', '.join(products())}")
    return found
