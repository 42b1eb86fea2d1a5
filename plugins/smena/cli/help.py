"""The layout of `smena --help`: commands by task, each with its whole first sentence.

click by itself lists commands by name, and cuts their sentences at the width of the terminal. A plain click group also
has every command imported, which takes a second: here names and sentences come from a table (`smena.cli.listed`), and
a command is imported when it runs.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping, MutableMapping, Sequence

import click

from smena.cli.listed import CommandEntry

_WHOLE = 1_000
"""The longest first sentence in characters; click's own limit would cut it at the width of a terminal."""


class Commands(click.Group):
    """A group of commands whose help wraps long sentences and can list commands by task."""

    tasks: Mapping[str, Sequence[str]]
    _sentences: Mapping[str, str]

    def list_by_task(self, tasks: Mapping[str, Sequence[CommandEntry]]) -> None:
        """Add these commands without importing them.

        Args:
            tasks: by heading of the help ("Set up", "Load", …), the commands below it, with their place in the code.
        """
        listed = {one.name: one for ones in tasks.values() for one in ones}
        self.tasks = {task: [one.name for one in ones] for task, ones in tasks.items()}
        self.commands = _LazyCommands({name: one.place for name, one in listed.items()})
        self._sentences = {name: one.sentence for name, one in listed.items()}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section per task, in the order given; without tasks one section, by name."""
        tasks = getattr(self, "tasks", None) or {"Commands": self.list_commands(ctx)}
        width = max((len(name) for names in tasks.values() for name in names), default=0)
        for task, names in tasks.items():
            # Padded, so that the sentences of all sections begin in one column.
            rows = [(name.ljust(width), self._sentence(name)) for name in names if self._is_shown(name)]
            with formatter.section(task):
                formatter.write_dl(rows)

    def _is_shown(self, name: str) -> bool:
        return name in getattr(self, "_sentences", {}) or not self.commands[name].hidden

    def _sentence(self, name: str) -> str:
        listed = getattr(self, "_sentences", {})
        return listed[name] if name in listed else self.commands[name].get_short_help_str(_WHOLE)


class _LazyCommands(MutableMapping[str, click.Command]):
    """Commands by name for click, each imported on first use."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._found: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._found:
            self._found[name] = pkgutil.resolve_name(f"smena.cli.{self._places[name]}")
        return self._found[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._places.setdefault(name, "")
        self._found[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._found.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places
