"""Which other sites may show the conversation in a frame: the list, and what browsers are told about it.

Only `EMBED` may ever be framed, and only by the sites on the list; `WIDGET` may be loaded by any page, since it holds
nothing but the launcher and the crisis line. With an empty list no site may show a frame.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

EMBED = "/embed"
WIDGET = "/widget.js"

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
# A page that came without encryption may have been changed on its way; on one's own machine there is no way.
_OWN_MACHINE = ("localhost", "127.0.0.1")
_PORTS = {"https": 443, "http": 80}


class SiteError(ValueError):
    """An address that is no site's origin; names it and what to write."""


def sites_of(value: str) -> tuple[str, ...]:
    """Read a list of origins with spaces between them, each once, as browsers write them. Raises `SiteError`.

    >>> sites_of("https://Clinic.example:443 http://localhost:9000")
    ('https://clinic.example', 'http://localhost:9000')
    """
    return tuple(dict.fromkeys(_origin(one) for one in value.split()))


def _origin(written: str) -> str:
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        raise SiteError(f"{written} is not an address. Write an origin such as https://clinic.example.") from None
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        raise SiteError(
            f"{written} is not a site. Write an origin such as https://clinic.example: each by its full name, without "
            "a * for several, and with other letters than a to z in its xn-- form."
        )
    if parts.scheme == "http" and host not in _OWN_MACHINE:
        raise SiteError(f"{written} is not encrypted. Write https://{host}; only localhost may do without.")
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, _PORTS[parts.scheme]) else "")
    if "@" in parts.netloc or written.lower() != f"{parts.scheme}://{parts.netloc}".lower():
        raise SiteError(f"{written} is more than a site. Write its origin alone: {origin}")
    return origin


def frame_ancestors(path: str, sites: Sequence[str]) -> str:
    """Return the sources of the directive `frame-ancestors` for the page at a path."""
    return " ".join(sites) if path == EMBED and sites else "'none'"


def framing_headers(path: str, sites: Sequence[str]) -> Mapping[str, str | None]:
    """Return the headers that differ where another site may load something; None takes one away.

    X-Frame-Options knows no list, so where there is one it must not be sent. A host page that asks all it loads for a
    Cross-Origin-Resource-Policy (with a Cross-Origin-Embedder-Policy of its own) gets one, and its frames the latter.
    """
    if path == WIDGET:
        return {"Cross-Origin-Resource-Policy": "cross-origin"}
    if path == EMBED and sites:
        return {
            "X-Frame-Options": None,
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
        }
    return {}
