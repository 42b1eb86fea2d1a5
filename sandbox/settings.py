"""The settings of a sandbox: its invented world and the behaviour of its server.

Everything here is invented: passwords and keys are not secrets, organisations do not exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, Literal

from sandbox.market.settings import MarketSettings

DEFAULT_LOGIN = "demo@smena.example"
DEFAULT_PASSWORD = "not-a-secret"  # noqa: S105 - an invented default of a sandbox
DEFAULT_API_KEY = "sandbox-integrator-key"

PeriodClock = Literal["formed", "received"]


@dataclass(frozen=True, slots=True)
class OrganizationSpec:
    """One organisation named explicitly; empty values are invented.

    Attributes:
        inn: 10 digits, or 12 of a sole proprietor (ИП); empty invents a valid one.
        name: short name; empty invents one.
        kpp: КПП of the head office; a sole proprietor has none.
        registers: number of cash registers; None: the world's default.
        taxation: bit mask of tag 1055 (1 ОСН, 2 УСН income, 4 УСН income minus expense, 32 ПСН); None invents one.
        sole_proprietor: only used when `inn` is empty.
    """

    inn: str = ""
    name: str = ""
    kpp: str = ""
    registers: int | None = None
    taxation: int | None = None
    sole_proprietor: bool = False


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """The invented world. Equal settings give an equal world, to the last kopeck.

    The `every_*` settings give a trait to every n-th register (0 = to none); the `*_permille` settings are chances in
    a thousand, per shift (`shift_*`, `day_*`) or per receipt (the others). A dead drive is one that fails while a shift
    is open: the shift has no closing report, and the register continues with a new drive.
    """

    seed: int = 7
    first_day: date = date(2025, 11, 1)
    last_day: date = date(2026, 1, 31)
    organizations: int | Sequence[OrganizationSpec] = 3
    registers_per_organization: int = 5
    receipts_per_shift: int = 40

    every_replaced_drive: int = 3
    every_dead_drive: int = 0
    every_late: int = 4
    every_night: int = 5
    every_round_the_clock: int = 7
    every_own_kpp: int = 3
    every_bso: int = 6
    every_two_taxations: int = 4
    every_agent: int = 4
    every_permission_window: int = 8
    every_silent: int = 9
    longest_outage_days: int = 25

    day_closed_permille: int = 30
    shift_double_permille: int = 40
    shift_forgotten_permille: int = 8
    shift_empty_permille: int = 20
    shift_cards_only_permille: int = 30
    shift_refunds_only_permille: int = 6
    shift_state_report_permille: int = 30

    cash_permille: int = 360
    mixed_permille: int = 40
    refund_permille: int = 25
    payout_permille: int = 4
    correction_permille: int = 3
    advance_permille: int = 8
    corrections_are_dated: bool = False
    """Whether corrections name their own day as the corrected one; the operator's structure has no such field."""

    def easy(self) -> WorldSettings:
        """Return the same world without rare events: one ordinary shift per day, no outages, no replaced drives."""
        rare: dict[str, Any] = {f.name: 0 for f in fields(self) if f.name.startswith(("every_", "day_", "shift_"))}
        return replace(self, **rare)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An integrator's key. `inns` None: every organisation; `registers` None: every register, future ones included."""

    key: str = DEFAULT_API_KEY
    inns: frozenset[str] | None = None
    registers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """The world and the behaviour of the server.

    Attributes:
        now: the server's present time (UTC; naive is taken as UTC); None: the real clock.
        period_clock: the time that by-period's window applies to: the document's own, or when it was received.
        padded: identifiers of every other document have trailing spaces.
        corrections_in_totals: whether correction receipts are inside by-shifts and by-days.
        page_cap: the largest page of by-period.
        scan_limit: how many documents a filtered page scans; small values give short and empty pages.
        strict_permissions: a window that is partly outside a register's permission is refused, not clipped.
        session_life_s: seconds after which a Sid ends.
        certificates: SHA-1 thumbprints (hex) that may log in; None: any RSA certificate that is valid now.
        market: the settings of Kontur.Market for the same shops; None: there is no Market.
    """

    world: WorldSettings = field(default_factory=WorldSettings)
    host: str = "127.0.0.1"
    port: int = 0
    now: datetime | None = None
    users: Mapping[str, str] = field(default_factory=lambda: {DEFAULT_LOGIN: DEFAULT_PASSWORD})
    api_keys: Sequence[ApiKey] = (ApiKey(),)
    certificates: frozenset[str] | None = None
    session_life_s: int = 30 * 86_400
    period_clock: PeriodClock = "formed"
    padded: bool = True
    corrections_in_totals: bool = True
    page_cap: int = 1000
    scan_limit: int = 5000
    strict_permissions: bool = False
    market: MarketSettings | None = None
