"""The root of the command line: what every command shares, and how errors end."""

from __future__ import annotations

import json
import logging
import sys
from typing import NoReturn

import click

from smena.cli.acceptance import accept, reject
from smena.cli.answer import Session
from smena.cli.decisions import conflicts, resolve
from smena.cli.documents import documents, explain
from smena.cli.integration import integration
from smena.cli.loading import load, plan
from smena.cli.organization import organization
from smena.cli.period import period
from smena.cli.shifts import shifts
from smena.cli.warehouse import migrate
from smena.model.errors import SmenaError, WrongUse


class _Commands(click.Group):
    """`--json` and `--debug` may stand before or after a command's name."""

    def main(self, *_args: object, **_kwargs: object) -> NoReturn:
        words = list(sys.argv[1:])
        shared = [word for word in ("--json", "--debug") if word in words]
        rest = [word for word in words if word not in shared]
        as_json, debug = "--json" in shared, "--debug" in shared
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        logging.getLogger("alembic").setLevel(logging.WARNING)
        try:
            super().main([*shared, *rest], prog_name="smena", standalone_mode=False)
            code = 0
        except click.exceptions.Exit as stop:
            code = stop.exit_code
        except SmenaError as error:
            if debug:
                raise
            code = _fail(str(error), error.exit_code, as_json)
        except click.ClickException as error:
            code = _fail(error.format_message(), WrongUse.exit_code, as_json)
        except click.Abort:
            code = _fail("interrupted; run again, nothing is lost", 130, as_json)
        except Exception as error:
            if debug:
                raise
            first_line = str(error).strip().partition("\n")[0]
            code = _fail(f"{type(error).__name__}: {first_line} (--debug shows where)", 70, as_json)
        sys.exit(code)


def _fail(message: str, code: int, as_json: bool) -> int:
    line = " ".join(message.split())
    click.echo(f"smena: {line}", err=True)
    if as_json:
        click.echo(json.dumps({"error": line, "exit_code": code}, ensure_ascii=False))
    return code


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object on stdout.")
@click.option("--debug", is_flag=True, help="Show where an error comes from.")
@click.pass_context
def main(context: click.Context, *, as_json: bool, debug: bool) -> None:
    """Every closed shift of every cash register becomes a ПКО in accounting, once.

    Exit: 0 done; 1 done, but something waits for a person; 2 wrong use; 3 an outside system failed, run again.
    """
    context.obj = Session(as_json=as_json, debug=debug)


_LOADING = (migrate, organization, integration, plan, load)
_ACCOUNTING = (documents, accept, reject, shifts, conflicts, resolve, period, explain)
for command in (*_LOADING, *_ACCOUNTING):
    main.add_command(command)
