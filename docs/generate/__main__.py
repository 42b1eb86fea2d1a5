"""`python -m docs.generate [--check]`: the pages of `docs/reference` that are made from the code.

`--check` writes nothing and exits with 1 if a page differs. It leaves the pages of the warehouse to a test, which has a
migrated database already.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from docs.generate import api, commands, dags, metrics, settings, warehouse

DOCS = Path(__file__).resolve().parents[1]
REFERENCE = DOCS / "reference"


def pages() -> dict[Path, str]:
    """Return the pages that need no database, by file."""
    from smena.cli import main as smena
    from smena.cli.exits import EXIT_CODES

    return {
        REFERENCE / "commands.md": commands.page(smena, EXIT_CODES),
        REFERENCE / "dags.md": dags.page(DOCS.parent / "dags"),
        REFERENCE / "metrics.md": metrics.page(),
        REFERENCE / "openapi.json": api.page(),
        REFERENCE / "settings.md": settings.page(),
    }


def warehouse_pages(dsn: str) -> dict[Path, str]:
    """Return the pages of a migrated warehouse, by file."""
    return {REFERENCE / "warehouse" / name: text for name, text in warehouse.pages(dsn).items()}


def differing(made: dict[Path, str]) -> list[Path]:
    """Return the files whose text is not the page."""
    return [file for file, text in made.items() if not file.exists() or file.read_text(encoding="utf-8") != text]


def _of_a_fresh_warehouse() -> dict[Path, str]:
    """Start PostgreSQL in a temporary folder, migrate a database, and return its pages."""
    from demo.postgres import EmbeddedPostgres
    from smena.warehouse.migrating import migrate

    with tempfile.TemporaryDirectory(prefix="smena-docs-") as directory:
        Path(directory).chmod(0o711)  # started by root, the server runs as another user
        with EmbeddedPostgres(Path(directory), settings={"fsync": "off"}) as server:
            server.create_database("warehouse")
            migrate(server.dsn("warehouse"))
            return warehouse_pages(server.dsn("warehouse"))


def main() -> None:
    """Write the pages, or check those that need no database."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        wrong = differing(pages())
        if wrong:
            names = ", ".join(file.relative_to(DOCS.parent).as_posix() for file in wrong)
            sys.exit(f"{names}: not what the code says: run `make docs`")
        return
    for file, text in (pages() | _of_a_fresh_warehouse()).items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
