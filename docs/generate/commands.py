"""`commands.md`, made from the command line's own help and exit codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

_HEAD = """# Commands

Made by `make docs` from the command line's own help. `--json` on each gives one JSON object on stdout: days and
moments by ISO 8601, durations in seconds, money as text; logs go to stderr.
"""
_EXIT_CODES = """## Exit codes

Every command ends with one of these, and never with a traceback; with `--json` an error is one object,
`{"error": …, "exit_code": …}`.

| code | means |
| --- | --- |
"""


def page(main: click.Group, exit_codes: Mapping[int, str]) -> str:
    """Return the page: the exit codes, then commands by task, in the order of the help."""
    rows = "".join(f"| {code} | {_cell(meaning)} |\n" for code, meaning in exit_codes.items())
    parts = [_HEAD, f"```text\n{_text(main.help)}\n```\n", _EXIT_CODES + rows]
    tasks: dict[str, list[str]] = getattr(main, "tasks", {})
    for task, names in tasks.items():
        parts.append(f"## {task}\n")
        for name in names:
            parts += _sections(main.commands[name], click.Context(main, info_name="smena"))
    return "\n".join(parts)


def _sections(command: click.Command, parent: click.Context) -> Iterator[str]:
    """Yield the section of a command and, after a group, those of its commands."""
    context = click.Context(command, info_name=command.name, parent=parent)
    if isinstance(command, click.Group):
        yield f"### {context.command_path}\n\n{_text(command.help)}\n"
        for name in command.list_commands(context):
            yield from _sections(command.commands[name], context)
        return
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    options = [one for one in command.params if isinstance(one, click.Option)]
    rows = [record for one in options if (record := one.get_help_record(context))]
    lines = [f"### {context.command_path}\n", f"```text\n{usage}\n```\n", _text(command.help), ""]
    if rows:
        lines += [
            "| option | |",
            "| --- | --- |",
            *(f"| `{_cell(option)}` | {_cell(text)} |" for option, text in rows),
            "",
        ]
    yield "\n".join(lines)


def _text(text: str | None) -> str:
    paragraphs = [" ".join(part.split()) for part in (text or "").split("\n\n")]
    return "\n\n".join(paragraphs)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
