"""Known holes in the pinned packages, as PyPI reports them: exit 1 where one is neither mended nor accepted.

An accepted one is a line `ID until YYYY-MM-DD: reason` in `.ci/accepted-advisories.txt`; after that day it counts.
Where PyPI cannot be asked, one line says so, and the exit is 0: lint works without a network.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

HERE = Path(__file__).parent
ACCEPTED = re.compile(r"(\S+) until (\d{4}-\d\d-\d\d): .+")
TIMEOUT_S = 120


def accepted(text: str, today: date) -> set[str]:
    """Ids of the advisories that are accepted today. Raises ValueError for a line of another form."""
    found = set()
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = ACCEPTED.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"accepted-advisories.txt: {line!r} is not `ID until YYYY-MM-DD: reason`")
        if date.fromisoformat(match[2]) >= today:
            found.add(match[1])
    return found


def evaluate(report: dict[str, list[dict[str, object]]], excused: set[str]) -> tuple[list[str], int, int]:
    """Lines about what is open, how many packages were looked up, and how many PyPI knows nothing of."""
    packages = report["dependencies"]
    asked = [one for one in packages if "skip_reason" not in one]
    lines = []
    for one in asked:
        for hole in one["vulns"]:  # type: ignore[attr-defined]
            names = {hole["id"], *hole["aliases"]}
            if not names & excused:
                mended = ", ".join(hole["fix_versions"]) or "none yet"
                lines.append(f"{one['name']} {one['version']}: {hole['id']}, mended in {mended}")
    return lines, len(asked), len(packages) - len(asked)


def main(requirements: str) -> int:
    """Asks for every pinned package."""
    excused = accepted((HERE / "accepted-advisories.txt").read_text(encoding="utf-8"), datetime.now(UTC).date())
    command = [sys.executable, "-m", "pip_audit", "-r", requirements, "--no-deps", "--disable-pip", "-f", "json",
               "--progress-spinner", "off", "--timeout", "10"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)  # noqa: S603
        report = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        print("audit: PyPI's advisories cannot be asked from here; nothing was audited")
        return 0
    lines, asked, unknown = evaluate(report, excused)
    print(*lines, f"audit: {asked} packages looked up, {unknown} that PyPI says nothing of", sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
