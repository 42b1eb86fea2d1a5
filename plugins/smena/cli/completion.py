"""`smena completion`: the script by which a shell completes commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from smena.cli.answer import Session

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_SMENA_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print the script that completes commands and options in a shell: eval "$(smena completion bash)"."""
    kind = get_completion_class(shell)
    if kind is None:
        raise AssertionError(f"click knows no {shell}")
    source = kind(context.find_root().command, {}, "smena", _VARIABLE).source()
    session: Session = context.obj
    session.answer({"shell": shell, "script": source}, source)
