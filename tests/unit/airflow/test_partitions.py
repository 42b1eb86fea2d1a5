"""A run for a month of an organisation needs the partition of each of its days, and no other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from airflow.sdk import Asset
from airflow.serialization.decoders import decode_partition_mapper
from airflow.serialization.encoders import encode_partition_mapper

from smena.airflow.partitions import DaysOfMonth, split_month, whole_month_of
from smena.model.errors import WrongUse
from smena.model.window import Window
from smena.ui.plugin import SmenaPages
from tests.invented import ROMASHKA, SOLE_PROPRIETOR

LOADED = Asset(name="a", uri="smena://a")


def as_the_scheduler_has_it() -> Any:
    """The mapper after the DAG was serialized and read again, as the scheduler does."""
    (mapper,) = whole_month_of(LOADED).partition_mapper_config.values()
    return decode_partition_mapper(encode_partition_mapper(mapper))


@pytest.mark.parametrize(("month", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-04", 30), ("2025-12", 31)])
@pytest.mark.parametrize("inn", [ROMASHKA, SOLE_PROPRIETOR])
def test_a_month_needs_each_of_its_days(inn: str, month: str, days: int) -> None:
    mapper = as_the_scheduler_has_it()
    needed = mapper.to_upstream(f"{inn}|{month}")
    assert len(needed) == days
    assert {mapper.to_downstream(key) for key in needed} == {f"{inn}|{month}"}


def test_the_keys_are_written_as_the_loads_write_them() -> None:
    """`daily_load` writes `ИНН|day`, with the day as Python writes it."""
    days = Window(date(2026, 2, 1), date(2026, 2, 28))
    assert as_the_scheduler_has_it().to_upstream(f"{ROMASHKA}|2026-02") == {f"{ROMASHKA}|{day}" for day in days}


def test_a_month_fires_only_when_its_last_day_has_come() -> None:
    mapper = as_the_scheduler_has_it()
    needed = mapper.to_upstream(f"{ROMASHKA}|2026-02")
    arrived = {key for key in needed if not key.endswith("-17")}
    assert not mapper.wait_policy.is_satisfied(len(arrived), len(needed))
    assert mapper.wait_policy.is_satisfied(len(arrived | {f"{ROMASHKA}|2026-02-17"}), len(needed))


def test_days_of_another_organisation_or_month_count_for_that_one() -> None:
    mapper = as_the_scheduler_has_it()
    assert mapper.to_downstream(f"{SOLE_PROPRIETOR}|2026-02-17") == f"{SOLE_PROPRIETOR}|2026-02"
    assert mapper.to_downstream(f"{ROMASHKA}|2026-03-01") == f"{ROMASHKA}|2026-03"


def test_a_run_has_its_month_as_its_partition_date() -> None:
    found = as_the_scheduler_has_it().to_partition_date(f"{ROMASHKA}|2026-02")
    assert (found.year, found.month, found.day) == (2026, 2, 1)


def test_the_plugin_registers_the_window() -> None:
    assert SmenaPages.windows == [DaysOfMonth]


def test_a_key_is_an_organisation_and_a_month() -> None:
    assert split_month(f"{ROMASHKA}|2026-02") == (ROMASHKA, 2026, 2)


@pytest.mark.parametrize("key", ["", ROMASHKA, f"{ROMASHKA}|", f"{ROMASHKA}|2026-13", f"{ROMASHKA}|2026-1", "x|2026-01",
                                 f"{ROMASHKA}|2026-02-01", f"{ROMASHKA}|2026-00"])  # fmt: skip
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(WrongUse, match="no partition of a month"):
        split_month(key)
