"""Ctrl-C during `smena load`: nothing is lost, and the next run ends right."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.cli.shop import Shop
from tests.integration.warehouse.sessions import look
from tests.unit.cli.commands import Done

MOST_LOOKS = 100_000


@contextmanager
def loading(shop: Shop, slow_s: float) -> Iterator[subprocess.Popen[str]]:
    """A load in a process of its own that is just now waiting for the operator's documents."""
    shop.town.sandbox.faults.add({"kind": "slow", "seconds": slow_s, "path": "by-period"})
    process = shop.cli.start(*shop.load_words, "--json")
    try:
        for _ in range(MOST_LOOKS):
            if shop.town.sandbox.requests.count("by-period") or process.poll() is not None:
                break
            look(shop.town.warehouse.dsn, "select")  # a moment that is not slept through
        yield process
    finally:
        process.kill()
        process.wait()
        shop.town.sandbox.faults.clear()


def interrupted(process: subprocess.Popen[str], *, within_s: float) -> Done:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=within_s)
    return Done(process.returncode, out, err)


def test_an_interrupted_load_is_exit_130_and_run_again_ends_right(shop: Shop) -> None:
    with loading(shop, slow_s=0.3) as process:
        done = interrupted(process, within_s=30)
    assert done.code == 130
    assert [line for line in done.said if line] == ["smena: interrupted; run again, nothing is lost"]
    assert done.data == {"error": "interrupted; run again, nothing is lost", "exit_code": 130}
    assert "Traceback" not in done.err
    assert shop.town.shifts() == []
    again = shop.load()
    assert (again.code, again.data["summary"]["verdicts"]) == (0, {"new": len(shop.town.truth())})
    assert shop.is_loaded_right()


@pytest.fixture
def ignored_here() -> Iterator[None]:
    """These tests in a job that a script has started in the background: it ignores SIGINT."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ignored_here")
def test_an_interruption_is_one_line_wherever_the_tests_run(shop: Shop) -> None:
    with loading(shop, slow_s=0.1) as process:
        done = interrupted(process, within_s=30)
    assert done.error == "interrupted; run again, nothing is lost"


def test_an_interruption_does_not_wait_for_an_operator_that_is_slow(shop: Shop) -> None:
    with loading(shop, slow_s=30) as process:
        try:
            assert interrupted(process, within_s=8).code == 130
        except subprocess.TimeoutExpired:
            pytest.fail("the command waits for the answers that are under way, and for all pages after them")
