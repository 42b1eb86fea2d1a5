"""Heads with keys of every kind, made and signing by OpenSSL as a user would."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.invented import PRIMER as INN

TEXT = "ПОРУЧЕНИЕ\nОрганизация: ООО «Ромашка»\nИНН: 9601000019\n".encode()

# Not every version of OpenSSL knows Russian attributes by name. The text before the first dot is dropped.
ATTRIBUTES = {"ИННЮЛ": "0.1.2.643.100.4", "ИНН": "0.1.2.643.3.131.1.1", "another": "O"}
_CONFIG = """
[req]
distinguished_name = nobody
x509_extensions = head
prompt = no
string_mask = utf8only
[nobody]
CN = {name}
{attribute} = {inn}
[head]
subjectKeyIdentifier = hash
{usage}
"""

KEYS = {
    "rsa": ("-newkey", "rsa:2048"),
    "ecdsa": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "ecdsa_384": ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "gost_256": ("-engine", "gost", "-newkey", "gost2012_256", "-pkeyopt", "paramset:A"),
    "gost_512": ("-engine", "gost", "-newkey", "gost2012_512", "-pkeyopt", "paramset:A"),
    "ed25519": ("-newkey", "ed25519"),
    "rsa_1024": ("-newkey", "rsa:1024"),
}
PSS = ("-keyopt", "rsa_padding_mode:pss")


def openssl(*words: str) -> bytes:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no program `openssl` to sign with")
    done = subprocess.run([program, *words], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@dataclass(frozen=True)
class OpensslHead:
    """Files of a certificate and of its key."""

    certificate_file: Path
    key_file: Path
    kind: str

    @property
    def pem(self) -> bytes:
        return self.certificate_file.read_bytes()

    @property
    def der(self) -> bytes:
        return openssl("x509", "-in", str(self.certificate_file), "-outform", "DER")

    def sign(self, text: bytes, *words: str, form: str = "DER", digest: str = "sha256") -> bytes:
        place = self.certificate_file.with_suffix(".text")
        place.write_bytes(text)
        engine = ("-engine", "gost") if self.kind.startswith("gost") else ()
        return openssl(
            "cms", "-sign", *engine, "-binary", "-in", str(place), "-signer", str(self.certificate_file),
            "-inkey", str(self.key_file), "-outform", form, "-md", digest, *words,
        )  # fmt: skip


HeadOf = Callable[[str], OpensslHead]


def make_head(
    place: Path,
    kind: str,
    *,
    inn: str = INN,
    name: str = "Head",
    attribute: str = "ИННЮЛ",
    days: int = 365,
    usage: str = "",
    words: tuple[str, ...] = (),
) -> OpensslHead:
    place.mkdir(parents=True, exist_ok=True)
    config, certificate, key = place / "request.cnf", place / "head.pem", place / "head.key"
    config.write_text(_CONFIG.format(name=name, inn=inn, attribute=ATTRIBUTES[attribute], usage=usage))
    openssl(
        "req", "-x509", "-nodes", "-utf8", *KEYS[kind], "-config", str(config), "-days", str(days), "-keyout",
        str(key), "-out", str(certificate), *words,
    )  # fmt: skip
    return OpensslHead(certificate, key, kind)
