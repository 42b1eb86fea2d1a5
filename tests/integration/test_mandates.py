"""Switching on and off by the head's signature, as the library and the database see it (DOMAIN 1 and 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from smena.mandates import lifecycle
from smena.mandates.organizations import set_organization
from smena.mandates.signed_texts import RefusedSignature
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.window import OFD
from tests.integration.conftest import BuildTown
from tests.integration.mandate_office import INN, OTHER, START, YEAR, Office
from tests.integration.warehouse.sessions import look
from tests.town import EASY, FIRST
from tests.unit.mandates.heads import PSS, HeadOf
from tests.unit.mandates.test_signatures import GOST, KEPT_GOST, has_gost

# --- the text


def test_the_same_mandate_on_the_same_day_is_the_same_bytes(office: Office) -> None:
    first, again = office.mandate(), office.mandate()
    assert (first["text"], first["mandate_id"]) == (again["text"], again["mandate_id"])
    assert first["digest"] in {row[0] for row in look(office.warehouse.dsn, "select digest from control.mandate")}
    # Moscow's day begins three hours before the day of UTC.
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert office.mandate(now=noon)["text"] == office.mandate(now=noon + timedelta(hours=8, minutes=59))["text"]
    assert "16 января 2026".encode() in office.mandate(now=noon + timedelta(hours=9))["text"]


def test_every_other_mandate_is_another_text(office: Office) -> None:
    register = "0000000000000001"
    texts = {office.mandate()["text"], office.mandate(START + YEAR)["text"], office.mandate(START, register)["text"]}
    with office.warehouse.transaction() as transaction:
        set_organization(transaction, INN, {"name": "ООО «Лютик»"}, by="test")
    texts.add(office.mandate()["text"])
    office.switch_on()
    texts |= {office.ban()["text"]}
    office.switch_off()
    texts |= {office.mandate()["text"]}
    assert len(texts) == 6
    assert len({line for text in texts for line in text.splitlines() if line.startswith("Идентификатор".encode())}) == 6


def test_registers_are_named_once_and_in_order(office: Office) -> None:
    first = office.mandate(START, "0000000000000002", " 0000000000000001", "0000000000000002")
    assert first["registers"] == ["0000000000000001", "0000000000000002"]
    assert office.mandate(START, "0000000000000001", "0000000000000002")["text"] == first["text"]
    for wrong in ("1", "000000000000000a", "", "００００００００００００００００"):
        with pytest.raises(WrongUse, match="16 digits"):
            office.mandate(START, wrong)


def test_there_is_a_mandate_only_while_it_is_off_and_a_ban_only_while_it_is_on(office: Office) -> None:
    with pytest.raises(WrongUse, match="is not on"):
        office.ban()
    office.switch_on()
    with pytest.raises(WrongUse, match="is on already, from 2025-03-01"):
        office.mandate()
    office.switch_off()
    with pytest.raises(WrongUse, match="is not on"):
        office.ban()


def test_without_the_right_there_is_no_mandate(office: Office) -> None:
    with office.warehouse.transaction() as transaction:
        set_organization(transaction, INN, {"tariff": "other"}, by="test")
    with pytest.raises(WrongUse, match="no right"):
        office.mandate()


# --- a good signature


def test_a_signed_mandate_switches_on_and_a_signed_ban_off(office: Office) -> None:
    assert office.switch_on(reason="по заявлению")["state"] == "on"
    assert office.switch_off(reason="переезд")["state"] == "off"
    assert office.switch_on(START - YEAR)["start_date"] == START - YEAR
    assert [verdict for verdict, _ in office.verdicts()] == ["accepted"] * 3
    first, second = lifecycle.intervals(office.warehouse, INN)
    assert (first["start_date"], first["on_by"], first["on_reason"]) == (START, "anna", "по заявлению")
    assert (first["off_by"], first["off_reason"]) == ("boris", "переезд")
    assert first["on_from"] < first["off_at"] < second["on_from"]
    assert (second["start_date"], second["off_at"], second["ban_id"]) == (START - YEAR, None, None)
    assert len({first["mandate_id"], first["ban_id"], second["mandate_id"]}) == 3


@pytest.mark.parametrize(("kind", "words"), [("rsa", ()), ("rsa", PSS), ("ecdsa", ())])
def test_signatures_by_openssl_switch_on_and_off(
    office: Office, openssl_head_of: HeadOf, kind: str, words: tuple[str, ...]
) -> None:
    head = openssl_head_of(kind)
    office.register(head.pem)
    assert office.enable(head.sign(office.mandate()["text"], *words))["state"] == "on"
    assert office.disable(head.sign(office.ban()["text"], *words, form="PEM"))["state"] == "off"


def test_a_gost_signature_switches_on_where_the_engine_is(new_office: Office, openssl_head_of: HeadOf) -> None:
    if has_gost():
        head = openssl_head_of("gost_256")
        new_office.register(head.pem)
        assert new_office.enable(head.sign(new_office.mandate()["text"], digest=GOST["gost_256"]))["state"] == "on"
    else:
        new_office.register((KEPT_GOST / "gost_256.pem").read_bytes())
        new_office.mandate()
        with pytest.raises(RefusedSignature, match=r"not judged.*libengine-gost-openssl"):
            new_office.enable((KEPT_GOST / "gost_256.p7s").read_bytes())
        assert [verdict for verdict, _ in new_office.verdicts()] == ["unjudged"]


def test_where_gost_cannot_be_verified_nothing_is_changed_and_that_is_kept(
    new_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENSSL_ENGINES", "/nowhere")
    new_office.register((KEPT_GOST / "gost_256.pem").read_bytes())
    new_office.mandate()
    with pytest.raises(RefusedSignature, match=r"not judged: GOST R 34\.10-2012 cannot be verified here"):
        new_office.enable((KEPT_GOST / "gost_256.p7s").read_bytes())
    assert (new_office.state(), [verdict for verdict, _ in new_office.verdicts()]) == ("never", ["unjudged"])


def test_any_of_the_texts_that_wait_may_be_the_signed_one(office: Office) -> None:
    older = office.mandate(START, "0000000000000001")
    office.mandate(now=datetime.now(UTC) + timedelta(days=1))
    row = office.enable(office.head.sign(older["text"]))
    assert row["registers"] == ["0000000000000001"]


def test_the_same_again_changes_nothing(office: Office) -> None:
    signature = office.head.sign(office.mandate()["text"])
    first = office.enable(signature)
    assert office.enable(signature) == office.enable() == first
    with pytest.raises(WrongUse, match="by another signature"):
        office.enable(b"whatever")
    with pytest.raises(WrongUse, match=r"on already, from 2025-03-01, by anna on .* — disable it"):
        office.enable(signature, START + YEAR)
    assert (office.history(), len(office.verdicts())) == (1, 1)


# --- what the database keeps


@pytest.mark.parametrize("table", ["certificate", "mandate", "mandate_signature"])
@pytest.mark.parametrize(
    "verb", ["delete from control.{}", "update control.{} set organization_inn = '0'", "truncate control.{} cascade"]
)
def test_signed_texts_cannot_be_changed_or_deleted(office: Office, table: str, verb: str) -> None:
    office.switch_on()
    with pytest.raises(psycopg2.errors.IntegrityConstraintViolation, match="history is kept"):
        look(office.warehouse.dsn, verb.format(table))


@pytest.mark.parametrize(
    "change",
    [
        "state = 'off'",
        "start_date = '2024-01-01'",
        "registers = '{1}'",
        "mandate_id = null",
        "mandate_id = null, state = 'off'",
    ],
)
def test_nothing_switches_without_a_signature_whatever_code_asks(office: Office, change: str) -> None:
    office.switch_on()
    with pytest.raises(psycopg2.errors.CheckViolation, match="switched without"):
        look(office.warehouse.dsn, f"update control.integration set {change}")  # noqa: S608 - of ours
    with pytest.raises(BrokenPromise, match="without a signed text"):
        office.warehouse.run(
            "integration_switch", inn=OTHER, product=OFD, state="on", start_date=START, registers=[], mandate_id=None,
            reason="", changed_by="nobody",
        )  # fmt: skip


# --- what it means for loading


def test_only_the_registers_that_the_mandate_names_are_loaded(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.disable()
    named, other = town.register(0), town.register(1)
    town.enable(FIRST, registers=[named])
    town.load()
    town.load(FIRST, FIRST + timedelta(days=9))
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {named}
    assert {gap["unit_id"] for gap in town.gaps()} <= {named}
    assert town.sql("select count(*) from control.covered_day")[0][0] > 30
    town.disable()
    town.enable(FIRST)
    town.load()
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {named, other}
    assert len(town.shifts()) == len(town.truth())
