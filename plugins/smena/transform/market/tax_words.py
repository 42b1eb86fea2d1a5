"""Market's words for rates of VAT and tax systems. An unknown word, or none, is unknown: never 0 %, never «без НДС»."""

from __future__ import annotations

from datetime import date

from smena.transform.vat_account import WITHOUT_VAT, ZERO_RATE

MAIN, CALCULATED = "main", "calculated_"
UNKNOWN_RATE = UNKNOWN_SYSTEM = ""

_RATES = {
    "zero": ZERO_RATE, "novat": WITHOUT_VAT, "preferential": "10", "main": MAIN, "stsfirst": "5", "stssecond": "7",
    "calculatedpreferential": "calculated_10", "calculatedmain": f"{CALCULATED}{MAIN}",
    "calculatedstsfirst": "calculated_5", "calculatedstssecond": "calculated_7",
}  # fmt: skip
"""Market's `VatRate`. `Unknown` is not among them, nor is any later word."""

_SYSTEMS = {
    "bts": "osn", "stsincome": "usn_income", "stsexpenses": "usn_income_expense", "stii": "envd", "uat": "eshn",
    "uatwithvat": "eshn_vat", "patent": "psn",
}  # fmt: skip
"""Market's `TaxSystem`."""

MAIN_SINCE = {"18": date(2004, 1, 1), "20": date(2019, 1, 1), "22": date(2026, 1, 1)}
"""From which day each main rate holds. The contract calls the present one `Main`; older cheques have the same word."""


def rate_of(reported: object) -> str:
    """Return a rate of VAT (`10`, `calculated_10`, `main`, `0`, `no`) by Market's word; empty if it is unknown."""
    return _RATES.get(reported.strip().casefold(), UNKNOWN_RATE) if isinstance(reported, str) else UNKNOWN_RATE


def system_of(reported: object) -> str:
    """Return a tax system (`osn`, `psn`, …) by Market's word; empty if it is unknown."""
    return _SYSTEMS.get(reported.strip().casefold(), UNKNOWN_SYSTEM) if isinstance(reported, str) else UNKNOWN_SYSTEM


def main_rate(day: date) -> str:
    """Return the main rate in force on a day."""
    return max((rate for rate, since in MAIN_SINCE.items() if day >= since), default="18")
