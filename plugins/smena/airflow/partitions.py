"""A consumer of the partitions `ИНН|day`: a DAG that gets a run `ИНН|month` once every day of the month has come.

Airflow's `RollupMapper` collects the keys of a window, and its `ProductMapper` maps both parts of our key. Its
`MonthWindow` counts the days of a key that is a date alone, so the days of `ИНН|month` are a window of ours, which the
plugin registers. Every process of Airflow imports this file: it imports almost nothing.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from typing import Any

from airflow.partition_mappers.window import Window

from smena.model.errors import WrongUse

SEPARATOR = "|"


class DaysOfMonth(Window):
    """The days of a month of an organisation: `ИНН|2026-02` needs `ИНН|2026-02-01` to `ИНН|2026-02-28`."""

    def to_upstream(self, decoded_downstream: str) -> Iterator[str]:
        """Yield the key of each day."""
        _, year, month = split_month(decoded_downstream)
        for day in range(1, monthrange(year, month)[1] + 1):
            yield f"{decoded_downstream}-{day:02}"


def split_month(key: str) -> tuple[str, int, int]:
    """Return the ИНН, year and month of a key. Raises WrongUse for another text."""
    inn, _, month = key.partition(SEPARATOR)
    year, _, number = month.partition("-")
    if not (
        inn.isdigit() and len(year) == 4 and len(number) == 2 and (year + number).isdigit() and 1 <= int(number) <= 12
    ):
        raise WrongUse(f"{key!r} is no partition of a month", fix="start the run with a key like 9601000019|2026-01")
    return inn, int(year), int(number)


def whole_month_of(asset: Any) -> Any:
    """Return a schedule: a run `ИНН|month` when the asset has a partition for every day of the month."""
    from airflow.sdk import (
        IdentityMapper,
        PartitionedAssetTimetable,
        ProductMapper,
        RollupMapper,
        StartOfMonthMapper,
    )

    month = ProductMapper(IdentityMapper(), StartOfMonthMapper(input_format="%Y-%m-%d"), delimiter=SEPARATOR)
    mapper = RollupMapper(upstream_mapper=month, window=DaysOfMonth())
    return PartitionedAssetTimetable(assets=asset, partition_mapper_config={asset: mapper})
