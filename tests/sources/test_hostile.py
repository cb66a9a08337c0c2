"""Files made to harm their reader: some twenty here, all of them with ``make hostile``."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.__main__ import prove
from tests.hostile.files import hostile
from tests.stories.staff import let_in

# One of each sort that is over soon; what runs into a limit takes its time, and is left to the whole.
SOME = {
    "flat-120MB-document.xml.docx",
    "says-10-bytes.docx",
    "zip-in-zip-10.docx",
    "members-20000.docx",
    "entities-laughs-styles.xml.docx",
    "entities-file-in-utf-32.docx",
    "path-0.docx",
    "macros.docx",
    "tags-30000-deep.docx",
    "pages-double-each-level.pdf",
    "forms-draw-each-other.pdf",
    "script-at-opening.pdf",
    "a-file-inside.pdf",
    "letters-by-the-billion.pdf",
    "tables-in-a-ring.pdf",
    "div-1000000-deep.html",
    "in-punycode.html",
    "a-span-of-billions.html",
    "front-matter-laughs.md",
    "quotes.md",
    "marks.txt",
    "deep-objects.jsonl",
    "sparse.pdf",
    "is-exe.pdf",
    "empty.docx",
}


def test_hostile_files_harm_nobody(data: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    let_in(data)
    every = list(hostile())
    chosen = [one for one in every if one.name in SOME]
    assert len(every) >= 300
    assert len(chosen) == len(SOME)
    assert prove(chosen, data, files) == []
