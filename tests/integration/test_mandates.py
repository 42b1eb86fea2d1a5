"""Switching on and off by the head's signature, as the library and the database see it (DOMAIN 1 and 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.signing import Head, invent_head
from smena.integration import lifecycle
from smena.integration.certificates import add_certificate, certificates
from smena.integration.mandates import RefusedSignature, keeping_refusals
from smena.integration.organizations import add_organization, set_organization
from smena.model.errors import BrokenPromise, WrongUse
from smena.model.window import MARKET, OFD
from smena.warehouse.database import Row, Warehouse
from smena.warehouse.migrating import migrate
from tests.integration.conftest import BuildTown
from tests.integration.warehouse.sessions import look
from tests.town import EASY, FIRST, head_of
from tests.unit.integration.heads import PSS, HeadOf
from tests.unit.integration.test_signatures import GOST, KEPT_GOST, has_gost

INN, OTHER = "7701000019", "7707083893"
START = date(2025, 3, 1)
YEAR = timedelta(days=365)


@dataclass
class Office:
    """An organisation in a warehouse, and its head."""

    warehouse: Warehouse
    inn: str = INN

    @property
    def head(self) -> Head:
        return head_of(self.inn)

    def register(self, file: bytes | None = None, **when: Any) -> Row:
        with self.warehouse.transaction() as transaction:
            file = file or self.head.pem
            return add_certificate(transaction, inn=self.inn, file=file, source="manual", added_by="anna", **when)

    def mandate(self, start: date = START, *registers: str, **when: Any) -> Row:
        with self.warehouse.transaction() as transaction:
            return lifecycle.prepare_mandate(
                transaction, inn=self.inn, product=OFD, start_date=start, registers=registers, made_by="anna", **when
            )

    def ban(self, **when: Any) -> Row:
        with self.warehouse.transaction() as transaction:
            return lifecycle.prepare_ban(transaction, inn=self.inn, product=OFD, made_by="anna", **when)

    def enable(self, signature: bytes | None = None, start: date = START, **told: Any) -> Row:
        told = {"product": OFD, "changed_by": "anna"} | told
        with keeping_refusals(self.warehouse), self.warehouse.transaction() as transaction:
            return lifecycle.enable(transaction, inn=self.inn, start_date=start, signature=signature, **told)

    def disable(self, signature: bytes | None = None, **told: Any) -> Row:
        told = {"product": OFD, "changed_by": "boris"} | told
        with keeping_refusals(self.warehouse), self.warehouse.transaction() as transaction:
            return lifecycle.disable(transaction, inn=self.inn, signature=signature, **told)

    def switch_on(self, start: date = START, **told: Any) -> Row:
        return self.enable(self.head.sign(self.mandate(start)["text"]), start, **told)

    def switch_off(self, **told: Any) -> Row:
        return self.disable(self.head.sign(self.ban()["text"]), **told)

    def state(self) -> str:
        rows = lifecycle.status(self.warehouse, self.inn, OFD)
        return rows[0]["state"] if rows else "never"

    def verdicts(self) -> list[tuple[str, str]]:
        return look(
            self.warehouse.dsn,
            "select verdict, reason from control.mandate_signature order by mandate_signature_id",
        )

    def history(self) -> int:
        return len(look(self.warehouse.dsn, "select 1 from control.integration_history"))


@pytest.fixture
def office(warehouse: Warehouse) -> Office:
    """An organisation whose head's certificate is registered."""
    with warehouse.transaction() as transaction:
        for inn in (INN, OTHER):
            add_organization(transaction, inn=inn, kpp="770101001", name="ООО «Ромашка»", tariff="uchetny")
    office = Office(warehouse)
    office.register()
    return office


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
        set_organization(transaction, INN, {"name": "ООО «Лютик»"})
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
        set_organization(transaction, INN, {"tariff": "other"})
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


def test_a_gost_signature_switches_on_where_the_engine_is(office: Office, openssl_head_of: HeadOf) -> None:
    if has_gost():
        head = openssl_head_of("gost_256")
        office.register(head.pem)
        assert office.enable(head.sign(office.mandate()["text"], digest=GOST["gost_256"]))["state"] == "on"
    else:
        office.register((KEPT_GOST / "gost_256.pem").read_bytes())
        office.mandate()
        with pytest.raises(RefusedSignature, match=r"not judged.*libengine-gost-openssl"):
            office.enable((KEPT_GOST / "gost_256.p7s").read_bytes())
        assert [verdict for verdict, _ in office.verdicts()] == ["unjudged"]


