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

from demo.processes import ProcessSupervisor, ProcessTrouble, Record

# Prints the pid of a child, then both wait for ever; the child does not listen to SIGTERM.
STUBBORN = """
import signal, subprocess, sys
child = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
started = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE)
started.stdout.readline()
print(started.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[ProcessSupervisor]:
    supervisor = ProcessSupervisor(tmp_path)
    yield supervisor
    supervisor.end(*supervisor.names(), grace_s=0.1)


def start_stubborn(supervisor: ProcessSupervisor) -> tuple[psutil.Process, psutil.Process]:
    """The leader and its child."""
    supervisor.start("work", [sys.executable, "-c", STUBBORN])
    while not (data := supervisor.log_file("work").read_text()).endswith("\n"):
        supervisor.require("work")
    pid = json.loads((supervisor.directory / "work.json").read_text())["pid"]
    return psutil.Process(pid), psutil.Process(int(data))


def is_alive(process: psutil.Process) -> bool:
    # In a container whose first process does not reap, a dead orphan stays on the list as a zombie. Elsewhere it may be
    # reaped between the two questions.
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_process_ends_with_its_child_even_one_that_ignores_sigterm(supervisor: ProcessSupervisor) -> None:
    leader, child = start_stubborn(supervisor)
    supervisor.end("work", grace_s=0.1)
    assert not is_alive(leader)
    assert not is_alive(child)
    assert supervisor.names() == []


def test_children_of_a_dead_leader_are_ended_too(supervisor: ProcessSupervisor) -> None:
    leader, child = start_stubborn(supervisor)
    leader.kill()
    leader.wait(timeout=10)
    assert not supervisor.is_running("work")
    assert is_alive(child)
    supervisor.end("work", grace_s=0.1)
    assert not is_alive(child)


def test_an_orphan_that_is_just_ending_is_still_waited_for(
    supervisor: ProcessSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel forgets the working directory of a process some moments before the process is gone."""
    leader, child = start_stubborn(supervisor)
    leader.kill()
    leader.wait(timeout=10)
    monkeypatch.setattr(psutil.Process, "cwd", lambda _: "")
    supervisor.end("work", grace_s=0.1)
    assert not is_alive(child)


def test_a_process_that_has_only_inherited_the_pid_is_left_alone(supervisor: ProcessSupervisor) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    try:
        earlier = psutil.Process(stranger.pid).create_time() - 60
        record = Record(stranger.pid, earlier, str(Path.cwd()), ["long", "gone"])
        (supervisor.directory / "work.json").write_text(json.dumps(asdict(record)))
        assert not supervisor.is_running("work")
        supervisor.end("work", grace_s=0.1)
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_a_running_process_is_not_started_twice(supervisor: ProcessSupervisor) -> None:
    leader, _ = start_stubborn(supervisor)
    again, _ = start_stubborn(supervisor)
    assert again.pid == leader.pid


def test_it_lives_in_a_session_of_its_own_so_that_the_terminal_does_not_end_it(supervisor: ProcessSupervisor) -> None:
    leader, child = start_stubborn(supervisor)
    assert os.getsid(leader.pid) == leader.pid
    assert os.getsid(child.pid) == leader.pid


def test_the_error_has_the_last_lines_of_a_dead_process(supervisor: ProcessSupervisor) -> None:
    supervisor.start("work", [sys.executable, "-c", "raise SystemExit('the port is taken')"])
    while supervisor.is_running("work"):
        pass
    with pytest.raises(ProcessTrouble, match=r"work is not running(.|\n)*the port is taken"):
        supervisor.require("work")
