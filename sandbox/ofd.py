"""A simulated Kontur.OFD: the answer of each of its methods as plain data, without HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from sandbox import refusals
from sandbox.documents import ordinal_of, render_document
from sandbox.faults import Document, Faults
from sandbox.paging import turn_page
from sandbox.parameters import read_day, read_days, read_limit, read_moments, read_types
from sandbox.settings import ApiKey, SandboxSettings
from sandbox.shifts import DAY_S, day_start, to_seconds, to_text
from sandbox.totals import merge_days, totals_by_days, totals_by_shifts
from sandbox.world import Organization, Register, World

Query = Mapping[str, str]


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


class Ofd:
    """The operator of an invented world.

    `now_s` returns the present second of UTC; documents received later are not served yet.
    """

    def __init__(self, settings: SandboxSettings, world: World, faults: Faults, now_s: Callable[[], int]) -> None:
        self._settings = settings
        self._world = world
        self._faults = faults
        self._now_s = now_s

    # --- who and what may be seen

    def _organization(self, key: ApiKey, path: Query) -> Organization:
        found = self._world.by_id(path["organization"].lower())
        if found is None:
            raise refusals.unknown_organization()
        if key.inns is not None and found.inn not in key.inns:
            raise refusals.forbidden_organization()
        return found

    def _register(self, key: ApiKey, path: Query) -> tuple[Organization, Register]:
        organization = self._organization(key, path)
        found = organization.register(path["register"])
        if found is None or (key.registers is not None and found.reg_number not in key.registers):
            raise refusals.forbidden_cashbox()
        return organization, found

    def _span(self, register: Register, first_s: int, last_s: int, *, received: bool = False) -> tuple[int, int]:
        """Return the ordinals, from the first to the one after the last, of received documents of the window.

        A window that lies partly outside the register's permission is cut to it, or refused with 403 if
        `strict_permissions` is set. A window wholly outside is always refused.
        """
        low, high = register.ledger.span(first_s, last_s, self._now_s(), received=received)
        allowed_from = to_seconds(register.permission_from) if register.permission_from else first_s
        allowed_to = to_seconds(register.permission_to) if register.permission_to else last_s
        outside = last_s < allowed_from or first_s > allowed_to
        partly = first_s < allowed_from or last_s > allowed_to
        if outside or (partly and self._settings.strict_permissions):
            raise refusals.forbidden_documents()
        if partly:
            permitted_low, permitted_high = register.ledger.span(allowed_from, allowed_to, self._now_s())
            low, high = max(low, permitted_low), min(high, permitted_high)
        return low, max(low, high)

    # --- organisations and registers

    def organizations(self, key: ApiKey, path: Query, query: Query) -> list[dict[str, Any]]:
        """`/v2/organizations`."""
        shown = [
            {
                "id": one.id,
                "inn": one.inn,
                "kpp": one.kpp or None,
                "ogrn": one.ogrn,
                "shortName": one.short_name,
                "fullName": one.full_name,
            }
            for one in self._world.organizations
            if key.inns is None or one.inn in key.inns
        ]
        return self._faults.alter_entries("organization", shown, lambda _: "")

    def _cashbox(self, register: Register) -> dict[str, Any]:
        ledger = register.ledger
        visible = ledger.visible(self._now_s())
        drives = [
            {
                "fiscalDriverNumber": drive.number,
                "earliestDocumentTimestamp": to_text(ledger.formed_s[drive.first_ordinal]),
            }
            for drive in register.drives
            if drive.first_ordinal < visible
        ]
        receipts = np.flatnonzero(ledger.receipt[:visible] >= 0)[-1:]
        return {
            "regNumber": register.reg_number,
            "serialNumber": register.serial_number,
            "address": register.address,
            "addresses": [{"address": register.address, "startDate": to_text(ledger.formed_s[0])}],
            "name": register.name,
            "modelName": register.model,
            "kpp": register.kpp or None,
            "lastDocumentTimestamp": to_text(ledger.formed_s[visible - 1]) if visible else None,
            "lastCashReceiptTimestamp": to_text(ledger.formed_s[receipts[0]]) if len(receipts) else None,
            "fiscalDrive": drives[-1] if drives else None,
            "fiscalDrives": drives,
            "salesPointName": register.sales_point,
            "permissionFrom": _moment(register.permission_from),
            "permissionTo": _moment(register.permission_to),
        }

    def cashboxes(self, key: ApiKey, path: Query, query: Query) -> list[dict[str, Any]]:
        """`…/cashboxes`."""
        organization = self._organization(key, path)
        allowed = key.registers
        shown = [self._cashbox(one) for one in organization.registers if allowed is None or one.reg_number in allowed]
        return self._faults.alter_entries("cashbox", shown, lambda entry: str(entry["regNumber"]))

    def cashbox(self, key: ApiKey, path: Query, query: Query) -> dict[str, Any]:
        """`…/cashboxes/{regNumber}`."""
        return self._cashbox(self._register(key, path)[1])

    # --- documents

    def _render(self, organization: Organization, register: Register, ordinal: int) -> Document:
        return render_document(organization, register, ordinal, padded=self._settings.padded)

    def by_period(self, key: ApiKey, path: Query, query: Query) -> dict[str, Any]:
        """`…/documents/by-period`."""
        organization, register = self._register(key, path)
        first_s, last_s = read_moments(query)
        types, offset = read_types(query), query.get("offset", "")
        limit = read_limit(query, self._settings.page_cap)
        low, high = self._span(register, first_s, last_s, received=self._settings.period_clock == "received")
        page = turn_page(register, low, high, offset, limit, types, self._settings.scan_limit)
        documents = [self._render(organization, register, ordinal) for ordinal in page.ordinals]
        altered = self._faults.alter_documents(documents, path["line"], "by-period", register.reg_number, offset)
        return {"documents": altered, "paging": {"nextOffset": page.next_offset} if page.next_offset else {}}

    def documents(self, key: ApiKey, path: Query, query: Query) -> list[Document]:
        """`…/documents?date&types`: an array, not paged."""
        organization, register = self._register(key, path)
        start, types = day_start(read_day(query, "date")), read_types(query)
        low, high = self._span(register, start, start + DAY_S - 1)
        kinds = register.ledger.kind
        wanted = [i for i in range(low, high) if types is None or int(kinds[i]) in types]
        documents = [self._render(organization, register, ordinal) for ordinal in wanted]
        return self._faults.alter_documents(documents, path["line"], "documents", register.reg_number, "")

    def document(self, key: ApiKey, path: Query, query: Query) -> Document:
        """`…/documents/{id}`."""
        organization, register = self._register(key, path)
        ordinal = ordinal_of(register, path["document"])
        if ordinal is None or ordinal >= register.ledger.visible(self._now_s()):
            raise refusals.unknown_document()
        formed_s = int(register.ledger.formed_s[ordinal])
        self._span(register, formed_s, formed_s)
        document = self._render(organization, register, ordinal)
        altered = self._faults.alter_documents([document], path["line"], "document", register.reg_number, "")
        if not altered:
            raise refusals.unknown_document()
        return altered[0]

    # --- totals

    def by_shifts(self, key: ApiKey, path: Query, query: Query) -> dict[str, Any]:
        """`…/statistics/cash-receipt/by-shifts`."""
        _, register = self._register(key, path)
        low, high = self._span(register, *read_days(query))
        corrections = self._settings.corrections_in_totals
        entries = totals_by_shifts(register, low, high, corrections=corrections)
        return {"shifts": self._faults.alter_shifts(entries, register.reg_number)}

    def by_days(self, key: ApiKey, path: Query, query: Query) -> dict[str, Any]:
        """`…/cashboxes/{regNumber}/statistics/cash-receipt/by-days`."""
        _, register = self._register(key, path)
        low, high = self._span(register, *read_days(query))
        return {"items": self._days(register, low, high)}

    def organization_by_days(self, key: ApiKey, path: Query, query: Query) -> dict[str, Any]:
        """`/v2/organizations/{org}/statistics/cash-receipt/by-days`."""
        organization = self._organization(key, path)
        if key.registers is not None:
            raise refusals.forbidden_organization_documents()
        first_s, last_s = read_days(query)
        days = []
        for register in organization.registers:
            low, high = register.ledger.span(first_s, last_s, self._now_s())
            days.append(self._days(register, low, high))
        return {"items": merge_days(days)}

    def _days(self, register: Register, low: int, high: int) -> list[dict[str, Any]]:
        corrections = self._settings.corrections_in_totals
        shifts = totals_by_shifts(register, low, high, corrections=corrections)
        days = totals_by_days(register, low, high, corrections=corrections)
        reported = self._faults.alter_days(days, shifts, register.reg_number)
        return self._faults.alter_entries("byDays", reported, lambda _: register.reg_number)
