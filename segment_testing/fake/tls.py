"""A certificate for a fake that speaks TLS, made at start.

Two certificates are made: an authority, and one for the server that the authority signs, since many clients refuse a
server's certificate that is an authority itself. The authority's private key is never written and is gone when this
module is done, so that whoever trusts the authority trusts that one server and nothing else.
"""

from __future__ import annotations

import ssl
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from segment_hooks import ConfigurationError

if TYPE_CHECKING:
    from cryptography import x509

LOOPBACK = ("localhost", "127.0.0.1", "::1")

VALID_BEFORE = timedelta(days=1)
"""A client, in a container or in a test that sets its clock, may be behind."""
VALID_FOR = timedelta(days=30)
"""From now on: longer than a server for tests runs, and too short to be kept by mistake."""


class TLSFiles(msgspec.Struct, frozen=True):
    """PEM files: what a server with TLS needs (`certificate`, `private_key`), and its clients (`authority`).

    Tell a client to trust `authority`: `NODE_EXTRA_CA_CERTS` for Node, `REQUESTS_CA_BUNDLE` for requests,
    `SSL_CERT_FILE` for much else, or `client_context()` for Python's own.
    """

    certificate: Path
    private_key: Path
    authority: Path

    @property
    def authority_pem(self) -> str:
        """The authority's certificate, in PEM."""
        return self.authority.read_text("ascii")

    def client_context(self) -> ssl.SSLContext:
        """A context for clients that trusts this server, and no other."""
        return ssl.create_default_context(cafile=self.authority)


@contextmanager
def temporary_tls(hosts: Iterable[str] = ()) -> Generator[TLSFiles, None, None]:
    """Files that are there until the block ends, in a directory that only this user can read. See `write_tls`."""
    with TemporaryDirectory(prefix="segment-testing-") as directory:
        yield write_tls(Path(directory), hosts)


def write_tls(directory: Path, hosts: Iterable[str] = ()) -> TLSFiles:
    """Make an authority and a certificate for this machine's loopback, and for `hosts` (names or addresses), and write
    them into `directory`. Raises `ConfigurationError` for a host that no certificate can name."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    now = datetime.now(UTC)
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("segment-testing, made for one run")

    def builder(name: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority_name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - VALID_BEFORE)
            .not_valid_after(now + VALID_FOR)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                # RFC 5280, 4.2.1.1: which Python 3.13 and later insist on
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
                critical=False,
            )
        )

    authority = (
        builder(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names = list(dict.fromkeys((*LOOPBACK, *hosts)))
    server = (
        builder(_name("localhost"), server_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative_name(host) for host in names]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )

    files = TLSFiles(directory / "server.pem", directory / "server-key.pem", directory / "authority.pem")
    authority_pem = authority.public_bytes(serialization.Encoding.PEM)
    files.authority.write_bytes(authority_pem)
    files.certificate.write_bytes(server.public_bytes(serialization.Encoding.PEM) + authority_pem)
    files.private_key.touch(mode=0o600)
    files.private_key.write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def _name(common_name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative_name(host: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host)
    except ValueError:
        raise ConfigurationError(f"{host!r} is neither an address nor a host name in ASCII (or Punycode)") from None


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
