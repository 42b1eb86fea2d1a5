"""Personal data of buyers and cashiers is masked in every record that is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.model.personal import MASK, is_personal, masked, masked_fields

SECRET = "Тайнова Ш."
PERSONAL = (
    "operator",
    "operatorInn",
    "cashier_name",
    "buyerPhoneOrAddress",
    "customerInn",
    "Customer",
    "supplierPhones",
)
PLAIN = ("items", "name", "kktRegId", "totalSum", 'a"b')

values = st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["", "молоко", 'a"}', "\\", "{["]))
plain = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PLAIN), inner, max_size=3)
)
secret = st.recursive(
    st.just(SECRET),
    lambda inner: st.lists(inner, min_size=1, max_size=2) | st.dictionaries(st.just("name"), inner, min_size=1),
)


@st.composite
def records(draw: st.DrawFn) -> Any:
    fields: list[tuple[str, Any]] = [(draw(st.sampled_from(PERSONAL)), draw(secret))]
    fields += draw(st.dictionaries(st.sampled_from(PLAIN), plain, max_size=4)).items()
    record: Any = dict(draw(st.permutations(fields)))
    for wrap in draw(st.lists(st.sampled_from(("list", "object")), max_size=3)):
        record = [1, record] if wrap == "list" else {"receipt": record}
    return record


@given(records(), st.booleans())
def test_no_value_of_a_personal_field_is_shown_and_json_stays_json(record: Any, ascii_only: bool) -> None:
    shown = json.loads(masked(json.dumps(record, ensure_ascii=ascii_only)))
    text = json.dumps(shown, ensure_ascii=False)
    assert SECRET not in text
    assert MASK in text
    assert masked_fields({"record": record}) == {"record": shown}


@given(records(), st.booleans(), st.data())
def test_no_value_is_shown_of_a_record_that_is_cut(record: Any, ascii_only: bool, data: st.DataObject) -> None:
    text = json.dumps(record, ensure_ascii=ascii_only)
    shown = masked(text[: data.draw(st.integers(0, len(text)))])
    assert SECRET[:4] not in shown
    assert json.dumps(SECRET[:4])[1:-1] not in shown


@given(plain)
def test_a_record_without_personal_data_is_shown_as_it_is_written(record: Any) -> None:
    text = json.dumps(record, ensure_ascii=False)
    assert masked(text) == text


@pytest.mark.parametrize(
    "contact", ["+79161234567", "89161234567", "8 (916) 123-45-67", "+7 916 123 45 67", "anna@example.org"]
)
@pytest.mark.parametrize("text", ['{{"note": "for {}"}}', "<p>for {}</p>", '{{"note: "for {}"'])
def test_phones_and_addresses_are_masked_wherever_they_stand(text: str, contact: str) -> None:
    shown = masked(text.format(contact))
    assert contact not in shown
    assert MASK in shown


def test_a_key_in_escapes_is_known() -> None:
    assert SECRET not in masked(f'{{"\\u006fperator": "{SECRET}"}}')


def test_a_lost_quote_hides_no_name() -> None:
    assert SECRET not in masked(f'{{"name: "x", "operator": "{SECRET}"}}')


def test_fields_that_find_the_document_are_not_personal() -> None:
    assert not [
        name
        for name in ("kktRegId", "userInn", "fiscalSign", "operationType", "fiscalDocumentNumber", "CashboxId")
        if is_personal(name)
    ]
