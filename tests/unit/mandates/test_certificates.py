"""What is read of a certificate, and which certificates are refused."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.signing import invent_head
from smena.mandates.certificates import MOST_BYTES, check_term, read_certificate, standing
from smena.model.errors import WrongUse
from tests.invented import SOLE_PROPRIETOR as PERSON
from tests.unit.mandates.heads import INN, HeadOf, make_head, openssl

GOST = Path(__file__).parent / "gost" / "gost_256.pem"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_certificate_is_read_as_openssl_reads_it(head_of: HeadOf) -> None:
    head = head_of("rsa")
    read = read_certificate(head.pem)
    words = ("x509", "-in", str(head.certificate_file), "-noout")
    serial = openssl(*words, "-serial").decode().strip().partition("=")[2]
    sha1 = openssl(*words, "-fingerprint", "-sha1").decode().strip().partition("=")[2].replace(":", "").lower()
    assert (read.serial.zfill(len(serial)), read.thumbprint_sha1) == (serial, sha1)
    assert (read.certificate, read.thumbprint_sha256) == (head.der, hashlib.sha256(head.der).hexdigest())
    assert (read.subject_inn, read.key_algorithm) == (INN, "rsa_2048")
    assert read.subject == read.issuer == f"ИННЮЛ={INN},CN=Head"
    assert (read.valid_to - read.valid_from).days == 365
    assert read_certificate(head.der) == read


@pytest.mark.parametrize("kind", ["ecdsa", "ecdsa_384"])
def test_a_key_on_a_curve_is_read(head_of: HeadOf, kind: str) -> None:
    assert read_certificate(head_of(kind).pem).key_algorithm.startswith("ecdsa_secp")


def test_a_gost_certificate_is_read_whatever_openssl_is_here() -> None:
    read = read_certificate(GOST.read_bytes())
    assert (read.subject_inn, read.key_algorithm) == (INN, "gost2012_256")


@pytest.mark.parametrize(
    ("attribute", "text", "inn"),
    [("ИННЮЛ", INN, INN), ("ИНН", PERSON, PERSON), ("ИНН", f"00{INN}", INN), ("another", INN, "")],
)
def test_the_inn_is_the_entitys_or_the_persons_with_or_without_padding(
    tmp_path: Path, attribute: str, text: str, inn: str
) -> None:
    assert read_certificate(make_head(tmp_path, "ecdsa", attribute=attribute, inn=text).pem).subject_inn == inn


def test_the_head_of_an_entity_signs_for_it_and_not_for_himself(tmp_path: Path) -> None:
    # Both are in the certificate of a director: his own ИНН and the entity's.
    head = make_head(tmp_path, "ecdsa", inn=f"{INN}\n0.1.2.643.3.131.1.1 = {PERSON}")
    assert read_certificate(head.pem).subject_inn == INN
    assert f"ИНН={PERSON}" in read_certificate(head.pem).subject


def test_a_long_russian_name_is_read_without_a_warning(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    head = make_head(tmp_path, "ecdsa", name="Ж" * 64)
    assert "Ж" * 64 in read_certificate(head.pem).subject
    assert [str(one.message) for one in recwarn] == []


def test_a_certificate_of_two_entities_has_no_inn(tmp_path: Path) -> None:
    head = make_head(tmp_path, "ecdsa", inn=f"{INN}\n1.1.2.643.100.4 = 9607083893")
    assert read_certificate(head.pem).subject_inn == ""


def refusal(file: bytes) -> str:
    with pytest.raises(WrongUse) as raised:
        read_certificate(file)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_what_is_no_certificate_is_refused(head_of: HeadOf) -> None:
    head = head_of("ecdsa")
    cut = head.pem.replace(head.pem[60:90], b"")
    for file in (b"", b"\x30", "Ромашка".encode(), head.key_file.read_bytes(), head.sign(b"text"), head.der[:-1], cut):
        assert "is not a certificate: it cannot be read" in refusal(file)
    assert "holds 2 of them" in refusal(head.pem * 2)
    assert "larger than" in refusal(b"0" * (MOST_BYTES + 1))


@given(st.binary(max_size=500))
@settings(deadline=None)
def test_noise_is_no_certificate(noise: bytes) -> None:
    refusal(noise)


def test_a_key_beside_the_certificate_is_not_kept(head_of: HeadOf) -> None:
    head = head_of("ecdsa")
    assert read_certificate(head.key_file.read_bytes() + head.pem) == read_certificate(head.pem)


def test_keys_that_no_signature_can_be_verified_with_are_refused(tmp_path: Path) -> None:
    assert "1024 bits — 2048 at least" in refusal(make_head(tmp_path / "short", "rsa_1024").pem)
    assert "1.3.101.112 cannot be verified" in refusal(make_head(tmp_path / "other", "ed25519").pem)


def test_a_certificate_for_encryption_alone_is_refused(tmp_path: Path) -> None:
    assert "not for signing" in refusal(make_head(tmp_path, "rsa", usage="keyUsage = keyEncipherment").pem)
    for usage in ("digitalSignature", "nonRepudiation"):
        assert read_certificate(make_head(tmp_path / usage, "rsa", usage=f"keyUsage = {usage}").pem)


def test_a_certificate_serves_from_its_first_moment_to_its_last() -> None:
    second = timedelta(seconds=1)
    check_term(NOW, NOW, NOW)
    with pytest.raises(WrongUse, match="not valid before 2026-01-31 12:00 UTC"):
        check_term(NOW, NOW + second, NOW - second)
    with pytest.raises(WrongUse, match="ended on 2026-01-31 12:00 UTC"):
        check_term(NOW - second, NOW, NOW + second)


@pytest.mark.parametrize(
    ("left", "how"),
    [
        (timedelta(days=30), "valid"),
        (timedelta(days=30, seconds=-1), "ends_soon"),
        (timedelta(0), "ends_soon"),
        (timedelta(seconds=-1), "ended"),
    ],
)
def test_its_end_is_warned_of_thirty_days_before(left: timedelta, how: str) -> None:
    assert standing(NOW + left, NOW) == how


def test_the_certificates_of_the_demo_are_of_their_organisations() -> None:
    for inn in (INN, PERSON):
        assert read_certificate(invent_head(inn, "Н" * 90).pem).subject_inn == inn
