"""Every message that a page needs is there; `tests/unit/messages` says that it is in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import fields
from pathlib import Path

import pytest

from smena import quality, ui
from smena.contract.ofd import RECEIPT_KINDS
from smena.loading.gate_expectations import SUITES
from smena.messages import ENGLISH, has_message, message, translate
from smena.model.organization import Organization
from smena.model.outcome import Outcome
from smena.planning.uncoverable import MISSING, OPEN
from smena.quality.rules import Rule

UI = Path(ui.__path__[0])
TEMPLATES = sorted((UI / "templates").glob("*.html"))
FAMILIES = {
    "outcome_": [outcome.value for outcome in Outcome],
    "status_": ["new", "accepted", "rejected", "reversed"],
    "kind_": ["pko", "rko", "cashless_report", "sales_report", "waybill"],
    "state_": ["complete", "late", "open", "missing", "out_of_reach", "disabled", "ahead", "offline"],
    "word_": ["keep-ofd", "keep-market", "both", "reverse", "approve", "reject", "withdrawn", "superseded"],
    "between_word_": ["keep-ofd", "keep-market", "both"],
    "document_word_": ["keep-market", "reverse"],
    "link_": ["in_force", "proposed", "withdrawn"],
    "evidence_": ["agreed", "alike", "compared", "sums", "first_day", "last_day"],
    "print_": ["pko", "rko"],
    "step_": ["extract", "read", "check", "transform", "match"],
    "record_": [
        *RECEIPT_KINDS,
        "closeShift",
        "openShift",
        "byShifts",
        "byDays",
        "page",
        MISSING,
        OPEN,
        "cheque",
        "waybill",
        "cashbox",
    ],
    "record_state_": ["open", "released", "given_up"],
    "difference_": [
        "shift_totals",
        "shift_receipts",
        "shift_not_reported",
        "totals_contradict",
        "documents",
        "days",
        "organization_days",
        "orders",
        "two_sources",
        "vat",
        "receipts_changed",
        "till_changed",
        "till_not_reported",
        "till_not_here",
    ],
    "batch_": ["planned", "published", "stopped"],
    "integration_": ["on", "off", "never"],
    "product_": ["ofd", "market"],
    "source_": ["ofd", "market"],
    "decision_": ["conflict", "duplicate", "review"],
    "severity_": ["record", "batch", "warning"],
    "change_": ["account_rule", "grant", "revoke"],
    "setting_": [*(field.name for field in fields(Organization) if field.name != "inn"), "settings_from"],
    "plan_": ["missing", "look_back", "silent", "asked"],
}


def missing(keys: set[str]) -> set[str]:
    return {key for key in keys if not has_message(key, context="page")}


def test_the_templates_ask_for_no_message_that_is_not_there() -> None:
    asked = {key for file in TEMPLATES for key in re.findall(r'\bt\("([a-z_]+)"[,)]', file.read_text(encoding="utf-8"))}
    assert len(asked) > 100
    assert missing(asked) == set()


def test_airflows_menu_names_the_pages_as_the_pages_do() -> None:
    # The plugin is imported by every process of Airflow, so its words are not read from the catalogue.
    views = importlib.import_module("smena.ui.plugin").SmenaPages.external_views
    pages = {view["url_route"].removeprefix("smena-"): view["name"] for view in views if view["destination"] == "nav"}
    assert pages == {key: message(key, context="page") for key in pages}


def test_every_refusal_of_the_code_has_its_message() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in UI.glob("*.py"))
    keys = set(re.findall(r'CannotBe\("([a-z_]+)"\)', code)) | set(re.findall(r'FORBIDDEN, "([a-z_]+)"\)', code))
    assert len(keys) > 8
    assert missing(keys) == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_what_the_database_may_say_has_its_message(family: str) -> None:
    assert missing({family + one for one in FAMILIES[family]}) == set()


QUALITY = [importlib.import_module(f"smena.quality.{module.name}") for module in pkgutil.iter_modules(quality.__path__)]
RULES = [
    rule for module in QUALITY for suite in vars(module).values() if isinstance(suite, tuple) for rule in suite
    if isinstance(rule, Rule)
]  # fmt: skip


def test_every_rule_gives_a_reason_that_can_be_read() -> None:
    assert len(RULES) > 90
    for rule in RULES:
        assert translate(rule.reason) != translate(rule.reason, ENGLISH), rule.name


def test_every_check_has_a_name_that_can_be_read() -> None:
    checks = {rule.name for rule in RULES} | {one.name for suite in SUITES for one in suite.expectations}
    named = {name for name in checks if not name.endswith("_is_present")} | {"is_present"}
    assert missing({f"check_{name}" for name in named}) == set()
    suites = {module.SUITE for module in QUALITY if hasattr(module, "SUITE")} | {suite.name for suite in SUITES}
    assert missing({f"suite_{name}" for name in suites}) == set()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_no_template_turns_escaping_off(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|<script(?![^>]*static/pages\.js)|\sstyle=|\son[a-z]+=", text)
