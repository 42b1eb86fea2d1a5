"""A bar on the terminal of a person who waits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smena.cli.answer import Session
from smena.pipeline.progress import Standing, Tell, in_the_log


@contextmanager
def watching(session: Session) -> Iterator[Callable[[], Tell]]:
    """What a road watches with: a bar where stderr is a terminal and a person is answered, else lines in the log."""
    if session.as_json or not sys.stderr.isatty():
        yield in_the_log
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    told = TextColumn("windows, {task.fields[requests]} requests, {task.fields[rate]:.1f}/s")
    columns = (BarColumn(), MofNCompleteColumn(), told, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def watch() -> Tell:
            bar = bars.add_task("", total=None, requests=0, rate=0.0, visible=False)

            def tell(standing: Standing) -> None:
                bars.update(
                    bar,
                    completed=standing.done,
                    total=standing.total,
                    visible=standing.done < standing.total,
                    requests=standing.requests,
                    rate=standing.windows_a_second,
                )
                bars.refresh()

            return tell

        yield watch
