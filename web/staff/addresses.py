"""Addresses that are needed where the pages of staff are not imported, and how much may be sent there."""

from __future__ import annotations

STAFF = "/staff"
BRING_IN = f"{STAFF}/bring-in"
LIBRARY = f"{STAFF}/library"
LIBRARY_BYTES = 20_000_000
# Several files at once; each by itself is held to `sources.reading.Limits`.
UPLOAD_BYTES = 60_000_000


def people_link(token: str) -> str:
    """Return the path of a one-time link."""
    return f"{STAFF}/link/{token}"