def test_where_gost_cannot_be_verified_nothing_is_changed_and_that_is_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENSSL_ENGINES", "/nowhere")
    office.register((KEPT_GOST / "gost_256.pem").read_bytes())
    office.mandate()
    with pytest.raises(RefusedSignature, match=r"not judged: GOST R 34\.10-2012 cannot be verified here"):
        office.enable((KEPT_GOST / "gost_256.p7s").read_bytes())
    assert (office.state(), [verdict for verdict, _ in office.verdicts()]) == ("never", ["unjudged"])


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
    with pytest.raises(WrongUse, match="on already, from 2025-03-01 — disable it"):
        office.enable(signature, START + YEAR)
    assert (office.history(), len(office.verdicts())) == (1, 1)


# --- another one


def refused(office: Office, signature: bytes, why: str, start: date = START) -> None:
    before = (office.state(), office.history(), len(office.verdicts()))
    with pytest.raises(RefusedSignature, match=why) as told:
        office.enable(signature, start)
    assert "\n" not in str(told.value) and told.value.exit_code == 2
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
        "select judged_by, mandate_id is not null, certificate_id is not null, octet_length(signature) "
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


# --- certificates


def test_the_same_certificate_again_changes_nothing_whoever_brings_it(office: Office) -> None:
    first = office.register()
    with office.warehouse.transaction() as transaction:
        again = add_certificate(transaction, inn=INN, file=office.head.pem, source="diadoc", added_by="diadoc")
    assert again == first
    assert len(certificates(office.warehouse, INN)) == 1


def test_a_newer_certificate_takes_over_and_the_former_stays(office: Office) -> None:
    newer = invent_head(INN, "New head")
    row = office.register(newer.pem)
    told = certificates(office.warehouse, INN)
    assert [(one["certificate_id"], one["serves"]) for one in told] == [
        (row["certificate_id"], True), (told[1]["certificate_id"], False)
    ]  # fmt: skip
    assert "CN=New head" in row["subject"]


def test_an_older_certificate_takes_over_only_where_none_is_valid(office: Office) -> None:
    now = datetime.now(UTC)
    older = invent_head(INN, "Old head", valid_from=now - YEAR, valid_to=now + 7 * YEAR)
    with pytest.raises(WrongUse, match="older than the one that serves"):
        office.register(older.pem)
    assert len(certificates(office.warehouse, INN)) == 1
    assert "Old head" in office.register(older.pem, now=now + 6 * YEAR)["subject"]


def test_a_certificate_out_of_its_term_or_of_another_is_refused(office: Office) -> None:
    other = Office(office.warehouse, OTHER)
    for now, why in ((datetime.now(UTC) + 6 * YEAR, "ended on"), (datetime.now(UTC) - YEAR, "not valid before")):
        with pytest.raises(WrongUse, match=why):
            other.register(now=now)
    with pytest.raises(WrongUse, match=f"of INN {INN}, not of {OTHER}"):
        other.register(office.head.pem)
    assert certificates(office.warehouse, OTHER) == []


# --- what the database keeps


@pytest.mark.parametrize("table", ["certificate", "mandate", "mandate_signature"])
@pytest.mark.parametrize(
    "verb", ["delete from control.{}", "update control.{} set organization_inn = '0'", "truncate control.{} cascade"]
)
def test_what_was_signed_is_kept_for_ever(office: Office, table: str, verb: str) -> None:
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


def test_the_migration_goes_back_and_forth(new_warehouse: Callable[[], Warehouse]) -> None:
    warehouse = new_warehouse()
    before = schema(warehouse)
    migrate(warehouse.dsn, "0006")
    assert "mandate" not in str(schema(warehouse))
    migrate(warehouse.dsn, "0007")
    assert schema(warehouse) == before


def schema(warehouse: Warehouse) -> list[Any]:
    return look(
        warehouse.dsn,
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'control' "
        "order by 1, ordinal_position",
    )


# --- what it means for loading


def test_only_the_registers_that_the_mandate_names_are_loaded(build_town: BuildTown) -> None:
    town = build_town(EASY)
    town.disable()
    named, other = town.register(0), town.register(1)
    town.enable(FIRST, registers=[named])
    town.load()
    town.load(FIRST, FIRST + timedelta(days=9))
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {named}
    assert {gap["kkt_reg_id"] for gap in town.gaps()} <= {named}
    assert town.sql("select count(*) from control.covered_day")[0][0] > 30
    town.disable()
    town.enable(FIRST)
    town.load()
    assert {shift["kkt_reg_id"] for shift in town.shifts()} == {named, other}
    assert len(town.shifts()) == len(town.truth())
