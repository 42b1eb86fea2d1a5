"""The layout of `smena --help` and of the help of its groups: each command with its whole first sentence.

click by itself lists commands by name, and cuts their sentences at the width of the terminal. Here sentences wrap.

`smena` itself also lists its commands by task. Importing them all takes a second, so their names and sentences come
from a table (`smena.cli.listed`), and a command is imported when it runs. Groups below it, such as `smena integration`,
have a few commands, which are imported with the group and listed by name.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping, MutableMapping, Sequence

import click

from smena.cli.listed import CommandEntry

_LONGEST_SENTENCE = 1_000
"""Characters; far longer than any first sentence, so none is cut. click's own limit is 45."""


class Commands(click.Group):
    """A group of commands whose help wraps long sentences.

    It lists its commands by name, or, after `list_by_task`, by task.
    """

    tasks: Mapping[str, Sequence[str]]
    _sentences: Mapping[str, str]

    def list_by_task(self, tasks: Mapping[str, Sequence[CommandEntry]]) -> None:
        """Replace the commands of the group by these, without importing them.

        A command that is added afterwards can be run, but its help is in no task, so it is not listed.

        Args:
            tasks: by heading of the help ("Set up", "Every day", …), the commands below it.
        """
        entries = {entry.name: entry for group in tasks.values() for entry in group}
        self.tasks = {task: [entry.name for entry in group] for task, group in tasks.items()}
        self.commands = _LazyCommands({name: entry.place for name, entry in entries.items()})
        self._sentences = {name: entry.sentence for name, entry in entries.items()}

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
        sentences = getattr(self, "_sentences", {})
        return sentences[name] if name in sentences else self.commands[name].get_short_help_str(_LONGEST_SENTENCE)


class _LazyCommands(MutableMapping[str, click.Command]):
    """Commands by name for click, each imported on first use.

    Args:
        places: by name, `module:attribute` in `smena.cli`: `loading:plan` is the function `plan` of `loading.py`.
    """

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
