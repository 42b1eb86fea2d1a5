"""The root of the command line: shared options, error lines and exit codes."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import textwrap
import traceback
from typing import NoReturn

import click

from smena import __version__
from smena.cli.answer import Session
from smena.cli.exits import BROKEN_PIPE, EXIT_CODES, INTERRUPTED
from smena.cli.help import Commands
from smena.cli.listed import TASKS
from smena.model.errors import BrokenPromise, SmenaError, WrongUse


class _Commands(Commands):
    """`--json` and `--debug` may stand before or after a command's name."""

    def main(self, *_args: object, **_kwargs: object) -> NoReturn:
        words = list(sys.argv[1:])
        shared = [word for word in ("--json", "--debug") if word in words]
        rest = [word for word in words if word not in shared]
        as_json, debug = "--json" in shared, "--debug" in shared
        handler = logging.StreamHandler(sys.stderr)
        handler.addFilter(lambda record: record.name.startswith("smena") or record.levelno >= logging.WARNING)
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", handlers=[handler])
        # A terminal that cannot encode a character shows it as `\\u2116`; without this the command would fail.
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        stdout = sys.stdout
        try:
            super().main([*shared, *rest], prog_name="smena", standalone_mode=False)
            code = 0
        except SystemExit as stop:
            # On a closed pipe click replaces stdout and exits with 1, which means "something waits" here.
            code = int(stop.code or 0) if sys.stdout is stdout else BROKEN_PIPE
        except click.exceptions.Exit as stop:
            code = stop.exit_code
        except click.exceptions.NoArgsIsHelpError as help_:
            path = help_.ctx.command_path if help_.ctx else "smena"
            code = _fail(f"a command is missing — `{path} --help` lists them", WrongUse.exit_code, as_json)
        except (_Interrupted, click.Abort, KeyboardInterrupt):
            _fail("interrupted; run again, nothing is lost", INTERRUPTED, as_json)
            sys.stdout.flush(), sys.stderr.flush()
            # Threads may be waiting for a slow answer; ending them loses nothing, because the next run asks again.
            os._exit(INTERRUPTED)
        except Exception as error:  # noqa: BLE001 - the last boundary: a line, never a traceback
            if debug:
                traceback.print_exc()
            code = _fail(*_error_line(error), as_json)
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            raise _Interrupted from None


_EPILOG = "\b\nExit codes:\n" + "\n".join(
    textwrap.fill(what, 78, initial_indent=f"  {code:>3}  ", subsequent_indent=" " * 7)
    for code, what in EXIT_CODES.items()
)


class _Interrupted(Exception):
    """Ctrl-C. For KeyboardInterrupt itself click would print an empty line first."""


def _error_line(error: Exception) -> tuple[str, int]:
    """Return the message for an error, and the exit code."""
    if isinstance(error, SmenaError):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        return error.format_message(), WrongUse.exit_code
    first_line = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first_line} (--debug shows where)", BrokenPromise.exit_code


def _fail(message: str, code: int, as_json: bool) -> int:
    line = " ".join(message.split())
    click.echo(f"smena: {line}", err=True)
    if as_json:
        click.echo(json.dumps({"error": line, "exit_code": code}, ensure_ascii=False))
    return code


@click.group(cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", "-V", prog_name="smena", message="%(prog)s %(version)s")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object on stdout.")
@click.option("--debug", is_flag=True, help="Show where an error comes from.")
@click.pass_context
def main(context: click.Context, *, as_json: bool, debug: bool) -> None:
    """Every closed shift of every cash register becomes a ПКО in accounting, once."""
    context.obj = Session(as_json=as_json, debug=debug)


main.list_by_task(TASKS)
