"""The two catalogues have the same messages, each says what its arguments name, and plurals are right."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from smena.messages import (
    CATALOGUES,
    LANGUAGES,
    UnknownMessage,
    day,
    message,
    money,
    readable,
    translate,
    whole,
    written_by,
)
from smena.model.reason_text import COUNTS, joined, reason
from smena.model.reasons import Reason

Key = tuple[str, str]
SQL = Path(__file__).parents[3] / "include" / "sql"


def catalogue(locale: str) -> Catalog:
    with (CATALOGUES / locale / "LC_MESSAGES" / "smena.po").open("rb") as file:
        return read_po(file, locale=locale)


def messages(locale: str) -> dict[Key, Message]:
    return {(str(one.context), _key(one)): one for one in catalogue(locale) if one.id}


def _key(one: Message) -> str:
    return str(one.id if isinstance(one.id, str) else one.id[0])


def _texts(one: Message) -> list[str]:
    return [one.string] if isinstance(one.string, str) else list(one.string)


MESSAGES = {locale: messages(locale) for locale in LANGUAGES}
REASONS = sorted(Reason)


def _example(code: Reason, count: int = 1) -> str:
    values = {"day": date(2025, 3, 31), "moment": "2025-03-31T10:05:00", "amount": 31850, "reason": "vat_negative"}
    return reason(code, **{name: values.get(name, count) for name in code.arguments})


def test_both_catalogues_have_the_same_messages_and_each_key_once() -> None:
    russian, english = (MESSAGES[locale] for locale in LANGUAGES)
    assert russian.keys() == english.keys()
    for locale in LANGUAGES:
        text = (CATALOGUES / locale / "LC_MESSAGES" / "smena.po").read_text(encoding="utf-8")
        assert len(re.findall("^msgctxt ", text, re.MULTILINE)) == len(MESSAGES[locale])


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_message_is_empty_fuzzy_or_its_own_key(locale: str) -> None:
    for (context, key), one in MESSAGES[locale].items():
        assert not one.fuzzy
        assert all(text.strip() for text in _texts(one)), key
        assert context != "reason" or key not in _texts(one), key


def test_every_reason_has_its_message_and_no_message_is_of_no_reason() -> None:
    assert {key for context, key in MESSAGES["ru"] if context == "reason"} == {str(code) for code in Reason}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_message_names_the_arguments_of_its_reason(locale: str) -> None:
    for code in REASONS:
        for text in _texts(MESSAGES[locale]["reason", code]):
            assert set(re.findall(r"\{(\w*)\}", text)) == set(code.arguments), code


def test_the_two_languages_name_the_same() -> None:
    for key, russian in MESSAGES["ru"].items():
        named = {frozenset(re.findall(r"\{(\w*)\}", text)) for text in [*_texts(russian), *_texts(MESSAGES["en"][key])]}
        assert len(named) == 1, key


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_reason_is_a_sentence(locale: str) -> None:
    for code in REASONS:
        text = translate(_example(code), locale)
        assert "{" not in text, code
        assert text != str(code)


def test_a_reason_is_read_in_the_readers_language() -> None:
    two = joined([reason(Reason.VAT_NEGATIVE), reason(Reason.FIELD_MISSING, what="total")])
    assert translate(two, "en") == "the VAT is negative; total is missing"
    assert translate(two) == "НДС меньше нуля; нет поля total"
    held = reason(Reason.IN_QUARANTINE, reason=two)
    assert translate(held) == "задержано: НДС меньше нуля; нет поля total"
    assert translate(None) == translate("") == ""
    assert translate(reason(Reason.NOT_AN_AMOUNT, what="line_sum")) == "сумма строки: такой суммы быть не может"
    assert translate(reason(Reason.NOT_AN_AMOUNT, what="totalPrice"), "en") == "totalPrice is no amount that can be"


def test_what_a_person_typed_stays_as_it_was_typed() -> None:
    assert written_by("vat_negative", "anna") == "vat_negative"
    assert written_by("vat_negative", "rule") == "НДС меньше нуля"
    ended = joined(["номера сверены", reason(Reason.LINK_WITHDRAWN, text="не та касса")])
    assert written_by(ended, "anna") == "номера сверены; не та касса"
    assert written_by(None, "anna") == ""


@pytest.mark.parametrize(
    "line",
    [
        'rounding {"amount": "q"}',
        'before_start {"day": "zz"}',
        'cheque_rejected {"reason": 5}',
        "refused",
        'cheque_rejected {"reason": ' + "[" * 100_000,
    ],
)
def test_what_a_person_typed_on_a_second_line_is_no_reason_of_a_rule(line: str) -> None:
    assert written_by(f"по ленте\n{line}", "anna") == f"по ленте; {line}"


@pytest.mark.parametrize(
    "line", ['rounding {"amount": "q"}', 'before_start {"day": "zz"}', 'cheque_rejected {"reason": 5}']
)
def test_a_reason_that_cannot_be_read_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("smena.messages._Strictness.is_on", False)
    assert translate(line) == line


def test_every_kind_of_a_gap_is_a_reason_of_its_own() -> None:
    # The reason of a day that is not covered holds the kinds of its gaps.
    schema = (SQL / "migrations" / "0001_warehouse.sql").read_text(encoding="utf-8")
    (kinds,) = re.findall(r"create table control\.gap \(.*?reason in \((.*?)\)", schema, re.DOTALL)
    named = re.findall(r"'(\w+)'", kinds)
    assert len(named) > 9
    for kind in named:
        assert translate(kind, "en") != kind


def test_the_reasons_of_a_row_are_read_by_the_names_of_its_columns() -> None:
    row = {"reason": "vat_negative", "resolution_reason": "так", "resolved_by": "anna", "missing": ["no_link"], "n": 1}
    assert readable(row) == row | {"reason": "НДС меньше нуля", "missing": [translate("no_link")]}
    assert readable({"reason": "vat_negative", "decided_by": "anna"})["reason"] == "vat_negative"
    assert readable({"reason": "typed by me", "decided_by": "anna"})["reason"] == "typed by me"
    assert readable({"details": {"rule": "vat_negative"}}) == {"details": {"rule": "vat_negative"}}


def test_the_language_takes_the_plural_of_a_message_too() -> None:
    known = catalogue("ru")
    plural = [one for one in known if one.id and one.context != "reason" and not isinstance(one.string, str)]
    for one in plural:
        assert len(one.string) == known.num_plurals


def test_amounts_days_and_moments_are_written_as_the_language_does() -> None:
    amount = reason(Reason.CASH_OF_RECEIPTS, amount=-123456789)
    assert translate(amount, "en") == "cash of its receipts: -1,234,567.89"
    assert translate(amount) == "наличные по чекам: -1\xa0234\xa0567,89"
    assert translate(reason(Reason.BEFORE_START, day=date(2025, 1, 2))).endswith(", 02.01.2025")
    assert translate(Reason.BEFORE_START, "en", day="2025-01-02").endswith(", 2025-01-02")
    assert translate(_example(Reason.NEWEST_DOCUMENT)) == "самый новый документ: 31.03.2025 10:05"
    assert translate(reason(Reason.PERIOD_CLOSED_THROUGH, day=None)) == "период закрыт по —"
    assert (money(5, "ru"), money(5, "en"), whole(10000, "ru")) == ("0,05", "0.05", "10\xa0000")
    assert day(date(2025, 1, 2)) == "02.01.2025"


@pytest.mark.parametrize(
    ("count", "russian", "english"),
    [
        (1, "в итогах на 1 чек больше, чем в смене", "totals hold 1 receipt more than the shift has"),
        (2, "в итогах на 2 чека больше, чем в смене", "totals hold 2 receipts more than the shift has"),
        (5, "в итогах на 5 чеков больше, чем в смене", "totals hold 5 receipts more than the shift has"),
        (11, "в итогах на 11 чеков больше, чем в смене", "totals hold 11 receipts more than the shift has"),
        (21, "в итогах на 21 чек больше, чем в смене", "totals hold 21 receipts more than the shift has"),
    ],
)
def test_a_noun_takes_the_plural_of_its_number(count: int, russian: str, english: str) -> None:
    text = reason(Reason.TOTALS_HAVE_MORE_RECEIPTS, receipts=count)
    assert (translate(text, "ru"), translate(text, "en")) == (russian, english)


def test_a_message_with_plurals_is_of_a_reason_that_counts() -> None:
    for (context, key), one in MESSAGES["ru"].items():
        if context == "reason" and not isinstance(one.string, str):
            assert COUNTS & set(Reason(key).arguments), key
            assert len(one.string) == 3
            assert len(MESSAGES["en"][context, key].string) == 2


def test_a_message_that_is_not_there_stops_a_test() -> None:
    with pytest.raises(UnknownMessage):
        translate("так решили")
    with pytest.raises(UnknownMessage):
        message("struck_by_lightning", context="page")


def test_elsewhere_it_is_shown_as_it_is_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("smena.messages._Strictness.is_on", False)
    assert translate("так решили") == "так решили"
    assert message("gap_struck_by_lightning", context="page") == "struck by lightning"
    assert [line.message for line in caplog.records] == [
        "no message for 'reason так решили'",
        "no message for 'page gap_struck_by_lightning'",
    ]
