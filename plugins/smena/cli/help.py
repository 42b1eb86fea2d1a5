"""How `--help` looks: commands by task, each with its whole first sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

_WHOLE = 1_000
"""Characters of a first sentence; click's own limit cuts it at the width of a terminal."""


class Commands(click.Group):
    """A group of commands whose help wraps long sentences, and may show its commands by task."""

    tasks: Mapping[str, Sequence[str]]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes a section a task, in the order given; without tasks one section, by name."""
        tasks = getattr(self, "tasks", None) or {"Commands": self.list_commands(ctx)}
        width = max((len(name) for names in tasks.values() for name in names), default=0)
        for task, names in tasks.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [
                # Padded, so that the sentences of all sections begin in one column.
                (name.ljust(width), command.get_short_help_str(_WHOLE))
                for name, command in found
                if command is not None and not command.hidden
            ]
            with formatter.section(task):
                formatter.write_dl(rows)
