"""The head's certificate: read, checked and stored; one per organisation, for every product."""

from __future__ import annotations

import hashlib
import re
import warnings
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from smena.mandates.organizations import organization_of
from smena.model.errors import WrongUse
from smena.model.identifiers import clean_inn
from smena.warehouse.database import Row, Transaction, Warehouse

if TYPE_CHECKING:
    from cryptography import x509

MOST_BYTES = 1 << 20
"""A larger file is no certificate."""

WARNING = timedelta(days=30)
"""How long before its end a certificate is reported as ending soon."""

SOURCES = ("manual", "diadoc")

INN, INN_OF_ENTITY = "1.2.643.3.131.1.1", "1.2.643.100.4"
"""ИНН: of a person, or, in older certificates, of an entity, padded with `00`; ИННЮЛ: of an entity."""

GOST_KEYS = {"1.2.643.7.1.1.1.1": "gost2012_256", "1.2.643.7.1.1.1.2": "gost2012_512"}
_NAMES = {
    INN: "ИНН",
    INN_OF_ENTITY: "ИННЮЛ",
    "1.2.643.100.1": "ОГРН",
    "1.2.643.100.3": "СНИЛС",
    "1.2.643.100.5": "ОГРНИП",
}
_SHORTEST_RSA_BITS = 2048
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)

