"""The OpenAPI description that the JSON API serves."""

from __future__ import annotations

import json


def page() -> str:
    """Return the text of the file."""
    from smena.runtime.context import Context
    from smena.ui.api.app import fastapi_api

    def nothing() -> Context:
        raise RuntimeError("the description needs no warehouse")

    return json.dumps(fastapi_api(nothing).openapi(), ensure_ascii=False, indent=1) + "\n"
