"""How to point each SDK at a fake, in its own language (Segment's documents of the SDKs, and their sources)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit


def pointers(url: str, write_key: str, authority: Path | None = None) -> Iterator[tuple[str, str]]:
    """For each family of SDKs its name and the code.

    `url`: scheme, host and port. `authority`: the certificate to trust, where the scheme is https.
    """
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    tls = parts.scheme == "https"
    yield "Python", f'segment.analytics.write_key, segment.analytics.host = "{write_key}", "{url}"'
    yield "segment_hooks", f'SegmentClient("{write_key}", host="{url}")'
    yield "Node", f'new Analytics({{ writeKey: "{write_key}", host: "{url}" }})'
    yield "browser", f'AnalyticsBrowser.load({{ writeKey: "{write_key}", cdnURL: "{url}" }})'
    yield "Go", f'analytics.NewWithConfig("{write_key}", analytics.Config{{Endpoint: "{url}"}})'
    yield "Java", f'Analytics.builder("{write_key}").endpoint("{url}")'
    address = f'host: "{host}", port: {parts.port}, ssl: {str(tls).lower()}'
    yield "Ruby", f'Segment::Analytics.new(write_key: "{write_key}", {address})'
    if tls:  # these two speak nothing else
        yield "Kotlin, Swift", f'apiHost = "{parts.netloc}/v1", cdnHost = "{parts.netloc}/v1"'
    else:
        yield "Kotlin, Swift", "speak https only: start with --tls"
    yield "OAuth", f'authorization server "{url}", any client id and key'
    body = f'{{"writeKey":"{write_key}","userId":"u1","event":"Hello"}}'
    trusting = "" if authority is None else f"--cacert {authority} "
    yield "by hand", f"curl {trusting}{url}/v1/track -d '{body}'"


def trust(authority: Path) -> Iterator[tuple[str, str]]:
    """How to have clients trust the certificate of this run."""
    yield "Node", f"NODE_EXTRA_CA_CERTS={authority}"
    yield "Python", f"REQUESTS_CA_BUNDLE={authority}"
    yield "most others", f"SSL_CERT_FILE={authority}"
