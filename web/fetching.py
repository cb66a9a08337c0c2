"""Fetching a document from a web address that somebody typed, and from nowhere inside the network that we stand in.

A server that fetches what it is told to can be sent to machines that only it can reach. So a name is resolved once, every
address it has must be one of the public internet, and the connection is made to the very address that was checked, over
which the certificate must still be that of the name. Redirects are followed by hand, each one checked like the first.
Nothing of the environment counts, such as a proxy, and nothing is sent that says who asks.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import httpcore
from msgspec import Struct

from sources.formats import UnreadableError
from sources.reading import Limits

_PORTS = {"http": 80, "https": 443}
_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_ADDRESS = 2_000
_SECONDS, _SECONDS_A_STEP = 20.0, 5.0
_HEADERS = [
    (b"User-Agent", b"Wellcited"),
    (b"Accept", b"text/html, application/pdf, text/plain, text/markdown"),
    (b"Accept-Encoding", b"identity"),
    (b"Connection", b"close"),
]
# Of IPv6 only what is given out to the public internet (IANA, 2000::/3), less what leads to an IPv4 address or nowhere.
_PUBLIC = ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    ip_network(one)
    for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")
)
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_SEND_IT = "Save it on your own machine and send the file."


class FetchError(UnreadableError):
    """An address cannot be fetched: `reason` completes "it …", `next_step` says what to do."""


class Fetched(Struct, frozen=True):
    """What an address led to: where it was in the end, a name with an ending that says what it is, and the bytes."""

    address: str
    file_name: str
    content: bytes


def _resolved(host: str, port: int) -> list[str]:
    """Ask the system for a host's addresses."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connected(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
    """Connect to a network address."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout)


class Network(Struct, frozen=True):
    """How names become addresses, and addresses connections; both raise `OSError` or httpcore's errors."""

    resolve: Callable[[str, int], list[str]] = _resolved
    connect: Callable[[str, int, float], httpcore.NetworkStream] = _connected


def is_public(address: str) -> bool:
    """Whether a network address is one of the public internet, by itself and by what it stands for.

    >>> [is_public(one) for one in ("93.184.216.34", "127.0.0.1", "::ffff:93.184.216.34", "64:ff9b::7f00:1")]
    [True, False, False, False]
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if any(found in network for network in _NOT_PUBLIC if network.version == found.version) or found.is_multicast:
        return False
    return found.is_global and (found.version == 4 or found in _PUBLIC)


def fetch(address: str, *, network: Network = Network(), most: int = Limits().bytes) -> Fetched:
    """Fetch a document of up to `most` bytes. Raises `FetchError` for whatever is in the way."""
    until = time.monotonic() + _SECONDS
    backend = _Guarded(network, until)
    for _ in range(_MOST_REDIRECTS + 1):
        parts = _checked(address)
        with _asked(parts, backend) as response:
            if response.status not in _REDIRECTS:
                return _received(parts, response, most)
            address = _next(parts, response)
    raise FetchError(f"it leads on to other addresses more than {_MOST_REDIRECTS} times", "Give the last of them.")


def _checked(address: str) -> SplitResult:
    """Take an address apart; only what every program would read in the same way is let through."""
    if len(address) > _MOST_ADDRESS or "\\" in address or not address.isprintable() or " " in address:
        raise FetchError("it is no web address", "Copy the whole address, which starts with https://.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise FetchError("it is no web address", "Copy the whole address, which starts with https://.") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise FetchError("it is no web address", "Copy the whole address, which starts with https://.")
    if "@" in parts.netloc:
        raise FetchError("it holds a name or a password", "Give an address that anybody can open.")
    if port not in (None, *_PORTS.values()):
        raise FetchError(f"it names port {port}", "Only the usual ports, 80 and 443, can be reached.")
    return parts


@contextmanager
def _asked(parts: SplitResult, backend: httpcore.NetworkBackend) -> Iterator[httpcore.Response]:
    """Ask for an address; yields the response before its content is read."""
    host = _host(parts)
    target = quote(parts.path or "/", safe="/%:=&~+,;!*'()@$") + (
        f"?{quote(parts.query, safe=_QUERY)}" if parts.query else ""
    )
    port = parts.port or _PORTS[parts.scheme]
    url = httpcore.URL(
        scheme=parts.scheme.encode(), host=host.encode("ascii"), port=port, target=target.encode("ascii")
    )
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _SECONDS_A_STEP)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_certificates(), network_backend=backend) as pool,
            pool.stream(
                "GET", url, headers=[(b"Host", _netloc(host, parts)), *_HEADERS], extensions={"timeout": timeouts}
            ) as response,
        ):
            yield response
    except (httpcore.TimeoutException, TimeoutError):
        raise FetchError("it took too long to answer", _SEND_IT) from None
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
        ssl.SSLError,
        OSError,
    ) as error:
        raise FetchError(
            f"it could not be reached ({type(error).__name__})", "Open it in a browser and check it."
        ) from None


_QUERY = "/%:=&~+,;!*'()@$?"


@cache
def _certificates() -> ssl.SSLContext:
    """Return what a certificate is held to: the system's authorities, and the name. Reading those takes a while."""
    return ssl.create_default_context()


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise FetchError("its name is none that a site can have", "Copy the whole address from a browser.") from None


