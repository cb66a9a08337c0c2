"""Where staff send files, and how much may be sent there."""

from __future__ import annotations

BRING_IN = "/staff/bring-in"
LIBRARY = "/staff/library"
LIBRARY_BYTES = 20_000_000
# Several files at once; each by itself is held to `sources.reading.Limits`.
UPLOAD_BYTES = 60_000_000
