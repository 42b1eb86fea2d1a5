"""The head's certificate: one serves for an organisation, and the former ones stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from demo.signing import invent_head
from smena.loading.run import plan_run
from smena.mandates.certificates import add_certificate, certificates
from smena.model.errors import WrongUse
from tests.integration.conftest import BuildTown
from tests.integration.mandate_office import INN, OTHER, YEAR, Office
from tests.town import EASY


def test_the_same_certificate_again_changes_nothing_whoever_brings_it(office: Office) -> None:
    first = office.register()
    with office.warehouse.transaction() as transaction:
        again = add_certificate(transaction, inn=INN, file=office.head.pem, source="diadoc", added_by="diadoc")
    assert again == first
    assert len(certificates(office.warehouse, INN)) == 1


def test_a_newer_certificate_takes_over_and_the_former_stays(office: Office) -> None:
    newer = invent_head(INN, "New head")
    row = office.register(newer.pem)
    reported = certificates(office.warehouse, INN)
    assert [(one["certificate_id"], one["serves"]) for one in reported] == [
        (row["certificate_id"], True), (reported[1]["certificate_id"], False)
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


def test_every_run_warns_of_the_certificates_of_the_organisations_that_it_loads(
    build_town: BuildTown, caplog: pytest.LogCaptureFixture
) -> None:
    town = build_town(EASY)
    plan_run(town.context, run_id="test")
    assert "certificate" not in caplog.text
    end = datetime.now(UTC) + timedelta(days=3)
    Office(town.warehouse, town.inn).register(invent_head(town.inn, "New head", valid_to=end).pem)
    plan_run(town.context, run_id="test")
    (reported,) = [line for line in caplog.messages if line.startswith("certificate")]
    assert f"inn={town.inn} is=ends_soon" in reported
    town.sql("alter table control.certificate disable trigger history_is_kept")
    town.sql("update control.certificate set valid_from = valid_from - interval '9 days', valid_to = now()")
    plan_run(town.context, run_id="test")
    assert [one.levelname for one in caplog.records if "is=ended" in one.getMessage()] == ["ERROR"]
