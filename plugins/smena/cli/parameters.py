"""Parameters that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import click

from smena.integration.organizations import checked_inn
from smena.model.errors import WrongUse
from smena.model.window import PRODUCTS


class _Day(click.ParamType[date]):
    """A date, `2025-11-30`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2025-11-30", param, ctx)


class _Inn(click.ParamType[str]):
    """An ИНН with right check digits."""

    name = "inn"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        del param, ctx
        return checked_inn(value)


DAY = _Day()
INN = _Inn()

inn_option = click.option("--inn", type=INN, required=True, help="ИНН of the organisation.")
any_inn_option = click.option("--inn", type=INN, help="ИНН of the organisation; all of them without it.")
product_option = click.option(
    "--product", type=click.Choice(PRODUCTS), required=True, help="The source: Kontur.OFD or Kontur.Market."
)


def document_id_of(text: str) -> str:
    """The id of a document or a shift that a person typed. Raises WrongUse where it is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise WrongUse(f"{text!r} is not a document's id", fix="`smena documents` lists them") from None
