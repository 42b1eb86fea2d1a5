"""What a run has to do, as its tasks hand it on: ids of batches and shards, in groups that Airflow maps over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypedDict

MOST_TASKS = 256
"""How many tasks one step of a run may be: Airflow maps over no more than 1024, and each costs a third of a second."""

Shard = tuple[int, int]
"""A batch and one of its shards."""


class RunPlan(TypedDict):
    """What a run has to do.

    Attributes:
        batches: their ids, one per organisation or, if it would be too large, several.
        task_groups: (batch, shard) pairs, grouped by loading task.
        failed: by ИНН, why an organisation could not be planned.
    """

    batches: list[int]
    task_groups: list[list[Shard]]
    failed: dict[str, str]


def grouped(shards: Sequence[Shard]) -> list[list[Shard]]:
    """Places as loading tasks: no more of them than Airflow maps over with ease."""
    size = max(1, math.ceil(len(shards) / MOST_TASKS))
    return [list(shards[start : start + size]) for start in range(0, len(shards), size)]
