"""One module a file format: ``parse(data, name)`` makes documents of bytes, or raises `UnreadableError`.

Words: `data` is the whole file; `name` is its file name, for wording only. The modules are pure: they open no file and
reach no network. They import their libraries, so `sources.reading` loads only the one that a file needs, in a child
process with limits.
"""

from __future__ import annotations

# The module of this package that reads each file name ending.
FORMATS = {
    ".txt": "text",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".pdf": "pdf",
    ".jsonl": "lines",
}


class UnreadableError(Exception):
    """A file cannot become documents: `reason` completes "it …", `next_step` is a sentence that says what to do.

    `reason` starts lower-case and has no full stop at its end; `next_step` is a whole sentence.
    """

    def __init__(self, reason: str, next_step: str) -> None:
        super().__init__(f"{reason}. {next_step}")
        self.reason = reason
        self.next_step = next_step
