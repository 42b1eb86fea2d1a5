"""Detached CMS signatures over a text, by the registered certificate and no other (docs/adr/0007).

A signature is accepted in one form only, so that no byte of it can be changed: DER, or PEM around it; one signer; the
parts that the key does not sign are compared with their only form. The chain of issuers is not checked: a certificate
is trusted because it was registered.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from smena.mandates import gost
from smena.mandates.certificates import GOST_KEYS

MOST_BYTES = 1 << 20
"""A larger file is no signature."""

_DIGESTS: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
# By the key's algorithm: its digest, and the two names of its signature algorithm.
_GOST = {
    "1.2.643.7.1.1.1.1": ("1.2.643.7.1.1.2.2", ("1.2.643.7.1.1.1.1", "1.2.643.7.1.1.3.2")),
    "1.2.643.7.1.1.1.2": ("1.2.643.7.1.1.2.3", ("1.2.643.7.1.1.1.2", "1.2.643.7.1.1.3.3")),
}
_NULL = b"\x05\x00"
_PEM = re.compile(rb"-----BEGIN (CMS|PKCS7)-----(\r?\n)(.*)\2-----END \1-----(?:\2)?", re.DOTALL)
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, struct.error)


class BadSignature(Exception):
    """The signature is not valid for the text; the message says why."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A parsed signature: everything is checked but the text and the key."""

    der: bytes
    certificate: bytes
    digest: str
    scheme: Any
    attributes: bytes
    message_digest: bytes
    octets: bytes


def verify(signature: bytes, text: bytes, certificate: bytes) -> None:
    """Check that the signature (DER or PEM) over exactly this text is by the key of this certificate (DER).

    Raises BadSignature with the reason; `gost.NoGost` where it is a GOST signature and this machine cannot verify it.
    """
    if len(signature) > MOST_BYTES:
        raise BadSignature(f"it is larger than {MOST_BYTES} bytes")
    try:
        read = _read(_der(signature), certificate)
        algorithm = x509.load_der_x509_certificate(certificate).public_key_algorithm_oid.dotted_string
        if algorithm in GOST_KEYS:
            _verify_gost(read, algorithm, text)
        else:
            _verify(read, text)
    except _UNREADABLE:
        raise BadSignature("it is not a CMS signature") from None


def _der(file: bytes) -> bytes:
    if not file.lstrip().startswith(b"-----"):
        return file
    found = _PEM.fullmatch(file)
    if found is None:
        raise BadSignature("it is not a CMS signature: neither DER nor a PEM of one block `CMS` or `PKCS7`")
    text = found[3].replace(found[2], b"")
    try:
        der = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadSignature("it is not a CMS signature: its PEM is broken") from None
    if base64.b64encode(der) != text:
        raise BadSignature("it is not a CMS signature: its PEM is broken")
    return der


def _read(der: bytes, certificate: bytes) -> _Read:
    message = cms.ContentInfo.load(der, strict=True)
    if message["content_type"].native != "signed_data":
        raise BadSignature("it is a CMS message, but not a signed one")
    signed = message["content"]
    held = signed["encap_content_info"]
    if held["content_type"].native != "data" or held["content"].native is not None:
        raise BadSignature("it is not detached: it holds a text of its own")
    if len(signed["signer_infos"]) != 1:
        raise BadSignature(f"it has {len(signed['signer_infos'])} signers; one is needed, the head")
    signer = signed["signer_infos"][0]
    _check_signer(signer["sid"], signed["certificates"], certificate)
    _check_form(signed, signer)
    attributes, message_digest = _attributes(signer["signed_attrs"])
    return _Read(
        der=der,
        certificate=certificate,
        digest=_digest(signer["digest_algorithm"]),
        scheme=signer["signature_algorithm"],
        attributes=attributes,
        message_digest=message_digest,
        octets=signer["signature"].native,
    )


def _check_signer(sid: Any, carried: Any, certificate: bytes) -> None:
    """The signer is the registered certificate, and the message carries it where it carries any."""
    registered = asn1_x509.Certificate.load(certificate, strict=True)
    named = sid.chosen
    if sid.name == "issuer_and_serial_number":
        tbs = registered["tbs_certificate"]
        same = (named["issuer"].dump(), named["serial_number"].dump()) == (
            tbs["issuer"].dump(), tbs["serial_number"].dump()
        )  # fmt: skip
    else:
        same = registered.key_identifier is not None and named.native == registered.key_identifier
    others = [one.dump() for one in carried]
    if not same or (others and certificate not in others):
        raise BadSignature("it was made with another certificate than the registered one")


