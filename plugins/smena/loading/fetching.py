"""Fetch the assignments of a shard, a few at once: store their answers as evidence, and mark how each ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from smena.model.errors import PassingFault, RefusedByService, RefusedLogin, SmenaError, UnreadableAnswer, WrongUse
from smena.model.unexpected import contained
from smena.runtime.context import Context
from smena.runtime.limits import Budget, TooManyBytes
from smena.runtime.log import logger
from smena.runtime.product import Extraction
from smena.runtime.progress import Progress
from smena.sources.page import Page
from smena.warehouse import ledger
from smena.warehouse.ledger import Assignment
from smena.warehouse.pages import PageStore

SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Fetch:
    """One attempt to fetch for one assignment: its answers are stored as evidence under one `fetch_id`."""

    pages: PageStore
    assignment: Assignment
    fetch_id: int
    budget: Budget

    def keep(self, method: str, page: Page) -> int:
        """Store an answer and return its page id. Raises OverLimit if the assignment is over its budget."""
        self.budget.take(len(page.body))
        return self.store(method, page)

    def store(self, method: str, page: Page) -> int:
        """Store an answer outside of the budget and return its page id."""
        return self.pages.add(
            fetch_id=self.fetch_id,
            unit_id=self.assignment.unit_id,
            method=method,
            address=page.address,
            status=page.status,
            fetched_at=page.fetched_at,
            body=page.body,
        )


def fetch_all(
    context: Context,
    pages: PageStore,
    assignments: Sequence[Assignment],
    fetch: Callable[[Fetch], None],
    result: Extraction,
    *,
    state: str,
    kept_as: str,
    requests: Callable[[], int],
) -> None:
    """Run `fetch` for each assignment, a few at once, and mark how each ended; `requests` counts those sent.

    An error of one assignment does not stop the others. Raises errors that concern them all: RefusedLogin, WrongUse of
    the connection, and PassingFault of the warehouse.
    """
    what = f"batch_id={result.batch_id} shard={result.shard} until={state}"
    progress = Progress(what, len(assignments), requests, context.watch())

    def attempt(assignment: Assignment) -> tuple[str, SmenaError | None]:
        ended = _attempt(context, pages, assignment, fetch, state, kept_as)
        progress.count()
        return ended

    workers = ThreadPoolExecutor(context.extract_workers, thread_name_prefix="extract")
    attempts = [workers.submit(attempt, assignment) for assignment in assignments]
    try:
        for one in attempts:
            ended, error = one.result()
            if ended == SPLIT:
                result.splits += 1
            elif ended != "listed":
                result.count(ended)
            if ended == "failed" and isinstance(error, PassingFault) and result.fault is None:
                result.fault = error
    finally:
        # An interrupted run does not wait for answers under way.
        workers.shutdown(wait=False, cancel_futures=True)


def _attempt(
    context: Context, pages: PageStore, assignment: Assignment, fetch: Callable[[Fetch], None], state: str, kept_as: str
) -> tuple[str, SmenaError | None]:
    """Fetch for one assignment and mark how it ended."""
    what = f"batch {pages.batch_id}, {assignment.unit_id} from {assignment.first_day}"
    ended = state
    error: SmenaError | None = None
    fetched: dict[str, int] = {}
    try:
        fetched = {kept_as: int(context.warehouse.rows("fetch_id")[0]["fetch_id"])}
        _fetch(Fetch(pages, assignment, fetched[kept_as], context.budget()), fetch, context)
    except (RefusedLogin, WrongUse):
        raise
    except UnreadableAnswer as unreadable:
        ended, error = "unreadable", unreadable
    except RefusedByService as refusal:
        ended, error = "refused", refusal
    except TooManyBytes as too_many:
        if ledger.split(context.warehouse, pages.batch_id, assignment):
            logger.warning("split register=%s first_day=%s why=%s", assignment.unit_id, assignment.first_day, too_many)
            return SPLIT, None
        ended, error = "failed", too_many
    except Exception as fault:  # noqa: BLE001 - the border of an assignment
        ended, error = "failed", contained(fault, what)
    # A fetch that failed leaves the earlier one in force.
    if ended not in (state, "unreadable"):
        fetched = {}
    try:
        ledger.mark(context.warehouse, pages.batch_id, assignment, ended, error=error, **fetched)
    except PassingFault:
        raise
    except Exception as fault:  # noqa: BLE001 - the same; publish marks what was not read as failed
        ended, error = "failed", contained(fault, what)
    return ended, error


def _fetch(one: Fetch, fetch: Callable[[Fetch], None], context: Context) -> None:
    """Fetches; an unreadable answer is stored as evidence before its error is raised."""
    try:
        fetch(one)
    except UnreadableAnswer as unreadable:
        one.store("unreadable", Page("unreadable", unreadable.address, 200, unreadable.body, context.now()))
        raise
