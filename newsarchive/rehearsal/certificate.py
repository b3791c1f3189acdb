"""A throw-away certificate authority: ends TLS for the hosts that the stand-in plays.

The authority's key lives in memory; the hosts' key lies in a temporary folder, for OpenSSL reads it from a file only.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=2)
"""Validity: longer than any rehearsal, and too short for any other use."""
CLOCK_SLACK = timedelta(hours=1)


class Authority:
    """Signs one certificate for each host; ``file`` is the path that a client puts into SSL_CERT_FILE."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("newsarchive rehearsal")
        self._host_key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._own_certificate().public_bytes(serialization.Encoding.PEM))

    def context_for(self, host: str) -> ssl.SSLContext:
        """A server's context with a fresh certificate for ``host``."""
        chain = self._folder / f"{host}.pem"
        chain.touch(mode=0o600)
        chain.write_bytes(
            _private_bytes(self._host_key) + self._host_certificate(host).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _own_certificate(self) -> x509.Certificate:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = self._begun(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
        return builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())

    def _host_certificate(self, host: str) -> x509.Certificate:
        builder = self._begun(
            _name(host), self._host_key.public_key(), x509.BasicConstraints(ca=False, path_length=None)
        )
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _begun(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, constraints: x509.BasicConstraints
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCK_SLACK)
            .not_valid_after(now + LIFETIME)
            .add_extension(constraints, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(own, critical=False)
        )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _private_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
