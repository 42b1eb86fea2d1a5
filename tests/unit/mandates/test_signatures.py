"""A detached CMS signature is good over exactly its text, by exactly the registered certificate, and not otherwise."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import textwrap
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.signing import invent_head
from smena.mandates.gost import NoGost, find_openssl
from smena.mandates.signatures import MOST_BYTES, BadSignature, verify
from tests.unit.mandates.heads import INN, PSS, TEXT, HeadOf, OpensslHead, make_head, openssl

GOOD = {
    "rsa": ("rsa", (), "sha256"),
    "rsa, SHA-512": ("rsa", (), "sha512"),
    "rsa-pss": ("rsa", PSS, "sha256"),
    "rsa-pss, SHA-384, a salt of 20": ("rsa", (*PSS, "-keyopt", "rsa_pss_saltlen:20"), "sha384"),
    "ecdsa": ("ecdsa", (), "sha256"),
    "ecdsa P-384": ("ecdsa_384", (), "sha384"),
    "without the certificate": ("rsa", ("-nocerts",), "sha256"),
    "without the capabilities": ("ecdsa", ("-nosmimecap",), "sha256"),
    "the signer named by the key": ("rsa", ("-keyid",), "sha256"),
}


def refusal(signature: bytes, head: OpensslHead, text: bytes = TEXT) -> str:
    with pytest.raises(BadSignature) as raised:
        verify(signature, text, head.der)
    return str(raised.value)


# --- good ones


@pytest.mark.parametrize("form", ["DER", "PEM"])
@pytest.mark.parametrize("case", GOOD)
def test_a_signature_by_openssl_is_good(head_of: HeadOf, case: str, form: str) -> None:
    kind, words, digest = GOOD[case]
    head = head_of(kind)
    signature = head.sign(TEXT, *words, form=form, digest=digest)
    verify(signature, TEXT, head.der)
    assert refusal(signature, head, TEXT + b"\n")


def test_a_pem_of_the_other_name_and_of_other_line_ends_is_good(head_of: HeadOf) -> None:
    head = head_of("ecdsa")
    pem = head.sign(TEXT, form="PEM").replace(b"CMS", b"PKCS7")
    verify(pem, TEXT, head.der)
    verify(pem.replace(b"\n", b"\r\n"), TEXT, head.der)


def test_a_signature_by_the_library_of_the_demo_is_good() -> None:
    head = invent_head(INN, "Head")
    verify(head.sign(TEXT), TEXT, head.certificate.public_bytes(Encoding.DER))


def test_a_chain_may_be_carried_along(head_of: HeadOf) -> None:
    head, issuer = head_of("rsa"), head_of("ecdsa")
    signature = head.sign(TEXT, "-certfile", str(issuer.certificate_file))
    verify(signature, TEXT, head.der)


# --- another text


@pytest.mark.parametrize("case", GOOD)
def test_an_altered_text_is_refused(head_of: HeadOf, case: str) -> None:
    kind, words, digest = GOOD[case]
    head = head_of(kind)
    assert "over another text" in refusal(head.sign(TEXT, *words, digest=digest), head, TEXT.replace(b"19", b"18"))


def test_a_signature_over_changed_line_ends_is_refused_with_this_reason(head_of: HeadOf) -> None:
    head = head_of("rsa")
    assert "other line ends" in refusal(head.sign(TEXT.replace(b"\n", b"\r\n")), head)


def test_an_attached_signature_is_refused_even_over_the_same_text(head_of: HeadOf) -> None:
    head = head_of("rsa")
    for text in (TEXT, b""):
        assert "not detached" in refusal(head.sign(text, "-nodetach"), head, text)


# --- another signer


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_certificate_with_the_same_subject_is_another_one(head_of: HeadOf, tmp_path: Path, kind: str) -> None:
    head, namesake = head_of(kind), make_head(tmp_path, kind)
    assert "another certificate" in refusal(namesake.sign(TEXT), head)
    assert "another certificate" in refusal(namesake.sign(TEXT, "-nocerts"), head)


def test_a_certificate_with_the_same_subject_and_serial_number_is_another_one(tmp_path: Path) -> None:
    head, other_head = (make_head(tmp_path / name, "ecdsa", words=("-set_serial", "7")) for name in ("head", "twin"))
    assert "another certificate" in refusal(other_head.sign(TEXT), head)
    assert "not by the key" in refusal(other_head.sign(TEXT, "-nocerts"), head)


def test_another_key_under_the_registered_certificate_is_refused(head_of: HeadOf, tmp_path: Path) -> None:
    head, stranger = head_of("rsa"), make_head(tmp_path, "rsa")
    message = cms.ContentInfo.load(head.sign(TEXT))
    forged = cms.ContentInfo.load(stranger.sign(TEXT))["content"]["signer_infos"][0]
    signer = message["content"]["signer_infos"][0]
    for part in ("signed_attrs", "signature"):
        signer[part] = forged[part].copy()
    assert "not by the key" in refusal(message.dump(force=True), head)


def test_two_signers_are_one_too_many(head_of: HeadOf) -> None:
    head, second = head_of("rsa"), head_of("ecdsa")
    signature = head.sign(TEXT, "-signer", str(second.certificate_file), "-inkey", str(second.key_file))
    assert "2 signers" in refusal(signature, head)


# --- another form


def test_sha_1_is_refused(head_of: HeadOf) -> None:
    assert "its digest is sha1" in refusal(head_of("rsa").sign(TEXT, digest="sha1"), head_of("rsa"))
    assert "its digest is sha1" in refusal(head_of("ecdsa").sign(TEXT, digest="sha1"), head_of("ecdsa"))


def test_an_encrypted_message_is_no_signature(head_of: HeadOf, tmp_path: Path) -> None:
    head, text = head_of("rsa"), tmp_path / "text"
    text.write_bytes(TEXT)
    message = openssl("cms", "-encrypt", "-in", str(text), "-outform", "DER", str(head.certificate_file))
    assert "not a signed one" in refusal(message, head)


def test_signed_attributes_without_the_digest_of_the_text_are_refused(head_of: HeadOf) -> None:
    head = head_of("rsa")
    message = cms.ContentInfo.load(head.sign(TEXT))
    signer = message["content"]["signer_infos"][0]
    rest = [one for one in signer["signed_attrs"] if one["type"].native != "message_digest"]
    signer["signed_attrs"] = cms.CMSAttributes(rest)
    assert "do not say what was signed" in refusal(message.dump(force=True), head)


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_signature_without_signed_attributes_is_refused(head_of: HeadOf, kind: str) -> None:
    head = head_of(kind)
    reported = refusal(head.sign(TEXT, "-noattr"), head)
    assert reported == "it has no signed attributes: sign with them (openssl: without -noattr)"
    # What the key signed of another message, its attributes as bytes, is no text that the head has signed.
    message = cms.ContentInfo.load(head.sign(TEXT))
    signer = message["content"]["signer_infos"][0]
    attributes = b"\x31" + signer["signed_attrs"].dump()[1:]
    del signer["signed_attrs"]
    assert "no signed attributes" in refusal(message.dump(force=True), head, attributes)


@pytest.mark.parametrize("missing", ["content_type", "message_digest"])
@pytest.mark.parametrize("is_twice", [False, True])
def test_each_signed_attribute_about_the_text_is_there_once(head_of: HeadOf, missing: str, *, is_twice: bool) -> None:
    head = head_of("rsa")
    message = cms.ContentInfo.load(head.sign(TEXT))
    signer = message["content"]["signer_infos"][0]
    found = list(signer["signed_attrs"])
    one = next(attribute for attribute in found if attribute["type"].native == missing)
    others = [attribute for attribute in found if attribute["type"].native != missing]
    signer["signed_attrs"] = cms.CMSAttributes([*found, one] if is_twice else others)
    assert "do not say what was signed" in refusal(message.dump(force=True), head)


def test_a_file_larger_than_any_signature_is_refused(head_of: HeadOf) -> None:
    assert "larger than" in refusal(b"0" * (MOST_BYTES + 1), head_of("rsa"))


def test_what_is_no_signature_is_refused(head_of: HeadOf) -> None:
    head = head_of("ecdsa")
    good, pem = head.sign(TEXT), head.sign(TEXT, form="PEM")
    base = base64.b64encode(good).decode()
    others = [
        b"", b"\n", TEXT, good + b"\0", good * 2, head.der, head.pem, pem + pem, b" " + pem, pem + b"more",
        b"-----BEGIN CMS-----\n-----END CMS-----\n", base.encode(), b"\x30\x80" + b"\x30\x80" * 50_000,
        pem.replace(b"END CMS", b"END PKCS7"), pem.replace(b"CMS", b"CERTIFICATE"),
        f"-----BEGIN CMS-----\n{base[:-8]}\n-----END CMS-----\n".encode(),
    ]  # fmt: skip
    for other in others:
        assert "not a CMS" in refusal(other, head), other[:60]
    wide = "\n".join(textwrap.wrap(base, 76))
    verify(f"-----BEGIN CMS-----\n{wide}\n-----END CMS-----\n".encode(), TEXT, head.der)


# --- damaged signatures and texts


@pytest.mark.parametrize(("kind", "words"), [("rsa", ()), ("rsa", PSS), ("ecdsa", ())])
@pytest.mark.parametrize("form", ["DER", "PEM"])
def test_no_byte_of_a_signature_can_be_another(head_of: HeadOf, kind: str, words: tuple[str, ...], form: str) -> None:
    head = head_of(kind)
    signature, certificate = head.sign(TEXT, *words, form=form), head.der
    for place in range(len(signature)):
        altered = bytearray(signature)
        altered[place] ^= 1 << place % 8
        with pytest.raises(BadSignature):
            verify(bytes(altered), TEXT, certificate)


def test_no_byte_of_a_signature_by_the_library_can_be_another() -> None:
    head = invent_head(INN, "Head")
    signature, certificate = head.sign(TEXT), head.certificate.public_bytes(Encoding.DER)
    for place in range(len(signature)):
        for change in (1 << place % 8, 255):
            altered = bytearray(signature)
            altered[place] ^= change
            with pytest.raises(BadSignature):
                verify(bytes(altered), TEXT, certificate)


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_no_byte_of_the_text_can_be_another(head_of: HeadOf, kind: str) -> None:
    head = head_of(kind)
    signature, certificate = head.sign(TEXT), head.der
    for place in range(len(TEXT)):
        altered = bytearray(TEXT)
        altered[place] ^= 1 << place % 8
        with pytest.raises(BadSignature):
            verify(signature, bytes(altered), certificate)


@cache
def good_one(head: OpensslHead) -> tuple[bytes, bytes]:
    return head.sign(TEXT), head.der


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_nothing_that_was_cut_altered_or_added_verifies(head_of: HeadOf, data: st.DataObject) -> None:
    good, certificate = good_one(head_of("ecdsa"))
    first = data.draw(st.integers(0, len(good)))
    last = data.draw(st.integers(first, min(len(good), first + 40)))
    altered = good[:first] + data.draw(st.binary(max_size=40)) + good[last:]
    if altered != good:
        with pytest.raises(BadSignature):
            verify(altered, TEXT, certificate)


@given(st.binary(max_size=2000))
@settings(deadline=None)
def test_random_bytes_are_no_signature(head_of: HeadOf, noise: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(noise, TEXT, good_one(head_of("ecdsa"))[1])


# --- GOST

GOST = {"gost_256": "md_gost12_256", "gost_512": "md_gost12_512"}


def has_gost() -> bool:
    """Asked without the code under test."""
    program = shutil.which("openssl")
    return (
        bool(program) and subprocess.run([program, "engine", "gost"], capture_output=True, check=False).returncode == 0
    )


# Made once by OpenSSL with its engine, for machines without one: a certificate and a signature over TEXT.
KEPT_GOST = Path(__file__).parent / "gost"


@pytest.mark.parametrize("kind", GOST)
def test_a_gost_signature_is_good_where_the_engine_is_and_else_cannot_be_verified(head_of: HeadOf, kind: str) -> None:
    certificate = base64.b64decode(re.sub(r"-----.*?-----", "", (KEPT_GOST / f"{kind}.pem").read_text()))
    signature = (KEPT_GOST / f"{kind}.p7s").read_bytes()
    if not has_gost():
        with pytest.raises(NoGost, match=r"cannot be verified here.*libengine-gost-openssl"):
            verify(signature, TEXT, certificate)
        return
    verify(signature, TEXT, certificate)
    head = head_of(kind)
    for words in ((), ("-nocerts",), ("-keyid",)):
        for form in ("DER", "PEM"):
            fresh = head.sign(TEXT, *words, form=form, digest=GOST[kind])
            verify(fresh, TEXT, head.der)
            assert "over another text" in refusal(fresh, head, TEXT[:-1])
            with pytest.raises(BadSignature, match=r"another certificate|not by the key"):
                verify(fresh, TEXT, certificate)
    for place in range(0, len(signature), 23):
        altered = bytearray(signature)
        altered[place] ^= 1 << place % 8
        with pytest.raises(BadSignature):
            verify(bytes(altered), TEXT, certificate)


def test_without_the_engine_a_gost_signature_cannot_be_verified(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = base64.b64decode(re.sub(r"-----.*?-----", "", (KEPT_GOST / "gost_256.pem").read_text()))
    signature = (KEPT_GOST / "gost_256.p7s").read_bytes()
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoGost, match=r"OpenSSL has no engine `gost` \(Debian: libengine-gost-openssl\)"):
        verify(signature, TEXT, certificate)
    program.unlink()
    with pytest.raises(NoGost, match="there is no program `openssl`"):
        verify(signature, TEXT, certificate)


def test_an_openssl_that_hangs_or_does_not_start_is_reported_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("smena.mandates.gost.TIMEOUT_S", 0.2)
    with pytest.raises(NoGost, match=r"did not answer within 0.2 s"):
        find_openssl()
    program.write_bytes(b"\x7fELF")
    with pytest.raises(NoGost, match="does not start"):
        find_openssl()
