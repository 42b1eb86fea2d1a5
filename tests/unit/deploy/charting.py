"""deploy/helm as Helm reads it, and what the chart takes as a JSON schema."""

from __future__ import annotations

import re
from typing import Any

import yaml

from demo.repository import REPOSITORY

TYPES = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "number or text": {"type": ["number", "string"]},
}


def read_values(name: str, *, everything: bool = False) -> dict[str, Any]:
    """The values of a file of deploy/helm; with `everything` also the lines that are for those who want them."""
    text = (REPOSITORY / "deploy" / "helm" / name).read_text()
    if everything:
        text = re.sub(r"^( +)#(-|  )", r"\1\2", text, flags=re.MULTILINE)
    values: dict[str, Any] = yaml.safe_load(text)
    return values


def merged(values: Any, over: Any) -> Any:
    """Values with those of a further file over them: objects are merged, all else is replaced."""
    if not (isinstance(values, dict) and isinstance(over, dict)):
        return over
    return values | {name: merged(values.get(name), value) for name, value in over.items()}


def chart_schema() -> dict[str, Any]:
    """tests/contracts/airflow-chart/values.yml as a JSON schema that refuses every other name."""
    written = yaml.safe_load((REPOSITORY / "tests/contracts/airflow-chart/values.yml").read_text())
    return _schema(written["values"], written["shapes"])


def _schema(shape: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0], shapes)}
    if isinstance(shape, dict):
        if set(shape) == {"any"}:
            return {"type": "object", "additionalProperties": _schema(shape["any"], shapes)}
        properties = {name: _schema(inner, shapes) for name, inner in shape.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}
    if shape.startswith("$"):
        return _schema(shapes[shape[1:]], shapes)
    kind, _, _ = shape.partition(" or null")
    return TYPES[shape] if shape in TYPES else {"anyOf": [TYPES[kind], {"type": "null"}]}
