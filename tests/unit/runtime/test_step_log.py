"""The end of a step is reported once: to the log, or to a listener."""

from __future__ import annotations

import logging

import pytest

from smena.runtime.log import StepEnd, in_a_line, set_listener, step_log


def test_a_step_ends_with_a_line_of_what_it_worked_on_and_how_much(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="smena"), step_log("publish", batch_id=3) as step:
        step["outcomes"] = {"issued": 8, "no_cash": 1}
    (record,) = caplog.records
    line, _, seconds = record.getMessage().rpartition(" seconds=")
    assert (record.levelname, line) == ("INFO", "publish batch_id=3 outcomes.issued=8 outcomes.no_cash=1")
    assert float(seconds) >= 0


def test_a_step_that_failed_is_a_warning_that_names_the_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="smena"), pytest.raises(ValueError, match="so"), step_log("plan"):
        raise ValueError("so it is")
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().endswith(" error=ValueError")


def test_a_listener_gets_the_end_instead_of_the_log(
    ended_steps: list[StepEnd], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="smena"):
        with step_log("plan", inn="9607083893"):
            pass
        with pytest.raises(KeyError), step_log("plan"):
            raise KeyError
    assert caplog.records == []
    assert [(one.step, one.is_failed) for one in ended_steps] == [("plan", False), ("plan", True)]
    assert ended_steps[0].fields["inn"] == "9607083893"


def test_the_former_listener_is_restored() -> None:
    before = set_listener(in_a_line)
    assert set_listener(before) is in_a_line


def test_a_listener_that_fails_costs_the_step_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def failing(ended: StepEnd) -> None:
        raise KeyError(ended.step)

    before = set_listener(failing)
    try:
        with step_log("plan"):
            pass
        with pytest.raises(ValueError, match="so"), step_log("publish"):
            raise ValueError("so it is")
    finally:
        set_listener(before)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "the end of step plan was not heard",
        "the end of step publish was not heard",
    ]