Standing = Literal["valid", "ends_soon", "ended"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """The fields of a certificate that are stored beside its bytes.

    Attributes:
        certificate: DER.
        subject_inn: ИНН of the organisation for which its owner signs, without padding.
        serial: hexadecimal.
        valid_from, valid_to: UTC.
        thumbprint_sha1: отпечаток, as Windows and CryptoPro show it.
    """

    certificate: bytes
    subject: str
    subject_inn: str
    issuer: str
    serial: str
    key_algorithm: str
    valid_from: datetime
    valid_to: datetime
    thumbprint_sha1: str
    thumbprint_sha256: str


def read_certificate(file: bytes) -> Certificate:
    """Read one certificate, PEM or DER. Raises WrongUse where it is none, or its key or usage is unsuitable."""
    from cryptography import x509

    if len(file) > MOST_BYTES:
        raise _none(f"it is larger than {MOST_BYTES} bytes")
    found = _PEM.findall(file)
    if len(found) > 1:
        raise _none(f"it holds {len(found)} of them", fix="give the head's alone, without those of its issuers")
    try:
        with warnings.catch_warnings():
            # cryptography warns of names longer than 64 bytes, which are common in Russian certificates.
            warnings.simplefilter("ignore")
            return _read(found[0] if found else file)
    except (ValueError, TypeError, x509.DuplicateExtension):
        raise _none("it cannot be read") from None


def add_certificate(
    transaction: Transaction, *, inn: str, file: bytes, source: str, added_by: str, now: datetime | None = None
) -> Row:
    """Register the head's certificate; the same again changes nothing, a newer one replaces the former in use.

    The former stays in the list. Raises WrongUse where the certificate cannot be read, is not valid now, is of another
    ИНН, or is older than the one in use.
    """
    organization = organization_of(transaction, inn)
    now = now or datetime.now(UTC)
    read = read_certificate(file)
    if read.subject_inn != organization.inn:
        of = f"of INN {read.subject_inn}" if read.subject_inn else "of an owner without an INN"
        raise WrongUse(
            f"the certificate is {of}, not of {organization.inn}", fix="register the head's of this organisation"
        )
    check_term(read.valid_from, read.valid_to, now)
    transaction.run("lock_organization", inn=organization.inn)
    serves = serving(transaction, organization.inn)
    if serves is not None:
        if serves["thumbprint_sha256"] == read.thumbprint_sha256:
            return serves
        if serves["valid_to"] >= now and read.valid_from < serves["valid_from"]:
            raise WrongUse(
                f"the certificate is older than the one that serves, which is valid from {_day(serves['valid_from'])}"
                f" to {_day(serves['valid_to'])}",
                fix="none is needed",
            )
    transaction.run("certificate_add", inn=organization.inn, source=source, added_by=added_by, **asdict(read))
    return certificates(transaction, organization.inn)[0]


def certificates(transaction: Transaction | Warehouse, inn: str | None = None) -> list[Row]:
    """Return every registered certificate, newest first; `serves` marks the one in use of each organisation."""
    rows = transaction.rows("certificates", inn=inn)
    for row in rows:
        row["certificate"] = bytes(row["certificate"])
    return rows


def serving(transaction: Transaction | Warehouse, inn: str) -> Row | None:
    """Return the certificate in use; None where there is none."""
    rows = certificates(transaction, inn)
    return rows[0] if rows else None


def required_certificate(serves: Row | None, inn: str, now: datetime) -> bytes:
    """Return the certificate in use (DER). Raises WrongUse where there is none or it is not valid."""
    if serves is None:
        raise WrongUse(
            f"no certificate of the head of {inn} is registered", fix=f"run `smena certificate add --inn {inn} FILE`"
        )
    check_term(serves["valid_from"], serves["valid_to"], now)
    return bytes(serves["certificate"])


def check_term(valid_from: datetime, valid_to: datetime, now: datetime) -> None:
    """Raise WrongUse where a certificate is not valid at this moment."""
    if now < valid_from:
        raise WrongUse(f"the certificate is not valid before {_moment(valid_from)}", fix="wait, or register another")
    if now > valid_to:
        raise WrongUse(f"the certificate ended on {_moment(valid_to)}", fix="register the new one of the head")


def standing(valid_to: datetime, now: datetime) -> Standing:
    """Return the state of a certificate: it ends soon from `WARNING`, 30 days, before its end."""
    if now > valid_to:
        return "ended"
    return "ends_soon" if valid_to - now < WARNING else "valid"


def _read(file: bytes) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    read = x509.load_pem_x509_certificate(file) if file.startswith(b"-----") else x509.load_der_x509_certificate(file)
    _check_usage(read)
    names = {x509.ObjectIdentifier(oid): name for oid, name in _NAMES.items()}
    der = read.public_bytes(Encoding.DER)
    return Certificate(
        certificate=der,
        subject=read.subject.rfc4514_string(names),
        subject_inn=_inn_of(read),
        issuer=read.issuer.rfc4514_string(names),
        serial=f"{read.serial_number:X}",
        key_algorithm=_key_algorithm(read),
        valid_from=read.not_valid_before_utc,
        valid_to=read.not_valid_after_utc,
        thumbprint_sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        thumbprint_sha256=hashlib.sha256(der).hexdigest(),
    )


def _inn_of(read: x509.Certificate) -> str:
    """The entity's ИНН where the certificate names one, else the person's; empty where it names none, or several."""
    for wanted in (INN_OF_ENTITY, INN):
        fields = {
            clean_inn(attribute.value if isinstance(attribute.value, str) else "")
            for attribute in read.subject
            if attribute.oid.dotted_string == wanted
        }
        if fields:
            return fields.pop() if len(fields) == 1 else ""
    return ""


def _key_algorithm(read: x509.Certificate) -> str:
    """The algorithm of the key. Raises WrongUse for a key with which signatures cannot be verified here."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    oid = read.public_key_algorithm_oid.dotted_string
    if oid in GOST_KEYS:
        return GOST_KEYS[oid]
    try:
        key = read.public_key()
    except UnsupportedAlgorithm:
        key = None
    if isinstance(key, RSAPublicKey):
        if key.key_size < _SHORTEST_RSA_BITS:
            raise WrongUse(
                f"the certificate's RSA key has {key.key_size} bits", fix=f"{_SHORTEST_RSA_BITS} at least are needed"
            )
        return f"rsa_{key.key_size}"
    if isinstance(key, EllipticCurvePublicKey):
        return f"ecdsa_{key.curve.name}"
    raise WrongUse(
        f"signatures by a key of the kind {oid} cannot be verified", fix="GOST R 34.10-2012, RSA or ECDSA is needed"
    )


def _check_usage(read: x509.Certificate) -> None:
    from cryptography.x509 import ExtensionNotFound, KeyUsage

    try:
        usage = read.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise WrongUse("the certificate is not for signing", fix="register the one the head signs with")


def _none(why: str, *, fix: str = "give the head's certificate as PEM or DER") -> WrongUse:
    return WrongUse(f"the file is not a certificate: {why}", fix=fix)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
