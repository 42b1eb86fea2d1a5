"""The results of a batch's checks as one static page, from `control.check_result`: `smena quality --out` writes it.

Great Expectations' own site is not used: its pages load styles and scripts from eight other servers, which a closed
network does not reach and an accounting page should not call. This page is a template of ours, loads nothing, and its
size is bounded by the number of rules. The UI has its own page, under row-level security.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from smena.messages import ENGLISH, translate
from smena.model.errors import WrongUse
from smena.warehouse.database import Row, Transaction, Warehouse

MOST_BATCHES = 200
"""How many batches `smena quality` lists."""

MOST_REASONS = 50

_COSTS = {"record": "quarantine", "batch": "stops the batch", "warning": "noted"}


def build(
    warehouse: Warehouse, batch_id: int, directory: Path, *, gate: Sequence[Row] = (), gate_of: str = "its rows"
) -> Path:
    """Write the page of a batch atomically, and return its path.

    Args:
        gate: results of Great Expectations to show beside the stored ones, as rows of `control.check_result`.
        gate_of: the rows that these are about, as text.

    Raises:
        WrongUse: the batch is unknown or was not checked.
        OSError: the directory cannot be written.
    """
    with warehouse.transaction() as transaction:
        page = page_of(transaction, batch_id, gate=gate, gate_of=gate_of)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"batch_{int(batch_id)}.html"
    _write(path, page)
    return path


def page_of(transaction: Transaction, batch_id: int, *, gate: Sequence[Row] = (), gate_of: str = "its rows") -> str:
    """Return the page of a batch; see `build`. Raise WrongUse if the batch is unknown or was not checked."""
    return _environment().get_template("batch.html").render(
        batch=checked_batch(transaction, batch_id),
        suites=_by_suite(transaction.rows("quality_results", batch_id=batch_id)),
        gate=_by_suite(gate),
        gate_of=gate_of,
        waiting=transaction.rows("quality_quarantine", batch_id=batch_id, most=MOST_REASONS),
        costs=_COSTS,
        examples=examples,
        said=lambda text: translate(text, ENGLISH),
    )  # fmt: skip


def checked_batch(transaction: Transaction, batch_id: int) -> Row:
    """Return a batch with the counts of its rules. Raise WrongUse if it is unknown or was not checked."""
    batch = transaction.row("quality_batches", inn=None, batch_id=batch_id, most=1)
    if batch is None:
        raise WrongUse(
            f"batch {batch_id} was not checked, or there is none", fix="`smena quality` lists those that were"
        )
    return batch


def examples(details: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the keys of some bad rows in a rule's details, each with its wrong values."""
    keys, found = details.get("keys"), details.get("found")
    if not isinstance(keys, list) or not isinstance(found, list):
        return []
    return [
        (str(key), ", ".join(map(str, one)) if isinstance(one, list) else str(one))
        for key, one in zip(keys, found, strict=False)
    ]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _by_suite(results: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Consecutive results, grouped by suite."""
    return [(name, list(rows)) for name, rows in groupby(results, key=itemgetter("suite"))]


def _write(path: Path, text: str) -> None:
    """Write a file by renaming, so that a reader never sees a part of it."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
