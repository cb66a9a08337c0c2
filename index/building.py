"""Building an edition beside the live one: encode what is new, write every file, name the folder by its digest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.dense import save_vectors
from index.edition import (
    FORMAT,
    Edition,
    EditionPassage,
    EditionQuestion,
    Vectors,
    encoded_text,
    manifest_bytes,
    passages_json,
    questions_json,
)
from index.encoder import ExportedEncoder
from index.lexical import LexicalIndex
from sources.library import Passage
from sources.questions import CuratedQuestion
from sources.sentences import sentence_spans

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Built:
    """A finished edition folder; `encoded` of its texts had to be encoded, the others' vectors were taken over."""

    folder: Path
    manifest: bytes
    encoded: int
    kept: int


def build(
    passages: Sequence[Passage],
    texts: Mapping[str, str],
    encoder: ExportedEncoder,
    into: Path,
    *,
    questions: Sequence[CuratedQuestion] = (),
    before: Edition | None = None,
    on_progress: Progress = lambda done, total: None,
) -> Built:
    """Build the edition of these passages and return where it is.

    `texts` holds the canonical text of every revision by digest; `before` is an edition whose vectors may be taken
    over. The same passages and encoder give the same folder, byte for byte, whatever was taken over: each text is
    encoded alone. Nothing is visible under the edition's name until all of it is on the disk.
    """
    known = _Known(before, encoder.digest)
    listed = _with_sentences(passages, known)
    asked = _answered(questions, listed)
    wanted = [encoded_text(p.passage) for p in listed]
    sentences = [p.passage.text[a:b] for p in listed for a, b in p.sentences]
    encoded = [*wanted, *sentences, *(one.question for one in asked)]
    vectors, new = _vectors(encoded, known, encoder, on_progress)
    into.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".building-", dir=into))
    try:
        manifest = _write(work, _Content(listed, asked, texts, vectors), encoder)
        folder = into / hashlib.sha256(manifest).hexdigest()
        _put_in_place(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Built(folder, manifest, new, len(encoded) - new)


@dataclass(frozen=True)
class _Content:
    """What is written; `vectors` holds those of passages, sentences and questions, in that order."""

    listed: Sequence[EditionPassage]
    asked: Sequence[EditionQuestion]
    texts: Mapping[str, str]
    vectors: Vectors


def _answered(questions: Sequence[CuratedQuestion], listed: Sequence[EditionPassage]) -> list[EditionQuestion]:
    """Curated questions that have a right passage among these, with the first one."""
    found = []
    for one in questions:
        right = next((p.id for p in listed if one.must_answer and one.answered_by(p.passage.text)), None)
        if right is not None:
            found.append(EditionQuestion(one.question, right))
    return found


class _Known:
    """Vectors and sentence spans of an earlier edition, by the text they belong to."""

    def __init__(self, edition: Edition | None, encoder: str) -> None:
        self.sentences = {p.id: p.sentences for p in edition.passages} if edition else {}
        self._edition = edition if edition is not None and edition.encoder == encoder else None
        self._rows: dict[str, tuple[Vectors, int]] = {}
        if self._edition is not None:
            for row, listed in enumerate(self._edition.passages):
                self._rows[encoded_text(listed.passage)] = (self._edition.vectors, row)
                for n, (a, b) in enumerate(listed.sentences):
                    self._rows[listed.passage.text[a:b]] = (self._edition.sentence_vectors, listed.first_sentence + n)
            for row, one in enumerate(self._edition.questions):
                self._rows[one.question] = (self._edition.question_vectors, row)

    def vector(self, text: str) -> Vectors | None:
        """Return the vector of a text if the earlier edition has it, shape [dimension]."""
        found = self._rows.get(text)
        if found is None:
            return None
        vector: Vectors = found[0][found[1]]
        return vector


def _with_sentences(passages: Sequence[Passage], known: _Known) -> list[EditionPassage]:
    listed: list[EditionPassage] = []
    first = 0
    for passage in passages:
        spans = known.sentences.get(passage.id) or sentence_spans(passage.text)
        listed.append(EditionPassage(passage, spans, first))
        first += len(spans)
    return listed


def _vectors(
    texts: Sequence[str], known: _Known, encoder: ExportedEncoder, on_progress: Progress
) -> tuple[Vectors, int]:
    found = [known.vector(text) for text in texts]
    new = [n for n, vector in enumerate(found) if vector is None]
    vectors = np.empty((len(texts), encoder.dimension), dtype=np.float32)
    for n, vector in enumerate(found):
        if vector is not None:
            vectors[n] = vector
    if new:
        vectors[new] = encoder.encode_many([texts[n] for n in new], on_progress)
    return vectors, len(new)


def _write(work: Path, content: _Content, encoder: ExportedEncoder) -> bytes:
    listed, vectors = content.listed, content.vectors
    quoted = sorted({p.passage.revision for p in listed})
    texts = json.dumps({revision: content.texts[revision] for revision in quoted}, ensure_ascii=False).encode()
    questions_from = len(vectors) - len(content.asked)
    files = {
        "revisions.json": _write_file(work / "revisions.json", texts),
        "passages.json": _write_file(work / "passages.json", passages_json(listed)),
        "questions.json": _write_file(work / "questions.json", questions_json(content.asked)),
        "vectors.npy": save_vectors(work / "vectors.npy", vectors[: len(listed)]),
        "sentence_vectors.npy": save_vectors(work / "sentence_vectors.npy", vectors[len(listed) : questions_from]),
        "question_vectors.npy": save_vectors(work / "question_vectors.npy", vectors[questions_from:]),
    }
    (work / "lexical").mkdir()
    lexical = LexicalIndex.build([encoded_text(p.passage) for p in listed])
    files |= {f"lexical/{name}": sha for name, sha in lexical.save(work / "lexical").items()}
    manifest = manifest_bytes(
        {
            "format": FORMAT,
            "encoder": {"digest": encoder.digest, "agreement": encoder.agreement, "files": encoder.files},
            "passages": len(listed),
            "sentences": questions_from - len(listed),
            "questions": len(content.asked),
            "files": files,
        }
    )
    _write_file(work / "manifest.json", manifest)
    return manifest


def _write_file(path: Path, content: bytes) -> str:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def _put_in_place(work: Path, folder: Path) -> None:
    if not folder.exists():
        work.rename(folder)
        directory = os.open(folder.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
