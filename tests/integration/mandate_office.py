"""An organisation in a warehouse, and its head who signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from demo.signing import Head
from smena.mandates import lifecycle
from smena.mandates.certificates import add_certificate
from smena.mandates.signed_texts import keeping_refusals
from smena.model.window import OFD
from smena.warehouse.database import Row, Warehouse
from tests.integration.warehouse.sessions import look
from tests.invented import PRIMER, ROMASHKA
from tests.town import head_of

INN, OTHER = PRIMER, ROMASHKA
START = date(2025, 3, 1)
YEAR = timedelta(days=365)


@dataclass
class Office:
    """An organisation in a warehouse, and its head."""

    warehouse: Warehouse
    inn: str = INN

    @property
    def head(self) -> Head:
        return head_of(self.inn)

    def register(self, file: bytes | None = None, **when: Any) -> Row:
        with self.warehouse.transaction() as transaction:
            file = file or self.head.pem
            return add_certificate(transaction, inn=self.inn, file=file, source="manual", added_by="anna", **when)

    def mandate(self, start: date = START, *registers: str, **when: Any) -> Row:
        with self.warehouse.transaction() as transaction:
            return lifecycle.prepare_mandate(
                transaction, inn=self.inn, product=OFD, start_date=start, registers=registers, made_by="anna", **when
            )

    def ban(self, **when: Any) -> Row:
        with self.warehouse.transaction() as transaction:
            return lifecycle.prepare_ban(transaction, inn=self.inn, product=OFD, made_by="anna", **when)

    def enable(self, signature: bytes | None = None, start: date = START, **value: Any) -> Row:
        value = {"product": OFD, "changed_by": "anna"} | value
        with keeping_refusals(self.warehouse), self.warehouse.transaction() as transaction:
            return lifecycle.enable(transaction, inn=self.inn, start_date=start, signature=signature, **value)

    def disable(self, signature: bytes | None = None, **value: Any) -> Row:
        value = {"product": OFD, "changed_by": "boris"} | value
        with keeping_refusals(self.warehouse), self.warehouse.transaction() as transaction:
            return lifecycle.disable(transaction, inn=self.inn, signature=signature, **value)

    def switch_on(self, start: date = START, **value: Any) -> Row:
        return self.enable(self.head.sign(self.mandate(start)["text"]), start, **value)

    def switch_off(self, **value: Any) -> Row:
        return self.disable(self.head.sign(self.ban()["text"]), **value)

    def state(self) -> str:
        rows = lifecycle.status(self.warehouse, self.inn, OFD)
        return rows[0]["state"] if rows else "never"

    def verdicts(self) -> list[tuple[str, str]]:
        return look(
            self.warehouse.dsn,
            "select verdict, reason from control.mandate_signature order by mandate_signature_id",
        )

    def history(self) -> int:
        return len(look(self.warehouse.dsn, "select 1 from control.integration_history"))
