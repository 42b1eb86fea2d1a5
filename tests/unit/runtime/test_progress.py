"""The progress of a long step, reported while it runs."""

from __future__ import annotations

import logging

import pytest

from smena.runtime.progress import Progress, ProgressState, in_the_log


def test_rate_and_time_left_follow_from_what_is_done() -> None:
    standing = ProgressState("load", done=30, total=90, requests=95, seconds=10)
    assert (standing.windows_a_second, standing.seconds_left) == (3, 20)
    assert str(standing) == "load windows=30/90 requests=95 rate=3.0/s left_s=20"


def test_before_anything_is_done_no_time_is_estimated() -> None:
    assert ProgressState("load", done=0, total=90, requests=0, seconds=0).seconds_left == 0


def test_every_window_is_counted_with_the_requests_so_far() -> None:
    found: list[ProgressState] = []
    moments, requests = iter([0.0, 1.0, 4.0]), iter([3, 6])
    progress = Progress("load", 2, lambda: next(requests), found.append, clock=lambda: next(moments))
    progress.count()
    progress.count()
    assert [(one.done, one.total, one.requests, one.seconds) for one in found] == [(1, 2, 3, 1.0), (2, 2, 6, 4.0)]


def test_progress_is_logged_every_five_seconds_and_not_of_what_is_over_sooner(caplog: pytest.LogCaptureFixture) -> None:
    listener = in_the_log()
    with caplog.at_level(logging.INFO, logger="smena"):
        for second in range(1, 13):
            listener(ProgressState("load", done=second, total=12, requests=second, seconds=second))
    assert [record.getMessage().split()[2] for record in caplog.records] == ["windows=5/12", "windows=10/12"]
