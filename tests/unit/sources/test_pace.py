"""Requests go out no faster than they may, whoever sends them."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.sources.pace import Pace
from tests.unit.sources.marketplace import SHOP, market
from tests.unit.sources.scripted import Scripted, in_turn, reply
from tests.unit.sources.watch import Watch


def test_a_burst_goes_out_at_once_and_what_follows_waits_its_turn() -> None:
    watch = Watch()
    pace = Pace(10, burst=3, sleep=watch.sleep, clock=watch.clock)
    for _ in range(5):
        pace.wait()
    assert watch.slept == pytest.approx([0.1, 0.1])


def test_who_has_rested_may_hurry_again_but_no_more_than_a_burst() -> None:
    watch = Watch()
    pace = Pace(10, burst=3, sleep=watch.sleep, clock=watch.clock)
    for _ in range(3):
        pace.wait()
    watch.now_s += 3600
    for _ in range(4):
        pace.wait()
    assert watch.slept == pytest.approx([0.1])


@given(
    pauses=st.lists(st.floats(0, 2), min_size=1, max_size=60),
    per_second=st.sampled_from([1.0, 7.5, 50.0]),
    burst=st.integers(1, 20),
)
def test_whenever_requests_come_no_stretch_of_time_sees_more_than_its_share(
    pauses: list[float], per_second: float, burst: int
) -> None:
    watch = Watch()
    pace = Pace(per_second, burst=burst, sleep=watch.sleep, clock=watch.clock)
    sent: list[float] = []
    for pause in pauses:
        watch.now_s += pause
        pace.wait()
        sent.append(watch.now_s)
    for first, begins in enumerate(sent):
        for last, ends in enumerate(sent[first:], first):
            assert last - first + 1 <= burst + (ends - begins) * per_second + 1e-6


def test_threads_that_ask_at_once_share_one_pace() -> None:
    waits: list[float] = []
    pace = Pace(10, burst=5, sleep=waits.append, clock=lambda: 0.0)
    threads = [threading.Thread(target=pace.wait) for _ in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The clock does not move: each of the twenty who wait is given a place of its own.
    assert sorted(waits) == pytest.approx([place / 10 for place in range(1, 21)])


def test_a_client_keeps_the_pace(watch: Watch) -> None:
    day = date(2025, 12, 1)
    with Scripted(in_turn(reply({"items": []}))) as server:
        client = market(server.address, watch, pace=Pace(2, burst=1, sleep=watch.sleep, clock=watch.clock))
        for _ in range(4):
            list(client.cheques(SHOP, day, day, is_refund=False))
    assert watch.slept == pytest.approx([0.5, 0.5, 0.5])


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_pace_of_zero_is_refused(per_second: float, burst: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Pace(per_second, burst=burst)
