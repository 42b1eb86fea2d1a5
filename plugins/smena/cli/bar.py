"""Progress for a person at a terminal: the step that runs, and a bar of the windows that are requested."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smena.cli.answer import Session
from smena.runtime.log import listen_to_starts
from smena.runtime.progress import ProgressListener, ProgressState, in_the_log

_STEPS = {
    "plan": "planning",
    "extract": "asking the source",
    "process": "reading and checking what came",
    "publish": "matching and booking",
    "reconcile": "asking the source again",
}
"""Texts by the step's name in the log; other steps are shown by that name."""


@contextmanager
def watching(session: Session) -> Iterator[Callable[[], ProgressListener]]:
    """Yield a factory of progress listeners: a bar where stderr is a terminal, else lines in the log."""
    if session.as_json or not sys.stderr.isatty():
        yield in_the_log
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Left

    requests = TextColumn("windows, {task.fields[requests]} requests, {task.fields[rate]:.1f}/s")
    bars = Progress(BarColumn(), MofNCompleteColumn(), requests, Left())
    steps = Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    step = steps.add_task("starting", total=None)

    def begin(name: str) -> None:
        steps.reset(step, description=_STEPS.get(name, name))

    def watch() -> ProgressListener:
        bar = bars.add_task("", total=None, requests=0, rate=0.0, visible=False)

        def listener(state: ProgressState) -> None:
            bars.update(
                bar,
                completed=state.done,
                total=state.total,
                visible=state.done < state.total,
                requests=state.requests,
                rate=state.windows_a_second,
            )
            live.refresh()

        return listener

    live = Live(Group(steps, bars), console=Console(stderr=True), transient=True)
    before = listen_to_starts(begin)
    try:
        with live:
            yield watch
    finally:
        listen_to_starts(before)
