"""A foreign exception in one statement or one function, of one organisation only."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from smena.model.errors import BadBatch, SmenaError
from smena.model.window import OFD
from smena.pipeline.proof.run import organizations_to_prove, reconcile_lot, report_reconciliation
from smena.pipeline.run import load_lot, plan_run, publish_batches, report_run
from smena.warehouse.database import Transaction
from tests.town import Town

_OF_BATCH = "select organization_inn from control.batch where batch_id = %s"
MARKET_STEPS = (
    "pipeline.market.process.read_cheques", "pipeline.market.process.make_till_shifts",
    "pipeline.market.process.read_waybills", "pipeline.market.extract.spans_told",
)  # fmt: skip
STEPS = (
    "pipeline.plan._planned", "pipeline.plan.planning.record_gaps", "pipeline.run.plan", "pipeline.run.stage",
    "pipeline.run.publish", "pipeline.run.organization_of", "pipeline.run._reported", "pipeline.extract._fetch_reports",
    "pipeline.extract.receipt_periods", "pipeline.receipts.read_pages",
    "pipeline.process.read_pages", "pipeline.process.make_shifts", "pipeline.process.check_z_reports",
    "pipeline.process.check_receipts", "pipeline.process.check_orders", "pipeline.process.copy_frame",
    "pipeline.publish._restage",
    "pipeline.publish._stop_if_bad", "pipeline.publish._check_mandate", "pipeline.proof.run.reconcile",
    "pipeline.proof.reconcile._write_told", "pipeline.proof.reconcile._judge", "pipeline.proof.reconcile._compare",
    "pipeline.proof.reconcile._ask",
    "pipeline.proof.asking.unbalanced_days", "quality.docs.build",
)  # fmt: skip
"""Functions of the pipeline, by the name under which they are called."""


def run_everything(town: Town, product: str, data_docs: Path, run_id: str) -> list[str]:
    """What the daily DAGs do for every organisation, and what they report as wrong."""
    wrong: list[str] = []
    made = plan_run(town.road, run_id=run_id, product=product)
    for lot in made["lots"]:
        _attempt(wrong, lambda lot=lot: load_lot(town.road, lot))  # type: ignore[misc]
    publish_batches(town.road, made["batches"])
    _attempt(wrong, lambda: report_run(town.road, made, data_docs=data_docs))
    for inns in organizations_to_prove(town.road) if product == OFD else ():
        _attempt(wrong, lambda inns=inns: reconcile_lot(town.road, inns, run_id=run_id))  # type: ignore[misc]
    _attempt(wrong, lambda: report_reconciliation(town.road, run_id=run_id))
    return wrong


def _attempt(wrong: list[str], do: Callable[[], object]) -> None:
    try:
        do()
    except (BadBatch, SmenaError) as error:
        wrong.append(str(error))


def books_of(town: Town, inn: str) -> dict[str, list[dict[str, Any]]]:
    """The books of one organisation."""
    books = town.books()
    return {name: [row for row in rows if row["organization_inn"] == inn] for name, rows in books.items()}


class Disturbance:
    """Watches every statement; raises in one of them, or in one function, where it works for one organisation."""

    def __init__(self, town: Town, inn: str) -> None:
        self.inn = inn
        self.organization = town.sandbox.world.organization(inn)
        self.registers = {one.reg_number for one in self.organization.registers}
        self.registers |= {row["shop_id"] for row in town.sandbox.market_truth(inn)}
        self.statements: Counter[str] = Counter()
        self.batches: dict[int, str] = {}
        self.struck = 0

    @contextmanager
    def statements_fail(self, name: str = "") -> Iterator[None]:
        """Within the block the statement of this name raises for the organisation; without a name none does."""
        with pytest.MonkeyPatch.context() as patch:
            for method in ("run", "rows"):
                patch.setattr(Transaction, method, self._watched(getattr(Transaction, method), name))
            stream = Transaction.stream

            def watched_stream(one: Transaction, statement: str, /, **parameters: Any) -> Iterator[Any]:
                self._look(one, statement, parameters, name)
                return stream(one, statement, **parameters)

            patch.setattr(Transaction, "stream", watched_stream)
            yield

    @contextmanager
    def function_fails(self, path: str) -> Iterator[None]:
        """Within the block the function at this path, `pipeline.plan.listing_of`, raises for the organisation."""
        owner, _, name = path.rpartition(".")
        try:
            place: Any = importlib.import_module(f"smena.{owner}")
        except ModuleNotFoundError:
            module, _, attribute = owner.rpartition(".")
            place = getattr(importlib.import_module(f"smena.{module}"), attribute)
        function = getattr(place, name)

        def raising(*args: Any, **more: Any) -> Any:
            if any(self._is_of(one) for one in (*args, *more.values())):
                self.struck += 1
                raise KeyError("a foreign exception")
            return function(*args, **more)

        with self.statements_fail(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(place, name, raising)
            yield

    def _watched(self, method: Callable[..., Any], name: str) -> Callable[..., Any]:
        def watched(one: Transaction, statement: str, /, **parameters: Any) -> Any:
            self._look(one, statement, parameters, name)
            return method(one, statement, **parameters)

        return watched

    def _look(self, transaction: Transaction, statement: str, parameters: dict[str, Any], name: str) -> None:
        inn = parameters.get("inn")
        batch_id = parameters.get("batch_id")
        if inn is None and isinstance(batch_id, int):
            if batch_id not in self.batches:
                with transaction.connection.cursor() as cursor:
                    cursor.execute(_OF_BATCH, (batch_id,))
                    self.batches[batch_id] = cursor.fetchone()[0]
            inn = self.batches[batch_id]
        # A statement without either works for whom its transaction works.
        inn = inn or getattr(transaction, "works_for", None)
        transaction.works_for = inn  # type: ignore[attr-defined]
        if inn == self.inn:
            self.statements[statement] += 1
            if statement == name:
                self.struck += 1
                raise RuntimeError("a foreign exception")

    def _is_of(self, value: Any) -> bool:
        """Whether an argument is of the organisation, as far as it shows."""
        if value is None:
            return False
        if isinstance(value, str):
            return value == self.inn or value in self.registers
        if type(value) is int:
            return self.batches.get(value) == self.inn
        if isinstance(value, pd.DataFrame):
            names = {"kkt_reg_id", "shop_id"} & set(value)
            return any(set(value[name].dropna()) & self.registers for name in names)
        if isinstance(value, list | tuple | set | dict):
            return any(self._is_of(one) for one in list(value)[:5])
        names = ("inn", "organization_inn", "kkt_reg_id", "batch_id")
        return any(self._is_of(getattr(value, name, None)) for name in names)
