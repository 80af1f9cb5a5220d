"""The certificate that is made at start: a client that is told to trust it does, and nobody else."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from segment_hooks import ConfigurationError
from segment_testing.fake.tls import TLSFiles, temporary_tls, write_tls


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TLSFiles:
    return write_tls(tmp_path_factory.mktemp("tls"), ["fake.example", "192.0.2.7"])


def shake_hands(files: TLSFiles, client: ssl.SSLContext, name: str) -> str | None:
    """The version of TLS that both sides agree on, in memory."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.private_key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return ours.version()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "fake.example", "192.0.2.7"])
def test_a_client_that_trusts_the_authority_connects(files: TLSFiles, name: str) -> None:
    assert shake_hands(files, files.client_context(), name) in ("TLSv1.2", "TLSv1.3")


def test_even_the_strictest_reading_of_the_rules_has_nothing_against_it(files: TLSFiles) -> None:
    context = files.client_context()
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
    assert shake_hands(files, context, "localhost")


def test_another_name_is_refused(files: TLSFiles) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(files, files.client_context(), "shop.example")


def test_a_client_that_was_not_told_refuses(files: TLSFiles) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed|local issuer"):
        shake_hands(files, ssl.create_default_context(), "localhost")


def test_one_server_is_not_trusted_for_another(files: TLSFiles, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(files, write_tls(tmp_path).client_context(), "localhost")


def test_it_is_valid_for_clocks_that_are_somewhat_wrong_and_for_weeks_only(files: TLSFiles) -> None:
    now = datetime.now(UTC)
    for path in (files.certificate, files.authority):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        assert certificate.not_valid_before_utc <= now - timedelta(hours=23)
        assert now + timedelta(days=29) <= certificate.not_valid_after_utc <= now + timedelta(days=31)


def test_the_key_of_the_authority_is_written_nowhere(files: TLSFiles) -> None:
    directory = files.authority.parent
    written = {path.name: path.read_text() for path in directory.iterdir()}
    assert [name for name, text in written.items() if "PRIVATE KEY" in text] == ["server-key.pem"]
    authority = x509.load_pem_x509_certificate(files.authority_pem.encode())
    server = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    assert authority.public_key() != server.public_key()


def test_only_this_user_can_read_the_private_key(files: TLSFiles) -> None:
    assert stat.S_IMODE(files.private_key.stat().st_mode) == 0o600


def test_the_files_are_gone_after_the_block() -> None:
    with temporary_tls() as files:
        directory = files.certificate.parent
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert files.client_context().verify_mode is ssl.CERT_REQUIRED
    assert not directory.exists()


def test_a_host_that_no_certificate_can_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"'bücher\.example' is neither an address nor a host name"):
        write_tls(tmp_path, ["bücher.example"])
    assert list(tmp_path.iterdir()) == []
