"""Two regions of one organisation, loaded from both sources with every kind of trouble, and who sees one of them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.town import Town

OWN, OTHER = "Магазин № 2", "Магазин № 1"
USER = "regional"

CASHBOXES = """
    select distinct cashbox_id from accounting.shift where cashbox_id is not null and sales_point = %s"""
OF_THE_OTHER = (
    "select kkt_reg_id from control.register where sales_point = %(point)s",
    "select shop_id from control.shop where name = %(point)s",
    "select fiscal_drive_number from accounting.shift where sales_point = %(point)s and source = 'ofd'",
    "select shift_id::text from accounting.shift where sales_point = %(point)s",
    "select document_id::text from accounting.document where sales_point = %(point)s",
    "select cashbox_id from accounting.shift where sales_point = %(point)s and cashbox_id is not null",
)
DISTURBED = (
    "update accounting.shift set cash_income = cash_income + 77777.77, receipts = receipts + 1000, outcome = case"
    " when outcome = 'issued' then 'needs_review' else outcome end where sales_point = %(point)s",
    "update accounting.cash_order set amount = amount + 77777.77, status = 'new' where sales_point = %(point)s",
    "update accounting.market_document set amount = amount + 77777.77 where sales_point = %(point)s",
    "update accounting.cash_of_day set net = net + 77777.77, shifts = shifts + 1 where sales_point = %(point)s",
    "update accounting.documents_of_day set amount = amount + 77777.77, documents = documents + 1000"
    " where sales_point = %(point)s",
    "update accounting.document_event set amount = amount + 77777.77 where sales_point = %(point)s",
    "update control.covered set days = '{}' where unit_id = any(%(units)s)",
    "update control.reconciled set days = '{}' where kkt_reg_id = any(%(units)s)",
    "update control.quarantine set state = 'given_up', resolved_by = 'x', resolved_at = now(), resolution_reason = 'x'"
    " where unit_id = any(%(units)s) or unit_id is null",
    "delete from control.gap where unit_id = any(%(units)s)",
    "update control.completeness set verdict = 'missing' where kkt_reg_id = any(%(units)s)",
    "update control.difference set closed_at = now() where kkt_reg_id = any(%(units)s) or kkt_reg_id is null",
    "update control.decision set state = 'resolved', resolution = 'keep-ofd', resolved_by = 'x', resolved_at = now()"
    " from accounting.shift where shift.shift_id = decision.shift_id and shift.sales_point = %(point)s",
    "update control.register set name = 'disturbed', address = 'disturbed' where kkt_reg_id = any(%(units)s)",
    "update control.shop set address = 'disturbed' where shop_id = any(%(units)s)",
)
"""Changes of everything that is of one point of sale: sums, counts, verdicts, what waits."""


@dataclass(frozen=True)
class Regions:
    """The loaded organisation.

    Attributes:
        secrets: what names the other region: registers, drives, shops, shifts, documents, its point of sale.
        names: values for addresses and commands, of the own and the other region: each name with several.
    """

    town: Town
    secrets: frozenset[str]
    units: list[str]

    @property
    def inn(self) -> str:
        return self.town.inn

    def leaks(self, text: str) -> list[str]:
        """What of the other region is in this text."""
        return sorted(secret for secret in self.secrets if secret in text)

    def disturb(self) -> None:
        """Change all that is of the other region."""
        with self.town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            for statement in DISTURBED:
                cursor.execute(statement, {"point": OTHER, "units": self.units})


def regions_of(town: Town) -> Regions:
    found: set[str] = {OTHER}
    with town.warehouse.transaction() as transaction, transaction.connection.cursor() as cursor:
        for statement in OF_THE_OTHER:
            cursor.execute(statement, {"point": OTHER})
            rows = [one for (one,) in cursor.fetchall()]
            assert rows, statement
            found |= set(rows)
    own = texts(town, "select kkt_reg_id from control.register where sales_point = %s", OWN)
    assert own
    units = texts(town, "select kkt_reg_id from control.register where sales_point = %s", OTHER)
    units += texts(town, "select shop_id from control.shop where name = %s", OTHER)
    return Regions(town, frozenset(found), units)


def texts(town: Town, statement: str, *parameters: Any) -> list[str]:
    return [str(one) for (one,) in town.sql(statement, *parameters)]


def different(before: dict[str, str], after: dict[str, str]) -> Iterable[str]:
    """The doors whose answers differ."""
    return [door for door in before if before[door] != after[door]]


def text_of(content: bytes) -> str:
    """What is in an answer or a file, also in a spreadsheet; without what differs each time."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = [book.read(name).decode(errors="replace") for name in sorted(book.namelist()) if "core" not in name]
        return "\n".join(parts)
    text = content.decode(errors="replace")
    return re.sub(r'name="(token|once)" value="[^"]*"|/(CreationDate|ID|ModDate)[^\n]*', "", text)
