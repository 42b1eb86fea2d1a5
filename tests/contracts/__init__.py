"""Documents that others publish, kept unchanged: the tests hold our requests, answers and files against them.

`kontur-market.openapi.json` is the public description of Kontur.Market's API, cut to the methods that Smena requests.
Kontur.OFD publishes no such file: its documentation is prose, which `sandbox/` follows. `compose-spec` is the schema of
the Compose Specification.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent

KONTUR_MARKET: dict[str, Any] = json.loads((_HERE / "kontur-market.openapi.json").read_text(encoding="utf-8"))
COMPOSE_SPEC: dict[str, Any] = json.loads((_HERE / "compose-spec" / "schema.json").read_text(encoding="utf-8"))
