"""Raises an unexpected exception in one statement or function, for some organisations only; and lists what runs."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import CO_OPTIMIZED
from types import CodeType, FrameType, FunctionType
from typing import Any

import pandas as pd
import psycopg2
import pytest

from smena.warehouse.database import Transaction
from tests.town import Town

STEP_ROOMS = (
    "smena.loading.", "smena.planning.backfill", "smena.planning.plan", "smena.planning.run_plan",
    "smena.planning.uncovering", "smena.planning.wanted", "smena.reconciliation.", "smena.alerts.", "smena.runtime.",
    "smena.matching.", "smena.warehouse.ledger",
)  # fmt: skip
"""Their functions are steps. Exceptions of what these call in other packages end at the same borders."""

NOT_STEPS = ("smena.loading.run:_attempt", "smena.runtime.log:", "smena.runtime.product:implementation_of")
"""Borders themselves and the log: an exception is raised within these, not by them. Cached functions run only once."""

_CALLS: dict[str, tuple[FunctionType, Disturbance]] = {}
"""Functions that are disturbed now: the originals, and the disturbance that decides."""


class Unexpected(Exception):
    """An exception of no kind that the product knows."""


class Disturbance:
    """Finds the organisation that a statement or a call works for; raises in the chosen ones, `faults` by ИНН.

    A fault is the name of a statement, or `module:function` of a step. `struck` has the faults that were raised,
    `ran` what ran at all, both by ИНН.
    """

    def __init__(self, town: Town, faults: dict[str, str] | None = None) -> None:
        self.faults = faults or {}
        self.struck: set[str] = set()
        self.ran: dict[str, set[str]] = {inn: set() for inn in town.inns}
        self.common: set[str] = set()
        self._town = town
        self._batches: dict[int, str] = {}
        self._owners: dict[str, str] = {inn: inn for inn in town.inns}
        for inn in town.inns:
            registers = [one.reg_number for one in town.sandbox.world.organization(inn).registers]
            shops = [row["shop_id"] for row in town.sandbox.market_truth(inn)]
            self._owners |= dict.fromkeys([*registers, *shops], inn)
        self._connection = psycopg2.connect(town.warehouse.dsn)
        self._connection.autocommit = True
        self._asking = threading.Lock()

    @contextmanager
    def on(self, *, watches_steps: bool = False) -> Iterator[Disturbance]:
        """Within the block statements are watched and the faults are raised; steps are watched where asked for."""
        steps = {fault for fault in self.faults.values() if ":" in fault}
        with pytest.MonkeyPatch.context() as patch:
            for method in ("run", "rows", "stream"):
                patch.setattr(Transaction, method, self._watched(getattr(Transaction, method)))
            for step in steps:
                self._disturb(step)
            if watches_steps:
                threading.setprofile(self._watch_step)
                sys.setprofile(self._watch_step)
            try:
                yield self
            finally:
                sys.setprofile(None)
                threading.setprofile(None)  # type: ignore[arg-type]
                for name, (before, _) in _CALLS.items():
                    function_of(name).__code__ = before.__code__
                _CALLS.clear()
                self._connection.close()

    def _watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def watched(one: Transaction, statement: str, /, **parameters: Any) -> Any:
            inn = self._named(parameters, one) or self._whose(sys._getframe(1), one)
            self._interrupt(inn, statement)
            return method(one, statement, **parameters)

        return watched

    def _interrupt(self, inn: str | None, what: str) -> None:
        if inn is None:
            self.common.add(what)
            return
        self.ran[inn].add(what)
        if self.faults.get(inn) == what:
            self.struck.add(what)
            raise Unexpected("a foreign exception")

    # --- whom it works for

    def _whose(self, frame: FrameType | None, transaction: Transaction | None = None) -> str | None:
        """The organisation that the arguments of the nearest calls name."""
        while frame is not None:
            code = frame.f_code
            names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            local = frame.f_locals
            inn = self._named({name: local.get(name) for name in names}, transaction)
            if inn is not None:
                return inn
            frame = frame.f_back
        return None

    def _named(self, values: dict[str, Any], transaction: Transaction | None = None) -> str | None:
        for name, value in values.items():
            inn = self._of(value, transaction, is_batch=name == "batch_id")
            if inn is not None:
                return inn
        return None

    def _of(self, value: Any, transaction: Transaction | None = None, *, is_batch: bool = False) -> str | None:
        if isinstance(value, str):
            return self._owners.get(value)
        if isinstance(value, int):
            return self._of_batch(value, transaction) if is_batch and not isinstance(value, bool) else None
        if isinstance(value, pd.DataFrame):
            name = next((one for one in ("unit_id", "kkt_reg_id", "shop_id") if one in value), None)
            return self._owners.get(str(value[name].iloc[0])) if name and len(value) else None
        if isinstance(value, list) and value and not isinstance(value[0], str | int | list | tuple):
            return self._of(value[0], transaction)
        read = value.get if isinstance(value, dict) else lambda name: _attribute(value, name)
        if not isinstance(value, dict) and not type(value).__module__.startswith("smena."):
            return None
        for name in ("inn", "organization_inn", "unit_id", "kkt_reg_id", "shop_id", "organization", "batch"):
            inner = read(name)
            inn = self._of(inner, transaction) if inner is not None else None
            if inn is not None:
                return inn
        return self._of(read("batch_id"), transaction, is_batch=True)

    def _of_batch(self, batch_id: int, transaction: Transaction | None) -> str | None:
        """A batch that another transaction has opened and not committed yet has no known organisation."""
        with self._asking:
            if batch_id not in self._batches:
                connection = transaction.connection if transaction is not None else self._connection
                with connection.cursor() as cursor:
                    cursor.execute("select organization_inn from control.batch where batch_id = %s", (batch_id,))
                    row = cursor.fetchone()
                if row is None:
                    return None
                self._batches[batch_id] = row[0]
            return self._batches[batch_id]

    # --- steps

    def _watch_step(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(STEP_ROOMS):
            return
        name = f"{module}:{frame.f_code.co_qualname}"
        # A module that is imported in the middle of a step runs the bodies of its classes, which are no functions.
        if not frame.f_code.co_flags & CO_OPTIMIZED or "<" in name or "__" in name or name.startswith(NOT_STEPS):
            return
        inn = self._whose(frame)
        (self.common if inn is None else self.ran[inn]).add(name)

    def _disturb(self, name: str) -> None:
        """Make the function of this name ask first whether it may go on, wherever it was imported."""
        function = function_of(name)
        before = FunctionType(
            function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
        )
        before.__kwdefaults__ = function.__kwdefaults__
        _CALLS[name] = (before, self)
        function.__code__ = _asking_first(name)

    def call(self, name: str, function: FunctionType, values: tuple[Any, ...], more: dict[str, Any]) -> Any:
        """Raises where the call works for an organisation of this fault, else calls the function."""
        code = function.__code__
        named = dict(zip(code.co_varnames[: code.co_argcount], values, strict=False)) | more
        inn = self._named(named) or self._whose(sys._getframe(2))
        if inn is not None and self.faults.get(inn) == name:
            self.struck.add(name)
            raise Unexpected("a foreign exception")
        return function(*values, **more)


def function_of(name: str) -> FunctionType:
    """The function `module:function` or `module:Class.method` itself, below what decorates it."""
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = vars(found)[part]
    found = getattr(found, "__func__", found)
    found = getattr(found, "fget", found)
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    assert isinstance(found, FunctionType), name
    return found


def _attribute(value: Any, name: str) -> Any:
    """An attribute that is stored. Reading a property would be a step itself, which asks whom it works for."""
    return None if isinstance(getattr(type(value), name, None), property) else getattr(value, name, None)


def _asking_first(name: str) -> CodeType:
    source = (
        "def asking(*values, **more):\n"
        "    from tests.integration.disturbing import _CALLS\n"
        f"    function, disturbance = _CALLS[{name!r}]\n"
        f"    return disturbance.call({name!r}, function, values, more)\n"
    )
    place: dict[str, Any] = {}
    exec(source, place)  # noqa: S102 - our own words
    code: CodeType = place["asking"].__code__
    return code
