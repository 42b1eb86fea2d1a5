"""Lists of organisations and registers: one invalid entry costs its neighbours nothing."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from sandbox import SandboxServer
from smena.model.errors import PassingFault
from smena.sources.ofd_listing import Cashbox, OfdOrganization, list_cashboxes, list_organizations
from tests.invented import PRIMER, WRONG
from tests.unit.sources.conftest import Enter

DRIVE = {"earliestDocumentTimestamp": "2025-12-03T00:00:00"}


def list_body(*entries: Any) -> bytes:
    return json.dumps(entries, ensure_ascii=False).encode()


def cashbox(**fields: Any) -> Cashbox:
    """The entry of a register with these fields."""
    ((one,), broken) = list_cashboxes(list_body({"regNumber": "0000000003065868"} | fields))
    assert broken == []
    return one


def test_the_sandbox_s_lists_are_read_whole(sandbox: SandboxServer, enter: Enter) -> None:
    client = enter(sandbox.address)
    ((organization,), _) = list_organizations(client.organizations().body)
    world = sandbox.world.organizations[0]
    assert organization == OfdOrganization(world.id, world.inn)
    registers, broken = list_cashboxes(client.cashboxes(organization.id).body)
    assert [one.kkt_reg_id for one in registers] == [one.reg_number for one in world.registers]
    assert broken == []
    for register in registers:
        shifts = [line for line in sandbox.truth() if line["kkt_reg_id"] == register.kkt_reg_id]
        first, last = min(line["opened_at"] for line in shifts), max(line["closed_at"] for line in shifts)
        assert register.first_document_at and register.first_document_at <= datetime.fromisoformat(first)
        assert register.last_document_at and register.last_document_at >= datetime.fromisoformat(last)


def test_a_register_is_read_with_all_it_may_have() -> None:
    assert cashbox(
        regNumber="0000000003065868    ", kpp=" 960101001 ", name="Касса 1", address="г. Примерск",
        lastDocumentTimestamp="2026-01-05T21:03:04",
        fiscalDrive={"fiscalDriverNumber": "2", "earliestDocumentTimestamp": "2025-12-20T08:00:00"},
        fiscalDrives=[{"earliestDocumentTimestamp": "2025-12-01T08:00:00"}, DRIVE],
        permissionFrom="2025-12-01T00:00:00", permissionTo="2026-06-30T23:59:59", salesPointName=" Магазин № 1 ",
        somethingNew={"a": [1]},
    ) == Cashbox(
        "0000000003065868", "960101001", "Касса 1", "г. Примерск", date(2025, 12, 1), date(2026, 6, 30),
        datetime(2025, 12, 1, 8), datetime(2026, 1, 5, 21, 3, 4), "Магазин № 1",
    )  # fmt: skip


def test_a_register_with_nothing_but_its_number_is_listed() -> None:
    nothing = Cashbox("0000000003065868", None, "", "", None, None, None, None)
    optional = (
        "kpp",
        "name",
        "address",
        "lastDocumentTimestamp",
        "fiscalDrive",
        "fiscalDrives",
        "permissionFrom",
        "permissionTo",
    )
    assert cashbox() == cashbox(**dict.fromkeys(optional)) == nothing
    assert cashbox(kpp="  ", permissionFrom="", fiscalDrives=[], fiscalDrive={}) == nothing


@pytest.mark.parametrize("moment", ["1970-01-01T00:00:00", "0001-01-01T00:00:00", "1970-01-01T00:00:00Z"])
def test_the_beginning_of_time_means_none(moment: str) -> None:
    register = cashbox(
        lastDocumentTimestamp=moment, fiscalDrive={"earliestDocumentTimestamp": moment}, permissionFrom=moment,
        permissionTo=moment,
    )  # fmt: skip
    assert register == cashbox()


def test_the_first_document_is_that_of_the_oldest_drive() -> None:
    older = {"earliestDocumentTimestamp": "2025-12-02T00:00:00"}
    assert cashbox(fiscalDrives=[DRIVE, older]).first_document_at == datetime(2025, 12, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"fiscalDrive": DRIVE},
        {"fiscalDrives": [DRIVE, {}]},
        {"fiscalDrives": [DRIVE, {"earliestDocumentTimestamp": None}]},
        {"fiscalDrives": [DRIVE, {"earliestDocumentTimestamp": "1970-01-01T00:00:00"}]},
        {"fiscalDrives": [DRIVE, {"earliestDocumentTimestamp": "once"}]},
        {"fiscalDrives": [DRIVE, None]},
        {"fiscalDrives": DRIVE},
    ],
    ids=json.dumps,
)
def test_where_a_drive_may_be_left_out_the_first_document_is_not_known(fields: dict[str, Any]) -> None:
    assert cashbox(**fields).first_document_at is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2018-12-14", date(2018, 12, 14), date(2018, 12, 14)),
        ("2018-12-14T00:00:00", date(2018, 12, 14), date(2018, 12, 13)),
        ("2018-12-14T14:14:41", date(2018, 12, 15), date(2018, 12, 13)),
        ("2018-12-14T14:14:41.123456", date(2018, 12, 15), date(2018, 12, 13)),
        ("2018-12-14T23:59:59+03:00", date(2018, 12, 15), date(2018, 12, 14)),
    ],
)
def test_only_days_that_may_be_read_whole_are_within_a_permission(text: str, first: date, last: date) -> None:
    assert cashbox(permissionFrom=text).permission_from == first
    assert cashbox(permissionTo=text).permission_to == last


TIMES: dict[Any, datetime | None] = {
    "2026-02-03T21:00": datetime(2026, 2, 3, 21),
    "2026-02-03 21:00:05": datetime(2026, 2, 3, 21, 0, 5),
    "2026-02-03T21:00:05.000": datetime(2026, 2, 3, 21, 0, 5),
    "2026-02-03T21:00:05.1234567": datetime(2026, 2, 3, 21, 0, 5),
    " 2026-02-03T21:00:05Z ": datetime(2026, 2, 3, 21, 0, 5),
    "2026-02-03": datetime(2026, 2, 3),
    "9999-12-31T23:59:59.9999999": None,
    "0001-01-01T00:00:00": None,
    "2026-02-30T21:00:00": None,
    "2026-02-03T25:00:00": None,
    "yesterday": None,
    "03.02.2026 21:00": None,
    "": None,
    1769990400: None,
    True: None,
}


@pytest.mark.parametrize("value", TIMES, ids=repr)
def test_the_time_of_the_newest_document_is_read_to_the_second_or_is_not_known(value: Any) -> None:
    assert cashbox(lastDocumentTimestamp=value).last_document_at == TIMES[value]


WRONG_VALUES: list[Any] = [None, "", "abc", -1, 0, 1.5, True, [], {}, [None], {"a": 1}, "1970-01-01T00:00:00"]
OPTIONAL = (
    "kpp", "name", "address", "lastDocumentTimestamp", "lastCashReceiptTimestamp", "fiscalDrive", "fiscalDrives",
    "permissionFrom", "permissionTo", "serialNumber", "addresses", "modelName", "salesPointName",
)  # fmt: skip


@pytest.mark.parametrize("field", OPTIONAL)
def test_no_value_of_an_optional_field_costs_a_register(field: str) -> None:
    registers = [cashbox(**{field: value}) for value in WRONG_VALUES]
    assert {one.kkt_reg_id for one in registers} == {"0000000003065868"}
    assert {(one.last_document_at, one.first_document_at) for one in registers} == {(None, None)}


GOOD = {"regNumber": "0000000003065868"}
BROKEN: list[Any] = [
    {}, None, 5, "text", [], {"regNumber": None}, {"regNumber": 3065868}, {"regNumber": "РНМ 1"},
    {"regNumber": "1" * 21},
]  # fmt: skip


@pytest.mark.parametrize("entry", BROKEN, ids=json.dumps)
def test_one_invalid_register_costs_its_neighbours_nothing(entry: Any) -> None:
    good, broken = list_cashboxes(list_body({"regNumber": "1"}, entry, {"regNumber": "2"}))
    assert [one.kkt_reg_id for one in good] == ["1", "2"]
    assert [json.loads(one["record"]) for one in broken] == [entry]
    assert broken[0]["reason"]


@pytest.mark.parametrize("text", ["01.12.2025", "2025-02-30T00:00:00", "soon"])
def test_a_permission_that_is_no_date_is_not_known(text: str) -> None:
    assert cashbox(permissionFrom=text, permissionTo=text) == cashbox()


def test_a_name_in_no_utf_8_costs_the_neighbours_nothing() -> None:
    body = b'[{"regNumber": "1"}, {"regNumber": "3", "name": "\xca\xe0\xf1\xf1\xe0"}, {"regNumber": "2"}]'
    good, _ = list_cashboxes(body)
    assert {"1", "2"} <= {one.kkt_reg_id for one in good}


def test_a_register_without_a_number_is_rejected() -> None:
    good, broken = list_cashboxes(list_body({"regNumber": "   "}, GOOD))
    assert [one.kkt_reg_id for one in good] == ["0000000003065868"]
    assert len(broken) == 1


def test_a_long_rejected_record_is_kept_in_part() -> None:
    _, (broken,) = list_cashboxes(list_body({"regNumber": None, "name": "Я" * 50_000}))
    assert len(broken["record"]) == 20_000


@pytest.mark.parametrize("body", [b"", b"  \n", b"[]"])
def test_no_data_is_no_registers(body: bytes) -> None:
    assert list_cashboxes(body) == ([], [])
    assert list_organizations(body) == ([], [])


@pytest.mark.parametrize("body", [b"{}", b"null", b"<html>", b"[1, 2", b'"text"', b'{"errorCode": 1}'])
def test_what_is_no_list_is_a_passing_fault(body: bytes) -> None:
    with pytest.raises(PassingFault, match="no list"):
        list_cashboxes(body)
    with pytest.raises(PassingFault, match="no list"):
        list_organizations(body)


def test_organisations_are_known_by_their_bare_inn() -> None:
    body = list_body(
        {"id": "a", "inn": "009601000019 "}, {"id": "b", "inn": " 123456789047", "kpp": None}, {"id": "c", "inn": None}
    )
    good, (broken,) = list_organizations(body)
    assert good == [OfdOrganization("a", "9601000019"), OfdOrganization("b", "123456789047")]
    assert json.loads(broken["record"])["id"] == "c"


@pytest.mark.parametrize("inn", ["", "abc", WRONG, "123456789", " 0 "])
def test_an_organisation_without_a_valid_inn_is_not_identified(inn: str) -> None:
    entry = {"id": "a", "inn": inn}
    assert list_organizations(json.dumps([entry]).encode()) == (
        [],
        [{"record": json.dumps(entry), "reason": "not_an_inn"}],
    )


@pytest.mark.parametrize("key", ["", "  "])
def test_an_organisation_without_an_id_cannot_be_asked_about(key: str) -> None:
    good, (one,) = list_organizations(json.dumps([{"id": key, "inn": PRIMER}]).encode())
    assert (good, one["reason"]) == ([], "organization_without_id")


def test_a_kpp_has_ascii_digits_only() -> None:
    assert cashbox(kpp="٩٦٠١٠١٠٠١").kpp is None
