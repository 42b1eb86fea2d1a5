"""Answers made by the service's published OpenAPI document, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from tests.contracts import KONTUR_MARKET

SCHEMAS: dict[str, Any] = KONTUR_MARKET["components"]["schemas"]

Answer = st.SearchStrategy[Any]

_amounts = (
    st.decimals(0, 10**7, places=2).map(float)
    | st.integers(-1, 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
)
_moments = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.sampled_from([None, UTC]))
_texts: dict[str, Answer] = {
    "Guid": st.uuids().map(str),
    "DateTime": _moments.map(datetime.isoformat) | st.just("0001-01-01T00:00:00"),
    "String": st.text(max_size=12),
}


def of_schema(schema: dict[str, Any], *, whole: bool = False) -> Answer:
    """Values that a schema allows. `whole`: every property is there, nothing is null that need not be.

    A value of a list of names may be one that the list does not hold yet.
    """
    if "$ref" in schema:
        named = SCHEMAS[schema["$ref"].rpartition("/")[2]]
        return of_schema(named | ({"nullable": True} if schema.get("nullable") else {}), whole=whole)
    made = _plain(schema, whole=whole)
    return made if whole or not schema.get("nullable") else st.none() | made


def _plain(schema: dict[str, Any], *, whole: bool) -> Answer:
    kind = schema["type"]
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | st.just("NewlySaid")
    if kind == "string":
        return _texts[schema["format"]]
    if kind == "number":
        return _amounts
    if kind == "integer":
        return st.integers(-(2**31), 2**31 - 1)
    if kind == "boolean":
        return st.booleans()
    if kind == "array":
        return st.lists(of_schema(schema["items"], whole=whole), max_size=3)
    properties = {name: of_schema(entry, whole=whole) for name, entry in schema["properties"].items()}
    # The document calls nothing required.
    return st.fixed_dictionaries(properties) if whole else st.fixed_dictionaries({}, optional=properties)


def dto(name: str, *, whole: bool = False) -> Answer:
    """Values of a schema of this name."""
    return of_schema(SCHEMAS[name], whole=whole)


def in_camel(entry: Any) -> Any:
    """The same with the names that real answers have."""
    if isinstance(entry, dict):
        return {name[:1].lower() + name[1:]: in_camel(value) for name, value in entry.items()}
    return [in_camel(one) for one in entry] if isinstance(entry, list) else entry
