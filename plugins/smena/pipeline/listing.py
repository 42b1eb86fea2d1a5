"""What the operator tells of every register of an organisation, with its answers as evidence."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from smena.model.errors import RefusedByService
from smena.model.organization import Organization
from smena.pipeline.road import Road
from smena.sources.ofd import OfdClient
from smena.sources.ofd_listing import list_cashboxes, list_organizations
from smena.sources.page import Page
from smena.warehouse.database import Warehouse, as_json
from smena.warehouse.pages import PageStore


@dataclass
class Listing:
    """One asking for the list.

    Attributes:
        registers: as `planning.record_registers` takes them.
        broken: registers that cannot be read, and why.
        pages: the answers, by method.
    """

    registers: list[dict[str, Any]] = field(default_factory=list)
    broken: list[Any] = field(default_factory=list)
    pages: list[tuple[str, Page]] = field(default_factory=list)

    def ask(self, road: Road, organization: Organization) -> None:
        """Asks; what came before an error is there. Raises RefusedByService and PassingFault."""
        client = road.ofd(organization)
        try:
            page = client.organizations()
            self.pages.append(("organizations", page))
            known = [told for told in list_organizations(page.body) if told.inn == organization.inn]
            if not known:
                raise RefusedByService(
                    f"Kontur.OFD shows no organisation with INN {organization.inn} to this login and key",
                    status=200,
                    fix="give the integrator's key access to the organisation",
                )
            for told in known:
                self._ask_registers(client, told.id)
        finally:
            client.close()

    def keep(self, warehouse: Warehouse, batch_id: int) -> None:
        """Puts the answers down as evidence of a batch."""
        for method, page in self.pages:
            PageStore(warehouse, batch_id).add(
                fetch_id=int(warehouse.rows("fetch_id")[0]["fetch_id"]),
                kkt_reg_id=None,
                method=method,
                address=page.address,
                status=page.status,
                fetched_at=page.fetched_at,
                body=page.body,
            )
        if self.broken:
            warehouse.run("plan_broken_registers", batch_id=batch_id, broken=as_json(self.broken))

    def _ask_registers(self, client: OfdClient, ofd_organization_id: str) -> None:
        page = client.cashboxes(ofd_organization_id)
        self.pages.append(("cashboxes", page))
        cashboxes, broken = list_cashboxes(page.body)
        self.broken += broken
        self.registers += [asdict(cashbox) | {"ofd_organization_id": ofd_organization_id} for cashbox in cashboxes]
