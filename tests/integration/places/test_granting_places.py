"""A place of an organisation is granted and revoked on the page and by the command, and only where it exists."""

from __future__ import annotations

import html

import pytest

from smena.mandates.grants import grant, grants, is_granted
from smena.model.errors import WrongUse
from smena.model.place import WHOLE, Place
from tests.integration.cli.whole_town import command_line
from tests.integration.places.regions import OTHER, OWN, Regions, texts
from tests.integration.ui.browser import Browser


def granted(regions: Regions, user: str) -> list[tuple[str | None, str | None]]:
    rows = [row for row in grants(regions.town.warehouse) if row["user_name"] == user]
    return [(row["kpp"], row["sales_point"]) for row in rows]


def points_seen(regions: Regions, user: str) -> set[str]:
    page = html.unescape(Browser(regions.town.context, user).page("/documents", inn=regions.inn))
    return {point for point in (OWN, OTHER) if f"<td>{point}</td>" in page}


def test_a_point_of_sale_is_granted_and_revoked_on_the_page(regions: Regions) -> None:
    admin = Browser(regions.town.context, "anna", may_administer=True)
    form = {"user": "olga", "organization": regions.inn, "sales_point": OTHER}
    assert admin.post("/settings/users/grant", **form).status_code == 303
    assert granted(regions, "olga") == [(None, OTHER)]
    assert points_seen(regions, "olga") == {OTHER}
    shown = html.unescape(admin.page("/settings/users"))
    assert f"<td>{OTHER}</td>" in shown
    assert admin.post("/settings/users/revoke", **form).status_code == 303
    assert granted(regions, "olga") == []
    assert Browser(regions.town.context, "olga").get("/today", inn=regions.inn).status_code == 404
    wrong = admin.post("/settings/users/grant", **form | {"sales_point": "Магазин № 77"})
    assert wrong.status_code == 409
    assert granted(regions, "olga") == []


def test_a_kpp_is_granted_and_revoked_by_the_command(regions: Regions) -> None:
    cli = command_line(regions.town, regions.town.warehouse.dsn)
    (kpp, *_) = texts(regions.town, "select distinct kpp from accounting.shift where sales_point = %s", OWN)
    words = ("--user", "olga", "--inn", regions.inn, "--kpp", kpp)
    done = cli.here("access", "grant", *words, "--json")
    assert done.code == 0
    assert granted(regions, "olga") == [(kpp, None)]
    seen = html.unescape(Browser(regions.town.context, "olga").page("/documents", inn=regions.inn))
    others = texts(regions.town, "select distinct kpp from accounting.shift where kpp <> %s", kpp)
    assert f'<td class="mono">{kpp}</td>' in seen
    assert not any(f'<td class="mono">{other}</td>' in seen for other in others)
    assert cli.here("access", "revoke", *words).code == 0
    assert granted(regions, "olga") == []
    wrong = cli.here("access", "grant", *words[:-1], "999901001")
    assert wrong.code == 2
    assert "no register or shop at КПП 999901001" in wrong.error


def test_a_place_is_not_the_whole_organisation(regions: Regions) -> None:
    """Nor is a place granted without an organisation."""
    with regions.town.warehouse.transaction() as transaction:
        grant(transaction, ["olga"], [regions.inn], place=Place(sales_point=OWN), by="test")
        assert not is_granted(transaction, "olga", regions.inn)
        with pytest.raises(WrongUse, match="of an organisation"):
            grant(transaction, ["olga"], None, place=Place(kpp="960701001"), by="test")
        grant(transaction, ["olga"], [regions.inn], place=WHOLE, by="test")
        assert is_granted(transaction, "olga", regions.inn)
    assert points_seen(regions, "olga") == {OWN, OTHER}


def test_today_and_documents_are_narrowed_to_a_point(regions: Regions) -> None:
    """By whoever sees the whole, and never beyond what one sees."""
    whole, regional = (Browser(regions.town.context, name) for name in ("anna", "regional"))
    for browser, point, seen in (
        (whole, OWN, {OWN}),
        (whole, OTHER, {OTHER}),
        (regional, OWN, {OWN}),
        (regional, OTHER, set()),
    ):
        today = html.unescape(browser.page("/today", inn=regions.inn, sales_point=point))
        assert {one for one in (OWN, OTHER) if f"<td>{one}</td>" in today} == seen
        listed = html.unescape(browser.page("/documents", inn=regions.inn, sales_point=point))
        assert {one for one in (OWN, OTHER) if f"<td>{one}</td>" in listed} == seen


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (WHOLE, Place("1"), Place("1")),
        (Place("1"), Place("1", "a"), Place("1", "a")),
        (Place("1"), Place(None, "a"), Place("1", "a")),
        (Place("1"), Place("2"), None),
        (Place("1", "a"), Place("1", "b"), None),
    ],
)
def test_the_part_that_two_places_share(one: Place, other: Place, both: Place | None) -> None:
    assert one.within(other) == both
    assert other.within(one) == both
