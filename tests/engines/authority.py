"""A certificate authority of a test's own: for loopback, and for the hour."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIFE = timedelta(hours=1)


@dataclass(frozen=True)
class Certificate:
    """Files in PEM: a certificate, its key, and both in one, as servers in Java want them."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Signs certificates of servers and clients; `file` is its own, which whoever trusts it is given."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.pem"
        signed = (
            self._begun(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def certificate(self, name: str, address: str = "127.0.0.1") -> Certificate:
        """A certificate for who goes by that name, at that address."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = (
            self._begun(_named(name), key)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        certificate = signed.public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        made = Certificate(*(self._folder / f"{name}{ending}" for ending in (".crt", ".key", ".pem")))
        made.certificate.write_bytes(certificate)
        made.key.write_bytes(private)
        made.both.write_bytes(private + certificate)
        return made

    def _begun(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - LIFE)
            .not_valid_after(now + LIFE)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
