"""`${…}` of a Compose file and the lines of an environment file, as Compose reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# What `${…}` may look like in our file; `$$` is a dollar.
PLACE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<how>:-|:\?)(?P<rest>[^}]*))?\}|(?P<bare>\w+))")


class NotSet(Exception):
    """A variable that must be set is not."""


def filled_in(value: Any, variables: Mapping[str, str]) -> Any:
    """The value with each `${…}` replaced as Compose does it. Raises NotSet."""

    def one(place: re.Match[str]) -> str:
        if place["dollar"]:
            return "$"
        reported = variables.get(place["name"] or place["bare"], "")
        if not reported and place["how"] == ":?":
            raise NotSet(place["rest"])
        return reported or (place["rest"] or "" if place["how"] == ":-" else "")

    if isinstance(value, str):
        return PLACE.sub(one, value)
    if isinstance(value, dict):
        return {key: filled_in(item, variables) for key, item in value.items()}
    return [filled_in(item, variables) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Variable:
    """One `${…}` of the file, or a name that is passed on as it is."""

    name: str
    how: str
    rest: str = ""


@dataclass(frozen=True)
class Example:
    """.env.example: `values` by name, and the `optional` names, which are commented out."""

    values: dict[str, str] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)


def find_variables(services: Mapping[str, dict[str, Any]]) -> set[Variable]:
    """Every variable that the services take from the environment."""
    found = set()
    for service in services.values():
        for text in _texts(service):
            for place in PLACE.finditer(text):
                if not place["dollar"]:
                    found.add(Variable(place["name"] or place["bare"], place["how"] or "", place["rest"] or ""))
        # A name without a value is passed on as it is in the environment, and only where it is there.
        for name, value in service.get("environment", {}).items():
            if value is None:
                found.add(Variable(name, "passed on"))
    return found


def read_example(text: str) -> Example:
    """The lines `NAME=value` and, as optional, `#NAME=value`."""
    reported = Example()
    for line in text.splitlines():
        if setting := re.fullmatch(r"(#?)([A-Z_]+)=(.*)", line):
            if setting[1]:
                reported.optional.add(setting[2])
            else:
                reported.values[setting[2]] = setting[3].strip("'")
    return reported


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
