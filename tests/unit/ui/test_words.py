"""Every word that a page needs is there, in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from demo.repository import REPOSITORY
from smena import quality
from smena.model.outcome import Outcome
from smena.quality.rules import Rule
from smena.ui import words
from smena.ui.words import LANGUAGES, said, told

UI = Path(words.__file__).parent
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
    "record_state_": ["open", "released", "given_up"],
    "difference_": [
        "shift_totals",
        "shift_receipts",
        "shift_not_told",
        "totals_contradict",
        "documents",
        "days",
        "organization_days",
        "orders",
        "two_sources",
        "vat",
        "receipts_changed",
        "till_changed",
        "till_not_told",
        "till_not_here",
    ],
    "batch_": ["planned", "published", "stopped"],
    "integration_": ["on", "off", "never"],
    "product_": ["ofd", "market"],
    "source_": ["ofd", "market"],
    "decision_": ["conflict", "duplicate", "review"],
    "severity_": ["record", "batch", "warning"],
    "plan_": ["missing", "look_back", "silent", "asked"],
}


def test_the_templates_ask_for_no_word_that_is_not_there() -> None:
    asked = {key for file in TEMPLATES for key in re.findall(r'\bt\("([a-z_]+)"[,)]', file.read_text(encoding="utf-8"))}
    assert len(asked) > 100
    assert asked - words.words().keys() == set()


def test_what_the_code_refuses_with_has_its_words() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in UI.glob("*.py"))
    keys = set(re.findall(r'CannotBe\("([a-z_]+)"\)', code)) | set(re.findall(r'FORBIDDEN, "([a-z_]+)"\)', code))
    assert len(keys) > 8
    assert keys - words.words().keys() == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_what_the_database_may_say_has_its_words(family: str) -> None:
    assert {family + one for one in FAMILIES[family]} - words.words().keys() == set()


def test_no_word_is_empty_and_none_stands_twice() -> None:
    lines = (UI / "words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) == len(words.words())
    assert all(all(pair) for pair in words.words().values())
    assert [told("accept", language) for language in LANGUAGES] == ["Принять", "Accept"]


def test_a_word_that_a_newer_table_brings_is_shown_as_it_is() -> None:
    assert told("gap_struck_by_lightning", "ru") == "struck by lightning"


def test_every_rule_that_costs_somebody_has_its_russian() -> None:
    rules = {
        rule.words
        for module in pkgutil.iter_modules(quality.__path__)
        for suite in vars(importlib.import_module(f"smena.quality.{module.name}")).values()
        if isinstance(suite, tuple)
        for rule in suite
        if isinstance(rule, Rule)
    }
    assert len(rules) > 90
    unknown = {words_of for words_of in rules if said(words_of, "ru") == words_of}
    assert unknown == set()


def test_no_phrase_is_left_that_nothing_says() -> None:
    sources = [*(UI.parent).rglob("*.py"), *(REPOSITORY / "include" / "sql").rglob("*.sql")]
    text = "".join(file.read_text(encoding="utf-8") for file in sources).replace("''", "'")
    for english in words.phrases():
        # A phrase may be put together of several pieces.
        pieces = [piece for piece in re.split(r"\{\w+\}|; | (?=organisation$)|(?<=was) ", english) if piece.strip()]
        assert [piece for piece in pieces if piece.strip() not in text] == [], english


def test_a_reason_is_told_in_the_readers_language() -> None:
    two = "the VAT is negative; total is missing"
    assert said(two, "en") == two
    assert said(two, "ru") == "НДС меньше нуля; нет поля total"
    assert said("the OFD tells of it with other sums; a person decides", "ru").endswith("; решает человек")
    assert said("the OFD tells of it, register 12; rounding of 0.40 explained", "ru").endswith(
        "разница 0.40 — округление"
    )
    assert said("held back: the ИНН is not the organisation's", "ru") == "задержано: ИНН не этой организации"
    assert said("struck by lightning {0}", "ru") == "struck by lightning {0}"
    assert said(None, "ru") == ""


def test_a_russian_phrase_names_what_the_english_one_names() -> None:
    names = [set(re.findall(r"\{(\w*)\}", phrase)) for pair in words.phrases().items() for phrase in pair]
    assert names[::2] == names[1::2]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_no_template_turns_escaping_off(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|<script(?![^>]*static/desk\.js)|\sstyle=|\son[a-z]+=", text)
