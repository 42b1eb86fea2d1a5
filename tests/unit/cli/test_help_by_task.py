"""Help groups commands by task, explains every option, and cuts no sentence; the shell completes what it names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from smena.cli import main
from smena.cli.listed import TASKS
from tests.unit.cli.commands import Cli

CLI = Cli({})


def commands(
    command: click.Command = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it, groups among them."""
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))


ALL = dict(commands())
GROUPS = [path for path, command in ALL.items() if isinstance(command, click.Group)]


def test_every_option_of_a_command_has_a_text() -> None:
    assert len(ALL) > 40
    assert [
        (*path, option.opts)
        for path, command in ALL.items()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ] == []


def test_every_command_says_what_it_does_and_ends_its_sentence() -> None:
    first = {path: (command.help or "").partition("\n\n")[0].strip() for path, command in ALL.items()}
    assert {path: text for path, text in first.items() if not text.endswith((".", "!", "?"))} == {}


def test_no_sentence_is_cut_at_the_width_of_a_terminal() -> None:
    for path in GROUPS:
        lines = CLI.here(*path, "--help").out.splitlines()
        assert len(lines) > 3, path
        assert [line for line in lines[1:] if line.endswith("...")] == [], path
        assert max(len(line) for line in lines) <= 80, path


def test_the_list_of_commands_has_the_first_sentence_of_each() -> None:
    listed = {one.name: one.sentence for ones in TASKS.values() for one in ones}
    assert listed == {name: command.get_short_help_str(1_000) for name, command in main.commands.items()}
    assert all(name == command.name for name, command in main.commands.items())


def test_each_command_is_under_exactly_one_task() -> None:
    named = [name for names in main.tasks.values() for name in names]
    assert sorted(named) == sorted(main.commands)
    out = CLI.here("--help").out
    places = [out.index(f"\n{task}:\n") for task in ("Set up", "Every day", "Check", "Decide")]
    assert places == sorted(places)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_what_the_shell_reads(shell: str) -> None:
    done = CLI.here("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert "_SMENA_COMPLETE" in done.out


@pytest.mark.parametrize(
    ("typed", "found"), [("per", {"period"}), ("organization s", {"set", "show"}), ("load --pro", {"--product"})]
)
def test_tab_completes_commands_and_options(typed: str, found: set[str]) -> None:
    words = f"smena {typed}"
    environment = {
        **os.environ, "_SMENA_COMPLETE": "bash_complete", "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "smena"], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert {line.partition(",")[2] for line in done.stdout.split()} == found
