"""A wrong, foreign, altered or used signature switches nothing, and is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.signing import invent_head
from smena.mandates.signed_texts import RefusedSignature
from smena.model.errors import WrongUse
from smena.model.window import MARKET
from tests.integration.mandate_office import INN, OTHER, START, YEAR, Office
from tests.integration.warehouse.sessions import look


def refused(office: Office, signature: bytes, why: str, start: date = START) -> None:
    before = (office.state(), office.history(), len(office.verdicts()))
    with pytest.raises(RefusedSignature, match=why) as raised:
        office.enable(signature, start)
    assert "\n" not in str(raised.value) and raised.value.exit_code == 2
    assert (office.state(), office.history()) == before[:2]
    assert [verdict for verdict, _ in office.verdicts()[before[2] :]] == ["refused"]


def test_without_a_signature_it_says_how(office: Office) -> None:
    with pytest.raises(
        WrongUse, match=f"run `smena integration mandate --inn {INN} --product ofd --from 2025-03-01 --out"
    ):
        office.enable()
    office.switch_on()
    with pytest.raises(WrongUse, match=f"run `smena integration ban --inn {INN} --product ofd --out FILE`"):
        office.disable()
    assert office.state() == "on"


def test_a_wrong_foreign_or_altered_signature_changes_nothing_and_is_kept(office: Office) -> None:
    text = office.mandate()["text"]
    refused(office, office.head.sign(text + b"\n"), "over another text")
    refused(office, office.head.sign(text.replace(b"2025", b"2024")), "over another text")
    refused(office, invent_head(INN, f"Head of {INN}").sign(text), "another certificate")
    refused(office, office.head.sign(text)[:-1] + b"\0", "refused")
    refused(office, b"", "not a CMS signature")
    refused(office, b"0" * (1 << 20), "not a CMS signature")
    refused(office, b"0" * ((1 << 20) + 1), "larger than")
    kept = look(
        office.warehouse.dsn,
        "select verified_by, mandate_id is not null, certificate_id is not null, octet_length(signature) "
        "from control.mandate_signature order by mandate_signature_id",
    )
    assert {row[:3] for row in kept} == {("anna", True, True)}
    assert [row[3] for row in kept[-3:]] == [0, 1 << 20, 0]
    assert min(row[3] for row in kept[:4]) > 500
    assert office.enable(office.head.sign(text))["state"] == "on"


def test_a_signature_where_nothing_was_to_be_signed_is_refused(office: Office) -> None:
    refused(office, office.head.sign(b"text"), "no text that waits for it — run `smena integration mandate")


def test_a_signed_mandate_serves_from_its_own_date_only(office: Office) -> None:
    signature = office.head.sign(office.mandate()["text"])
    refused(office, signature, "no text that waits for it", START + YEAR)
    office.mandate(START + YEAR)
    refused(office, signature, "over another text", START + YEAR)


def test_a_signature_serves_once(office: Office) -> None:
    mandate = office.head.sign(office.mandate()["text"])
    office.enable(mandate)
    ban = office.head.sign(office.ban()["text"])
    office.disable(ban)
    refused(office, mandate, "no text that waits for it")
    office.mandate()
    refused(office, mandate, "over another text")
    office.switch_on()
    office.ban()
    with pytest.raises(RefusedSignature, match="over another text"):
        office.disable(ban)
    assert office.state() == "on"


def test_a_text_that_was_not_used_is_void_after_the_next_switching(office: Office) -> None:
    unused = office.head.sign(office.mandate(START, "0000000000000001")["text"])
    office.switch_on()
    unused_ban = office.head.sign(office.ban(now=datetime.now(UTC) + timedelta(days=1))["text"])
    office.switch_off()
    refused(office, unused, "no text that waits for it")
    office.switch_on()
    with pytest.raises(RefusedSignature, match="no text that waits for it"):
        office.disable(unused_ban)


def test_a_mandate_is_no_ban_and_of_no_other_organisation(office: Office) -> None:
    signature = office.head.sign(office.mandate()["text"])
    other = Office(office.warehouse, OTHER)
    other.register()
    other.mandate()
    refused(other, signature, "another certificate")
    office.enable(signature)
    office.ban()
    with pytest.raises(RefusedSignature, match="over another text"):
        office.disable(signature)


def test_what_was_signed_with_a_certificate_that_was_replaced_is_refused(office: Office) -> None:
    text = office.mandate()["text"]
    newer = invent_head(INN, "New head")
    office.register(newer.pem)
    refused(office, office.head.sign(text), "another certificate")
    assert office.enable(newer.sign(text))["state"] == "on"


def test_a_certificate_that_has_ended_signs_nothing(office: Office) -> None:
    signature = office.head.sign(office.mandate()["text"])
    with pytest.raises(RefusedSignature, match="refused: the certificate ended on"):
        office.enable(signature, now=datetime.now(UTC) + 6 * YEAR)
    assert (office.state(), [verdict for verdict, _ in office.verdicts()]) == ("never", ["refused"])


def test_without_a_certificate_it_says_how(office: Office) -> None:
    other = Office(office.warehouse, OTHER)
    refused(other, other.head.sign(other.mandate()["text"]), f"run `smena certificate add --inn {OTHER} FILE`")


def test_market_needs_no_signature_and_takes_none(office: Office) -> None:
    assert office.enable(product=MARKET)["state"] == "on"
    assert office.disable(product=MARKET)["state"] == "off"
    with pytest.raises(WrongUse, match="market needs no mandate and no signature"):
        office.enable(b"whatever", product=MARKET)
    assert office.verdicts() == []


@given(place=st.integers(0, 5000), change=st.integers(1, 255))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_altered_signature_switches_on(office: Office, place: int, change: int) -> None:
    signature = bytearray(office.head.sign(office.mandate()["text"]))
    signature[place % len(signature)] ^= change
    with pytest.raises(RefusedSignature):
        office.enable(bytes(signature))
    assert office.state() == "never"
