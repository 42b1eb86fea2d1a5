"""A regional accountant at the database itself: no table, view or function of the catalogue shows the other region."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest

from smena.mandates.grants import grant
from smena.model.place import Place
from tests.integration.places.regions import OTHER, OWN, Regions, different, texts
from tests.integration.ui.test_rows_in_sight import Login

RELATIONS = """
    select concat_ws('.', nspname, relname)
    from pg_class inner join pg_namespace on relnamespace = pg_namespace.oid
    where
        relkind in ('r', 'v', 'm', 'p')
        and nspname not in ('pg_catalog', 'information_schema')
        and not starts_with(nspname, 'pg_')
        and (has_any_column_privilege('smena_accountant', pg_class.oid, 'select')
            or has_any_column_privilege('smena_auditor', pg_class.oid, 'select'))
    order by 1"""
FUNCTIONS = """
    select pg_proc.oid::regprocedure::text
    from pg_proc inner join pg_namespace on pronamespace = pg_namespace.oid
    where
        not starts_with(nspname, 'pg_')
        and has_schema_privilege('smena_accountant', nspname, 'usage')
        and prorettype <> 'trigger'::regtype
        and prosecdef
        and has_function_privilege('smena_accountant', pg_proc.oid, 'execute')
    order by 1"""
SEARCHED = {
    "accounting.documents": "select document::text from accounting.documents("
    "null, null, null, null, null, null, null, null, null) as document",
    "control.waiting_decisions": "select one::text from control.waiting_decisions("
    "null, null, null, null, null, null, null) as one",
    "control.organizations_page": "select one::text from control.organizations_page('', '', '', 100) as one",
    "control.register_signs": "select one::text from control.register_signs(now(), null) as one",
    "control.own_places": "select one::text from control.own_places() as one",
    "control.own_units": "select one::text from control.own_units() as one",
    "control.uncovered": "select one::text from control.integration"
    " cross join control.uncovered(organization_inn, product, '(,)') as one",
}
RETURNING_ROWS = """
    select concat_ws('.', nspname, proname)
    from pg_proc inner join pg_namespace on pronamespace = pg_namespace.oid
    where nspname in ('accounting', 'control') and proretset
        and has_function_privilege('smena_accountant', pg_proc.oid, 'execute')"""


@pytest.fixture(params=["smena_accountant", "smena_auditor"])
def regional(regions: Regions, request: pytest.FixtureRequest) -> Iterator[Login]:
    login = Login(regions.town, request.param)
    with regions.town.warehouse.transaction() as transaction:
        grant(transaction, [login.name], [regions.inn], place=Place(sales_point=OWN), by="test")
    yield login
    login.drop()


def shown(regions: Regions, login: Login) -> dict[str, str]:
    """What each relation and function shows to the login."""
    found: dict[str, str] = {}
    for name in texts(regions.town, RELATIONS):
        columns = ", ".join(
            texts(
                regions.town,
                "select quote_ident(attname) from pg_attribute where attrelid = %s::regclass and attnum > 0"
                " and not attisdropped and (has_column_privilege(%s, attrelid, attnum, 'select')) order by attnum",
                name, login.name,
            )
        )  # fmt: skip
        if columns:
            found[name] = "\n".join(
                sorted(str(row) for row in login.ask(f"select row({columns})::text from {name}"))  # noqa: S608 - the catalogue's
            )
    for name, statement in SEARCHED.items():
        found[name] = "\n".join(sorted(str(row) for row in login.ask(statement)))
    return found


def test_nothing_of_another_region_is_shown(regions: Regions, regional: Login) -> None:
    before = shown(regions, regional)
    assert {name: leaks for name, text in before.items() if (leaks := regions.leaks(text))} == {}
    for name in ("accounting.shift", "accounting.cash_order", "accounting.document", "control.register",
                 "control.completeness", "control.coverage", "accounting.cash_of_day", "control.shop"):  # fmt: skip
        assert before[name], name
    regions.disturb()
    # Whatever happens there, nothing here changes.
    assert different(before, shown(regions, regional)) == []


def test_every_function_that_returns_rows_is_asked(regions: Regions) -> None:
    aside = {"control.each_day"}  # of its arguments alone
    assert set(texts(regions.town, RETURNING_ROWS)) - aside - SEARCHED.keys() == set()


def test_functions_that_run_as_their_owner_say_only_what_is_the_users_own(regions: Regions) -> None:
    """A new one is read with care, and then named here."""
    assert texts(regions.town, FUNCTIONS) == [
        "control.is_page_connection()",
        "control.organization_of_batch(bigint)",
        "control.organizations_in_sight()",
        "control.own_organizations()",
        "control.own_places()",
        "control.own_unit_days()",
        "control.own_units()",
        "control.sees_all()",
    ]


@pytest.mark.parametrize(
    "trick",
    [
        "set smena.organizations = '*'",
        """set smena.places = '[{"organization_inn": "{inn}", "sales_point": "{point}"}]'""",
        "set role smena_accountant",
        "set row_security = off",
    ],
)
def test_what_a_regional_accountant_sets_in_the_session_changes_nothing(
    regions: Regions, regional: Login, trick: str
) -> None:
    said = trick.replace("{inn}", regions.inn).replace("{point}", OTHER)
    try:
        seen = regional.ask(f"{said}; select distinct sales_point from accounting.shift")  # noqa: S608 - of this test
    except psycopg2.errors.InsufficientPrivilege:
        seen = []
    assert {point for (point,) in seen} <= {OWN}