def _netloc(host: str, parts: SplitResult) -> bytes:
    shown = f"[{host}]" if ":" in host else host
    return (f"{shown}:{parts.port}" if parts.port not in (None, _PORTS[parts.scheme]) else shown).encode("ascii")


def _next(parts: SplitResult, response: httpcore.Response) -> str:
    target = _header(response, b"location")
    if not target:
        raise FetchError("it leads on without saying where to", "Open it in a browser and check it.")
    following = urljoin(parts.geturl(), target)
    if parts.scheme == "https" and not following.lower().startswith("https:"):
        raise FetchError("it leads on to an address without https", _SEND_IT)
    return following


def _received(parts: SplitResult, response: httpcore.Response, most: int) -> Fetched:
    if response.status != 200:
        raise FetchError(f"the site answers with status {response.status}", "Open it in a browser and check it.")
    if _header(response, b"content-encoding").lower() not in ("", "identity"):
        raise FetchError("the site sends it packed, although it was asked not to", _SEND_IT)
    name = _file_name(parts, _header(response, b"content-type"))
    length = _header(response, b"content-length")
    if length.isdecimal() and int(length[:12]) > most:
        raise _too_large(most)
    content = _joined(response.iter_stream(), most)
    return Fetched(parts._replace(fragment="").geturl(), name, content)


def _joined(chunks: Iterable[bytes], most: int) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > most:
            raise _too_large(most)
    return bytes(content)


def _too_large(most: int) -> FetchError:
    return FetchError(f"it has more than {most / 10**6:,.0f} MB", _SEND_IT)


def _file_name(parts: SplitResult, content_type: str) -> str:
    """Name what was fetched after the last part of its path, with the ending that its type asks for."""
    kind = content_type.split(";", 1)[0].strip().lower()
    path = PurePosixPath(unquote(parts.path))
    ending = path.suffix.lower()
    if kind not in ("application/octet-stream", "binary/octet-stream") or ending not in _ENDINGS.values():
        known = _ENDINGS.get(kind)
        if known is None:
            said = kind[:60] if kind.isprintable() and kind else "nothing"
            raise FetchError(f"the site says that it is of the type {said}, which cannot be read", _SEND_IT)
        # Markdown is mostly sent as plain text.
        ending = ending if (kind, ending) == ("text/plain", ".md") else known
    return f"{path.stem or parts.hostname}{ending}"


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


class _Guarded(httpcore.NetworkBackend):
    """Connects to addresses of the public internet only, and lets no connection last longer than `until`."""

    def __init__(self, network: Network, until: float) -> None:
        self._network, self._until = network, until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = self._network.resolve(host, port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise FetchError(f"there is no site of the name {host[:100]}", "Check the address.")
        if not all(map(is_public, found)):
            raise FetchError("it leads to an address that is not on the public internet", _SEND_IT)
        return _Timed(self._network.connect(found[0], port, _left(self._until, timeout)), self._until)


class _Timed(httpcore.NetworkStream):
    """A stream on which every step ends when the whole must, so that a site cannot hold it open bit by bit."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, _left(self._until, timeout)), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole is over")
    return left if timeout is None else min(left, timeout)
