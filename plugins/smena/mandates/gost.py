"""Verifying GOST R 34.10-2012 signatures by the machine's OpenSSL with the gost engine.

The head of an organisation signs a mandate with a qualified certificate, whose key is GOST. Python's `cryptography`
has no GOST. If this machine cannot verify GOST, NoGost is raised and says what to install; the signature is not
accepted.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

TIMEOUT_S = 30


class NoGost(Exception):
    """This machine cannot verify GOST, so the signature stays unverified. The message says what to install."""

    def __init__(self, why: str) -> None:
        super().__init__(f"GOST R 34.10-2012 cannot be verified here: {why} (Debian: libengine-gost-openssl)")


def find_openssl() -> str:
    """Return the path of an OpenSSL with the gost engine. Raises NoGost."""
    program = shutil.which("openssl")
    if program is None:
        raise NoGost("there is no program `openssl`")
    if _run(program, "engine", "gost").returncode != 0:
        raise NoGost("OpenSSL has no engine `gost`")
    return program


def is_signed(text: bytes, *, signature: bytes, certificate: bytes) -> bool:
    """Return whether the detached CMS signature (DER) over the text is by this certificate (PEM).

    False also after any other failure of OpenSSL, for example for a file that is no signature: it is not accepted
    either. Raises NoGost.
    """
    program = find_openssl()
    with tempfile.TemporaryDirectory(prefix="smena-gost-") as directory:
        place = Path(directory)
        for name, content in (("text", text), ("signature", signature), ("certificate", certificate)):
            (place / name).write_bytes(content)
        # -nointern ignores certificates inside the message: only the registered one may have signed. -noverify skips
        # the chain of issuers and revocation: a person registered the certificate, and the machine has no roots.
        done = _run(
            program, "cms", "-verify", "-engine", "gost", "-binary", "-inform", "DER", "-in", str(place / "signature"),
            "-content", str(place / "text"), "-certfile", str(place / "certificate"), "-nointern", "-noverify",
            "-out", str(place / "verified"),
        )  # fmt: skip
        # `verified` is the content that OpenSSL checked. It must be this text, whatever the message itself contains.
        return done.returncode == 0 and (place / "verified").read_bytes() == text


def _run(*command: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise NoGost(f"OpenSSL did not answer within {TIMEOUT_S} s") from None
    except OSError as error:
        raise NoGost(f"OpenSSL does not start: {error.strerror}") from None
