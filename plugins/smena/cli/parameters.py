"""Parameters that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import click
from click.shell_completion import CompletionItem

from smena.mandates.organizations import checked_inn
from smena.model.errors import WrongUse
from smena.model.product import products


class _Day(click.ParamType[date]):
    """A date, `2025-11-30`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2025-11-30", param, ctx)


class _Inn(click.ParamType[str]):
    """An ИНН with correct check digits."""

    name = "inn"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        del param, ctx
        return checked_inn(value)


class _Product(click.ParamType[str]):
    """The name of an installed product. Products are looked up only when an option names one, not at each start."""

    name = "product"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in products():
            self.fail(f"{value!r} is none of {', '.join(products())}", param, ctx)
        return str(value)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        del param, ctx
        return f"[{'|'.join(products())}]"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        del ctx, param
        return [CompletionItem(name) for name in products() if name.startswith(incomplete)]


DAY = _Day()
INN = _Inn()
PRODUCT = _Product()

inn_option = click.option("--inn", type=INN, required=True, help="ИНН of the organisation.")
any_inn_option = click.option("--inn", type=INN, help="ИНН of the organisation; all of them without it.")
product_option = click.option("--product", type=PRODUCT, required=True, help="The source: Kontur.OFD or Kontur.Market.")


def document_id_of(text: str) -> str:
    """Return the id of a document or a shift that a person typed. Raises WrongUse where the text is no id."""
    try:
        return str(UUID(text))
    except ValueError:
        raise WrongUse(f"{text!r} is not a document's id", fix="`smena documents` lists them") from None
