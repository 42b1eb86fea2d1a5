"""Which sandbox answers: this checkout's, or another's, so that two versions are given the same pages."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

VARIABLE = "SMENA_BOOKS_SANDBOX"
"""Names the checkout whose sandbox answers; it is in the environment because child processes must see it too."""


def use_sandbox(checkout: Path | None = None) -> None:
    """Imports the package `sandbox` of another checkout in place of ours. Call it before anything imports `sandbox`.

    Without `checkout` the environment variable decides; where it is unset, nothing happens. Raises FileNotFoundError.
    """
    named = str(checkout.resolve()) if checkout else os.environ.get(VARIABLE, "")
    if not named:
        return
    os.environ[VARIABLE] = named
    folder = Path(named) / "sandbox"
    if not (folder / "__init__.py").exists():
        raise FileNotFoundError(f"{folder} is no sandbox")
    if "sandbox" in sys.modules:
        if sys.modules["sandbox"].__path__[0] != str(folder):
            raise RuntimeError("another sandbox was imported before")
        return
    spec = importlib.util.spec_from_file_location(
        "sandbox", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{folder} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules["sandbox"] = module
    spec.loader.exec_module(module)
