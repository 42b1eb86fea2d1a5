"""`python -m demo.command_page [--check]`: `docs/commands.md`, made from the command line's own help."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import click

from demo.repository import REPOSITORY

PAGE = REPOSITORY / "docs" / "commands.md"
_HEAD = """# Commands

Made by `make docs` from the command line's own help. `--json` on each gives one JSON object on stdout: days and
moments by ISO 8601, durations in seconds, money as text; logs go to stderr. `smena completion bash` (or `zsh`, `fish`)
prints what the shell reads so that Tab completes commands and options.
"""


def page(main: click.Group) -> str:
    """Return the page: commands by task, in the order of the help."""
    parts = [_HEAD, f"```text\n{_text(main.help)}\n```\n"]
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


def main() -> None:
    """Write the page; with `--check` only check that the file is up to date (exit code 1 if not)."""
    from smena.cli import main as smena

    parser = argparse.ArgumentParser(prog="python -m demo.command_page", description=__doc__)
    parser.add_argument("--check", action="store_true")
    made = page(smena)
    if not parser.parse_args().check:
        PAGE.write_text(made, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
        sys.exit("docs/commands.md is not what the command line says: run `make docs`")


if __name__ == "__main__":
    main()