def _check_form(signed: Any, signer: Any) -> None:
    """The parts that the key does not sign are in their only form."""
    version = "v1" if signer["sid"].name == "issuer_and_serial_number" else "v3"
    parts = [signed["version"], signed["digest_algorithms"], signed["encap_content_info"]]
    parts += [signer[name] for name in ("version", "digest_algorithm", "signature_algorithm")]
    algorithms = [one["algorithm"].native for one in signed["digest_algorithms"]]
    parameters = [one["parameters"].dump() for one in (*signed["digest_algorithms"], signer["digest_algorithm"])]
    if (
        signed["version"].native != version
        or signer["version"].native != version
        or algorithms != [signer["digest_algorithm"]["algorithm"].native]
        or not set(parameters) <= {b"", _NULL}
        or len(signed["crls"])
        or any(part.dump() != part.copy().dump(force=True) for part in parts)
    ):
        raise BadSignature("it is not in the form that a CMS signature of one signer has")


def _attributes(signer: Any) -> tuple[bytes, bytes]:
    """The bytes that the key has signed, and the digest of the text, which they contain.

    Without signed attributes a signature over attributes could pass for one over a text of the same bytes (RFC 8933).
    """
    if not isinstance(signer, cms.CMSAttributes) or not len(signer):
        raise BadSignature("it has no signed attributes: sign with them (openssl: without -noattr)")
    values: dict[str, list[Any]] = {"content_type": [], "message_digest": []}
    for attribute in signer:
        if attribute["type"].native in values:
            values[attribute["type"].native] += attribute["values"].native
    if values["content_type"] != ["data"] or len(values["message_digest"]) != 1:
        raise BadSignature("its signed attributes do not say what was signed")
    # The signed bytes are a SET OF; the message has it under an implicit tag instead.
    return b"\x31" + signer.dump()[1:], values["message_digest"][0]


def _digest(algorithm: Any) -> str:
    name = str(algorithm["algorithm"].native)
    if name not in _DIGESTS and name not in {digest for digest, _ in _GOST.values()}:
        raise BadSignature(f"its digest is {name}; SHA-256, SHA-384, SHA-512 or GOST R 34.11-2012 is needed")
    return name


def _verify(read: _Read, text: bytes) -> None:
    if read.digest not in _DIGESTS:
        raise BadSignature("its digest does not go with the key of the certificate")
    if hashlib.new(read.digest, text).digest() != read.message_digest:
        if hashlib.new(read.digest, text.replace(b"\n", b"\r\n")).digest() == read.message_digest:
            raise BadSignature(
                "it is over the text with other line ends: sign the bytes as they are (openssl: -binary)"
            )
        raise BadSignature("it is over another text")
    key = x509.load_der_x509_certificate(read.certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(read.octets, read.attributes, _rsa_padding(read), _DIGESTS[read.digest]())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            if read.scheme["algorithm"].native != f"{read.digest}_ecdsa" or read.scheme["parameters"].dump():
                raise BadSignature("its algorithm does not go with the key of the certificate")
            key.verify(read.octets, read.attributes, ec.ECDSA(_DIGESTS[read.digest]()))
        else:
            raise BadSignature("it is neither GOST R 34.10-2012, RSA nor ECDSA")
    except (InvalidSignature, UnsupportedAlgorithm):
        raise BadSignature("it is not by the key of the registered certificate, or it is over another text") from None


def _rsa_padding(read: _Read) -> padding.AsymmetricPadding:
    name, parameters = read.scheme["algorithm"].native, read.scheme["parameters"]
    if name == "rsassa_pkcs1v15" and parameters.dump() == _NULL:
        return padding.PKCS1v15()
    if name == "rsassa_pss":
        mask = parameters["mask_gen_algorithm"]
        algorithms = [parameters["hash_algorithm"], mask["parameters"]]
        if (
            mask["algorithm"].native == "mgf1"
            and parameters["trailer_field"].native == "trailer_field_bc"
            and all(one["algorithm"].native == read.digest for one in algorithms)
            and {one["parameters"].dump() for one in algorithms} <= {b"", _NULL}
        ):
            digest = _DIGESTS[read.digest]()
            return padding.PSS(padding.MGF1(digest), int(parameters["salt_length"].native))
    raise BadSignature("its algorithm does not go with the key of the certificate")


def _verify_gost(read: _Read, algorithm: str, text: bytes) -> None:
    digest, schemes = _GOST[algorithm]
    scheme, parameters = read.scheme["algorithm"].native, read.scheme["parameters"].dump()
    if read.digest != digest or scheme not in schemes or parameters not in (b"", _NULL):
        raise BadSignature("its algorithm does not go with the key of the certificate")
    pem = x509.load_der_x509_certificate(read.certificate).public_bytes(Encoding.PEM)
    if not gost.is_signed(text, signature=read.der, certificate=pem):
        raise BadSignature("it is not by the key of the registered certificate, or it is over another text")
