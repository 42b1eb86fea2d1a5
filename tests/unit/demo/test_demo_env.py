"""`. .demo/env` gives a shell all that the command line needs, whatever the values hold."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

from demo.shell_env import write_env

AWKWARD = {"SMENA_ONE": 'it\'s "quoted" $HOME `date` \\ and\nin two lines', "SMENA_TWO": '{"password": "a b;c"}'}


def test_a_shell_reads_every_value_as_it_is(tmp_path: Path) -> None:
    file = write_env(tmp_path, AWKWARD)
    show = 'import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith("SMENA_")}))'
    shell = subprocess.run(
        ["/bin/sh", "-c", f". {file} && python -c '{show}'"], capture_output=True, text=True, check=True, env={}
    )
    assert json.loads(shell.stdout) == AWKWARD


def test_only_its_owner_reads_it_even_where_an_older_one_was_open_to_all(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("old")
    (tmp_path / "env").chmod(0o644)
    file = write_env(tmp_path, AWKWARD)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "old" not in file.read_text()
