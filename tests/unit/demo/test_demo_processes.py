"""Processes of the demo are ended with all they have started, and strangers never."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from demo.processes import Keeper, ProcessTrouble, Record

# Tells the pid of a child, then both wait for ever; the child does not listen to SIGTERM.
STUBBORN = """
import signal, subprocess, sys
child = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
started = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE)
started.stdout.readline()
print(started.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    keeper = Keeper(tmp_path)
    yield keeper
    keeper.end(*keeper.names(), grace_s=0.1)


def start_stubborn(keeper: Keeper) -> tuple[psutil.Process, psutil.Process]:
    """The leader and its child."""
    keeper.start("work", [sys.executable, "-c", STUBBORN])
    while not (data := keeper.log_file("work").read_text()).endswith("\n"):
        keeper.require("work")
    pid = json.loads((keeper.directory / "work.json").read_text())["pid"]
    return psutil.Process(pid), psutil.Process(int(data))


def is_alive(process: psutil.Process) -> bool:
    # In a container whose first process does not reap, a dead orphan stays on the list as a zombie. Elsewhere it may be
    # reaped between the two questions.
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_process_ends_with_its_child_even_one_that_will_not_listen(keeper: Keeper) -> None:
    leader, child = start_stubborn(keeper)
    keeper.end("work", grace_s=0.1)
    assert not is_alive(leader)
    assert not is_alive(child)
    assert keeper.names() == []


def test_children_of_a_dead_leader_are_ended_too(keeper: Keeper) -> None:
    leader, child = start_stubborn(keeper)
    leader.kill()
    leader.wait(timeout=10)
    assert not keeper.is_running("work")
    assert is_alive(child)
    keeper.end("work", grace_s=0.1)
    assert not is_alive(child)


def test_an_orphan_that_is_just_ending_is_still_waited_for(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel forgets the working directory of a process some moments before the process is gone."""
    leader, child = start_stubborn(keeper)
    leader.kill()
    leader.wait(timeout=10)
    monkeypatch.setattr(psutil.Process, "cwd", lambda _: "")
    keeper.end("work", grace_s=0.1)
    assert not is_alive(child)


def test_a_process_that_has_only_inherited_the_pid_is_left_alone(keeper: Keeper) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    try:
        earlier = psutil.Process(stranger.pid).create_time() - 60
        record = Record(stranger.pid, earlier, str(Path.cwd()), ["long", "gone"])
        (keeper.directory / "work.json").write_text(json.dumps(asdict(record)))
        assert not keeper.is_running("work")
        keeper.end("work", grace_s=0.1)
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_a_running_process_is_not_started_twice(keeper: Keeper) -> None:
    leader, _ = start_stubborn(keeper)
    again, _ = start_stubborn(keeper)
    assert again.pid == leader.pid


def test_it_lives_in_a_session_of_its_own_so_that_the_terminal_does_not_end_it(keeper: Keeper) -> None:
    leader, child = start_stubborn(keeper)
    assert os.getsid(leader.pid) == leader.pid
    assert os.getsid(child.pid) == leader.pid


def test_what_a_dead_process_said_last_is_told(keeper: Keeper) -> None:
    keeper.start("work", [sys.executable, "-c", "raise SystemExit('the port is taken')"])
    while keeper.is_running("work"):
        pass
    with pytest.raises(ProcessTrouble, match=r"work is not running(.|\n)*the port is taken"):
        keeper.require("work")
