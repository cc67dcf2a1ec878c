"""Certificates for test servers: an authority of their own, and what it signs, right or wrong on purpose."""

from __future__ import annotations

import datetime
import ipaddress
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


class Certificate(Enum):
    """Which certificate a test server shows."""

    VALID = "valid for localhost and 127.0.0.1"
    EXPIRED = "right name, ended yesterday"
    WRONG_NAME = "valid, but for another host"


class Authority:
    """A certificate authority that exists for one test."""

    def __init__(self, name: str = "Test authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 30 * DAY)
            .not_valid_after(now + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_authority_usage(), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        """The authority's own certificate, which a client is told to trust."""
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def issue(self, folder: Path, certificate: Certificate = Certificate.VALID) -> tuple[Path, Path]:
        """Write a server certificate and its key into the folder; returns both paths."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = self._sign(key, certificate)
        certificate_file, key_file = folder / "server.pem", folder / "server.key"
        certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        key_file.touch(mode=0o600)
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate_file, key_file

    def _sign(self, key: ec.EllipticCurvePrivateKey, certificate: Certificate) -> x509.Certificate:
        host = "elsewhere.example" if certificate is Certificate.WRONG_NAME else "localhost"
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        if certificate is not Certificate.WRONG_NAME:
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        now = datetime.datetime.now(datetime.UTC)
        end = now - DAY if certificate is Certificate.EXPIRED else now + 10 * DAY
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 20 * DAY)
            .not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(authority, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def _authority_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
