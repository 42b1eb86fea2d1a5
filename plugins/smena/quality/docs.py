"""What the gates found in a batch as one static page, from `control.check_result`: `smena quality --out` writes it.

Great Expectations' own site is not used: its pages load styles and scripts from a dozen other servers, which a closed
network does not reach and an accounting page should not call. This one calls none, and its size is bounded by the
number of rules. The desk has a page of its own, under row-level security.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from smena.messages import ENGLISH, translate
from smena.model.errors import WrongUse
from smena.warehouse.database import Row, Transaction, Warehouse

MOST_BATCHES = 200
"""How many batches `smena quality` lists."""

MOST_REASONS = 50

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1c2430; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #dfe4ea; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.holds { color: #18794e; } .record { color: #b54708; } .batch { color: #b42318; font-weight: 600; }
.warning { color: #8a6d00; }
code { font-size: .9em; overflow-wrap: anywhere; }
"""
_COSTS = {"record": "quarantine", "batch": "stops the batch", "warning": "noted"}


def build(warehouse: Warehouse, batch_id: int, directory: Path) -> Path:
    """Writes the page of a batch, whole or not at all, and gives its path.

    Raises WrongUse where the batch is unknown or was not checked, OSError where the directory cannot be written.
    """
    with warehouse.transaction() as transaction:
        page = page_of(transaction, batch_id)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"batch_{int(batch_id)}.html"
    _write(path, page)
    return path


def page_of(transaction: Transaction, batch_id: int) -> str:
    """The page of a batch. Raises WrongUse where the batch is unknown or was not checked."""
    batch = checked_batch(transaction, batch_id)
    results = transaction.rows("quality_results", batch_id=batch_id)
    waiting = transaction.rows("quality_quarantine", batch_id=batch_id, most=MOST_REASONS)
    parts = [
        f"<h1>Batch {batch_id}: {escape(batch['product'])}, ИНН {escape(batch['organization_inn'])}</h1>",
        f"<p>Days {batch['first_day']} … {batch['last_day']}, run <code>{escape(batch['run_id'])}</code>,"
        f" {escape(batch['state'])}. {batch['rules']} rules asked, {batch['rules'] - batch['broken']} hold.</p>",
        f"<p class='batch'>{escape(translate(batch['stopped'], ENGLISH))}</p>" if batch["stopped"] else "",
        *(_suite(name, list(rows)) for name, rows in groupby(results, key=itemgetter("suite"))),
        _quarantine(waiting),
    ]
    return _page(f"Batch {batch_id}", parts)


def checked_batch(transaction: Transaction, batch_id: int) -> Row:
    """A batch with how many rules hold. Raises WrongUse where it is unknown or was not checked."""
    batch = transaction.row("quality_batches", inn=None, batch_id=batch_id, most=1)
    if batch is None:
        raise WrongUse(
            f"batch {batch_id} was not checked, or there is none", fix="`smena quality` lists those that were"
        )
    return batch


def _suite(name: str, results: list[Row]) -> str:
    broken = sum(not result["success"] for result in results)
    rows = [
        [
            "<span class='holds'>holds</span>"
            if result["success"]
            else f"<span class='{result['severity']}'>broken: {_COSTS[result['severity']]}</span>",
            escape(result["expectation"].replace("_", " ")),
            escape(translate(result["details"].get("rule"), ENGLISH)) if not result["success"] else "",
            "<br>".join(f"<code>{escape(key)}</code>: {escape(found)}" for key, found in examples(result["details"])),
            result["checked_rows"],
            result["bad_rows"],
        ]
        for result in results
    ]
    said = f"{broken} of {len(results)} broken" if broken else f"all {len(results)} hold"
    titles = ("", "rule", "what is wrong", "examples", "asked", "bad")
    return f"<h2>{escape(name)}: {said}</h2>" + _table(titles, rows)


def examples(details: Mapping[str, object]) -> list[tuple[str, str]]:
    """Of what a rule found: the keys of some bad rows, each with the values that are wrong in it."""
    keys, found = details.get("keys"), details.get("found")
    if not isinstance(keys, list) or not isinstance(found, list):
        return []
    return [
        (str(key), ", ".join(map(str, one)) if isinstance(one, list) else str(one))
        for key, one in zip(keys, found, strict=False)
    ]


def _quarantine(waiting: list[Row]) -> str:
    if not waiting:
        return "<h2>Nothing of it is in quarantine</h2>"
    rows = [
        [escape(row["kind"]), escape(translate(row["reason"], ENGLISH)), escape(row["state"]), row["records"]]
        for row in waiting
    ]
    return "<h2>In quarantine</h2>" + _table(("kind", "reason", "state", "records"), rows)


def _table(titles: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(
        "<tr>"
        + "".join(f"<td class='number'>{c:,}</td>" if isinstance(c, int) else f"<td>{c}</td>" for c in row)
        + "</tr>\n"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _page(title: str, parts: Iterable[str]) -> str:
    body = "\n".join(part for part in parts if part)
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{escape(title)} · Smena</title>"
        f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _write(path: Path, text: str) -> None:
    """Whoever reads the file sees a whole one."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
