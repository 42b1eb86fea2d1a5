"""Read and write files that are named on the command line: certificates, signatures, tables, texts to be signed.

A file that cannot be read or written is one clear line for the person who typed the command (WrongUse), without a
traceback. Files to read are bounded in size, so that a wrong name, for example of a dump, does not fill the memory.
"""

from __future__ import annotations

from pathlib import Path

import click

from smena.model.errors import WrongUse

MOST_BYTES = 1 << 20
"""1 MiB, far more than a certificate, a signature or a CSV of a thousand lines has."""

FILE = click.Path(dir_okay=False, path_type=Path)
"""The type of an option or argument that names a file. It need not exist, because some files are
written; `read_file` reports a missing one."""


def read_file(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the content of a file. Raises WrongUse if it cannot be read or is larger than `most_bytes`."""
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)  # the byte more shows that the file is too large
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > most_bytes:
        raise WrongUse(f"{path} is larger than {most_bytes} bytes", fix="give the right file")
    return content


def write_file(path: Path, content: bytes) -> None:
    """Write a file, replacing its content. Raises WrongUse if it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise WrongUse(f"{path} cannot be written: {error.strerror}", fix="name another file and run again") from None
