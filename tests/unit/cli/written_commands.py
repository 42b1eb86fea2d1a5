"""Commands that guides and alerts show, read by the command line's own parser."""

from __future__ import annotations

import re
import shlex

import click

from smena.cli import main
from smena.model.errors import WrongUse


class NotACommand(Exception):
    """The command line does not know the command."""


def found(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words begin with, and the rest of them. Raises NotACommand where there is none."""
    command: click.Command = main
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        inner = command.get_command(click.Context(command), rest[0])
        if inner is None:
            raise NotACommand(f"no command {rest[0]!r} in {' '.join(words)!r}")
        command = inner
        rest.pop(0)
    return command, rest


def parse(line: str) -> None:
    """Parses a whole command, `smena …`, as it would be, and runs nothing. Raises NotACommand."""
    _, *words = shlex.split(line, comments=True)
    command, rest = found([word for word in words if word not in ("--json", "--debug")])
    try:
        # With a parent, as it is called: a command keeps the options for help that it was first made with.
        with command.make_context(command.name, rest, parent=click.Context(main, **main.context_settings)):
            pass
    except (click.ClickException, WrongUse) as error:
        raise NotACommand(f"{line}: {error}") from error
    if isinstance(command, click.Group) and not command.invoke_without_command:
        raise NotACommand(f"{line}: which command of {command.name}?")


def look_at(text: str) -> None:
    """A command as prose names it: the command is there, and so is each option. Raises NotACommand."""
    words = [word for word in re.split(r"[\s\[\]|\\]+", text) if word not in ("", "…", "--json", "--debug")]
    command, rest = found(words)
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    if wrong := {word for word in rest if word.startswith("--")} - known - {"--help"}:
        raise NotACommand(f"{text}: no option {', '.join(sorted(wrong))}")
