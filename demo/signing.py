"""`Head`: an invented head of an organisation, with a certificate and the key that signs mandates and bans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs7,
)

_INN = x509.ObjectIdentifier("1.2.643.3.131.1.1")
_INN_OF_ENTITY = x509.ObjectIdentifier("1.2.643.100.4")
_YEARS = 5


@dataclass(frozen=True)
class Head:
    """A head who can sign."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate in PEM, as it is registered."""
        return self.certificate.public_bytes(Encoding.PEM)

    def sign(self, text: bytes) -> bytes:
        """Return a detached CMS signature (DER) over exactly these bytes."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(text).add_signer(self.certificate, self.key, SHA256())
        return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])


def invent_head(inn: str, name: str, *, valid_from: datetime | None = None, valid_to: datetime | None = None) -> Head:
    """Return a head with a new key; the certificate is self-signed, because its issuer is not checked."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose = _INN_OF_ENTITY if len(inn) == 10 else _INN
    # A common name has at most 64 bytes.
    short = name.encode()[:64].decode(errors="ignore")
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, short), x509.NameAttribute(whose, inn)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from or now - timedelta(days=1))
        .not_valid_after(valid_to or now + timedelta(days=365 * _YEARS))
        .sign(key, SHA256())
    )
    return Head(certificate, key)


def keep_head(directory: Path, inn: str, name: str) -> tuple[Head, Path]:
    """Return the head stored in a directory, invented at the first call, and the file of his certificate."""
    certificate_file, key_file = directory / f"{inn}.pem", directory / f"{inn}.key"
    if certificate_file.exists():
        key = load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{key_file} is not a key of ours")
        return Head(x509.load_pem_x509_certificate(certificate_file.read_bytes()), key), certificate_file
    head = invent_head(inn, name)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file.touch(mode=0o600)
    key_file.write_bytes(head.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_file.write_bytes(head.pem)
    return head, certificate_file
