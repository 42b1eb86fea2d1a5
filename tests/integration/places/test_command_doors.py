"""A regional accountant at the command line, with a login of the database: every command that reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from smena.cli import main
from smena.mandates.grants import grant
from smena.model.place import Place
from tests.integration.cli.test_whole_command_line import NAMES, READING, WRITING, leaves
from tests.integration.cli.whole_town import command_line
from tests.integration.places.regions import OTHER, OWN, Regions, different, text_of, texts
from tests.integration.ui.test_rows_in_sight import Login

OF_A_POINT = {
    "order": "select document_id from accounting.cash_order where sales_point = %s",
    "new_order": "select document_id from accounting.cash_order where sales_point = %s and status = 'new'",
    "waybill": "select document_id from accounting.market_document where sales_point = %s and kind = 'waybill'",
    "shift": "select shift_id from accounting.shift where sales_point = %s and source = 'ofd'",
    "till_shift": "select shift_id from accounting.shift where sales_point = %s and source = 'market'",
    "drive": "select fiscal_drive_number from accounting.shift where sales_point = %s and source = 'ofd'",
    "quarantined": "select quarantine_id from control.quarantine inner join control.register"
    " on unit_id = kkt_reg_id where sales_point = %s",
    "kpp": "select kpp from accounting.shift where sales_point = %s",
    "register": "select kkt_reg_id from control.register where sales_point = %s",
}
"""Values of commands that name something of one point of sale; the others are of the organisation."""


@pytest.fixture
def regional(regions: Regions) -> Iterator[Login]:
    login = Login(regions.town, "smena_accountant")
    with regions.town.warehouse.transaction() as transaction:
        grant(transaction, [login.name], [regions.inn], place=Place(sales_point=OWN), by="test")
    yield login
    login.drop()


def names(regions: Regions, point: str) -> dict[str, str]:
    found = {"inn": regions.inn}
    for name, query in NAMES.items():
        rows = texts(regions.town, OF_A_POINT[name] + " order by 1", point) if name in OF_A_POINT else []
        found[name] = (rows or texts(regions.town, query + " limit 1"))[0]
    return found


def answers(regions: Regions, login: Login, given_of: dict[str, dict[str, str]]) -> dict[str, str]:
    """What each command says, and what it writes into a file, asked for the own region and for the other one."""
    of = parse_dsn(login.dsn)
    cli = command_line(
        regions.town, f"postgresql://{of['user']}:{of['password']}@{of['host']}:{of['port']}/{of['dbname']}"
    )
    cli.secrets = ()
    found: dict[str, str] = {}
    for path, cases in READING.items():
        for rest in cases:
            for point in (OWN, OTHER):
                words = [*path, *(word.format(**given_of[point]) for word in rest)]
                for file in Path().iterdir():
                    file.unlink() if file.is_file() else None
                done = cli.here(*words)
                files = [text_of(file.read_bytes()) for file in sorted(Path().iterdir()) if file.is_file()]
                # Certificates and what is wrong are shown with the time and with what was asked for.
                text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S*", "", "\n".join([done.out, done.err, *files]))
                for word in words:
                    text = text.replace(word, "") if len(word) > 5 else text
                found[" ".join(words)] = f"{done.code}\n{text}"
    return found


def test_every_command_is_known_as_reading_or_writing() -> None:
    assert set(leaves(main)) == READING.keys() | WRITING.keys()


def test_no_command_shows_another_region(
    regions: Regions, regional: Login, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {point: names(regions, point) for point in (OWN, OTHER)}
    before = answers(regions, regional, given)
    assert {door: leaks for door, text in before.items() if (leaks := regions.leaks(text))} == {}
    done = {door.partition(" ")[0] for door, text in before.items() if text[0] in "01"}
    assert {"documents", "shifts", "conflicts", "explain", "print", "export", "quarantine", "period"} <= done
    regions.disturb()
    assert different(before, answers(regions, regional, given)) == []
