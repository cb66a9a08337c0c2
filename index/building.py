"""Building an edition beside the live one: encode what is new, write every file, name the folder by its digest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from index.dense import save_vectors
from index.edition import (
    PHRASING_VECTORS,
    PHRASINGS,
    EditionError,
    EditionQuestion,
    Vectors,
    encoded_sentence,
    encoded_text,
    lexical_text,
    manifest_bytes,
    open_manifest,
    open_phrasings,
    open_questions,
    passages_json,
    phrasings_of,
    questions_json,
)
from index.encoder import ExportedEncoder
from index.files import DamagedError, write_synced
from index.lexical import words
from index.parts import FORMAT, Piece, load_part, part_name, piece_key, save_part
from index.words import content_words, to_bytes
from sources.library import Passage
from sources.questions import CuratedQuestion, plain_text
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
    before: Path | None = None,
    on_progress: Progress = lambda done, total: None,
) -> Built:
    """Build the edition of these passages and return where it is; those of one article must stand together.

    `texts` holds the canonical text of every revision by digest; `before` is the folder of an edition whose parts may
    be taken over. They are not read for that: whoever opens the new edition checks all of it, and builds it again
    without `before` if a part was damaged. The same passages and encoder give the same folder, byte for byte, whatever
    was taken over. Nothing is visible under the edition's name until all of it is on the disk.
    """
    known = _known(before, encoder.digest)
    parts = [_Part(article, list(of_it), encoder.digest) for article, of_it in groupby(passages, _article)]
    asked = _answered(questions, passages)
    work = Path(tempfile.mkdtemp(prefix=".building-", dir=_made(into)))
    try:
        (work / "parts").mkdir()
        new = [part for part in parts if not known.take(part, work)]
        pieces, encoded = _encoded_pieces(new, known, encoder, on_progress)
        vectors, questions_encoded = _vectors_of([one.question for one in asked], known, encoder)
        phrased, phrasings_encoded = _vectors_of([words for _, words in phrasings_of(passages)], known, encoder)
        for part in new:
            part.sha256 = save_part(work / part.name, [pieces[key] for key in part.keys])
            part.sentences = sum(len(pieces[key].sentences) for key in part.keys)
            part.words = sum(len(pieces[key].words) for key in part.keys)
        manifest = _write(work, parts, asked, vectors, phrased, texts, encoder)
        folder = into / hashlib.sha256(manifest).hexdigest()
        _put_in_place(work, folder, known.folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    encoded += questions_encoded + phrasings_encoded
    total = len(passages) + sum(part.sentences for part in parts) + len(asked) + len(phrased)
    return Built(folder, manifest, encoded, total - encoded)


@dataclass
class _Part:
    """The passages of one article on their way into a part; digest and counts are known when its file is there."""

    article: str
    passages: list[Passage]
    encoder: str
    keys: list[str] = field(init=False)
    name: str = field(init=False)
    sha256: str = ""
    sentences: int = 0
    words: int = 0

    def __post_init__(self) -> None:
        self.keys = [piece_key(passage, self.encoder) for passage in self.passages]
        self.name = part_name(self.keys)


@dataclass(frozen=True)
class _Known:
    """What an edition before offers: its parts by name and by article, the vectors of its questions and phrasings."""

    folder: Path
    files: Mapping[str, str]
    by_name: Mapping[str, Mapping[str, Any]]
    by_article: Mapping[str, Mapping[str, Any]]
    asked: Mapping[str, Vectors]

    def take(self, part: _Part, work: Path) -> bool:
        """Take a part over whose passages are all as they were; false when there is none."""
        listed = self.by_name.get(part.name)
        if listed is None or not _linked(self.folder / part.name, work / part.name):
            return False
        part.sha256 = self.files[part.name]
        part.sentences, part.words = listed["sentences"], listed["words"]
        return True

    def pieces(self, article: str) -> dict[str, Piece]:
        """Return the pieces that there were of an article, by key."""
        listed = self.by_article.get(article)
        if listed is None:
            return {}
        try:
            part = load_part(self.folder / listed["file"], self.files[listed["file"]])
        except DamagedError:
            return {}  # then they are encoded anew, which also mends it
        return {piece.key: piece for piece in part.pieces()}


def _known(before: Path | None, encoder: str) -> _Known:
    nothing = _Known(Path(), {}, {}, {}, {})
    if before is None:
        return nothing
    try:
        manifest = open_manifest(before)
        files, parts = manifest["files"], manifest["parts"]
        if manifest["encoder"]["digest"] != encoder:
            return nothing
        questions, vectors = open_questions(before, files)
        phrasings, phrased = open_phrasings(before, files, manifest["encoder"]["dimension"])
    except (EditionError, DamagedError):
        return nothing  # then everything is encoded anew, which also mends it
    return _Known(
        before,
        files,
        {part["file"]: part for part in parts},
        {part["article"]: part for part in parts},
        dict(zip([one.question for one in questions], vectors, strict=True))
        | dict(zip([words for _, words in phrasings], phrased, strict=True)),
    )


def _linked(there: Path, here: Path) -> bool:
    """Give a file a second name, or copy it where a disk knows no second names; false when it is not there."""
    if not there.exists():
        return False
    try:
        here.hardlink_to(there)
    except OSError:
        shutil.copyfile(there, here)
    return True


def _article(passage: Passage) -> str:
    return passage.article.id


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _answered(questions: Sequence[CuratedQuestion], passages: Sequence[Passage]) -> list[EditionQuestion]:
    """Curated questions that have a right passage among these, with the first one."""
    found = []
    plain = [(p.id, plain_text(p.text)) for p in passages] if questions else []
    for one in questions:
        right = next((id_ for id_, text in plain if one.in_plain(text)), None) if one.must_answer else None
        if right is not None:
            found.append(EditionQuestion(one.question, right))
    return found


def _encoded_pieces(
    parts: Sequence[_Part], known: _Known, encoder: ExportedEncoder, on_progress: Progress
) -> tuple[dict[str, Piece], int]:
    """Return the pieces of these parts by key, and how many texts had to be encoded for them."""
    pieces: dict[str, Piece] = {}
    for part in parts:
        pieces |= known.pieces(part.article)
    wanted = {key: passage for part in parts for key, passage in zip(part.keys, part.passages, strict=True)}
    new = {key: passage for key, passage in wanted.items() if key not in pieces}
    spans = {key: sentence_spans(passage.text) for key, passage in new.items()}
    sentences = [encoded_sentence(new[key], start, end) for key, found in spans.items() for start, end in found]
    phrasings = [words for passage in new.values() for words in passage.phrasings]
    total = len(new) + len(phrasings) + len(sentences)
    read = encoder.read_many(
        [*(encoded_text(passage) for passage in new.values()), *phrasings],
        lambda vector, *tokens: (vector, to_bytes(content_words(*tokens))),
        lambda done, _: on_progress(done, total),
    )
    phrased = iter(read[len(new) :])
    vectors = encoder.encode_many(sentences, lambda done, _: on_progress(total - len(sentences) + done, total))
    place = 0
    for (key, passage), (vector, own_words) in zip(new.items(), read[: len(new)], strict=True):
        after = place + len(spans[key])
        word_vectors = np.concatenate([own_words, *(next(phrased)[1] for _ in passage.phrasings)])
        terms = tuple(words(lexical_text(passage)))
        pieces[key] = Piece(key, spans[key], terms, vector, vectors[place:after], word_vectors)
        place = after
    return pieces, total - len(phrasings)  # they are counted where their own vectors are


def _vectors_of(texts: Sequence[str], known: _Known, encoder: ExportedEncoder) -> tuple[Vectors, int]:
    """Return a vector for each question or phrasing, and how many had to be encoded."""
    new = [text for text in dict.fromkeys(texts) if text not in known.asked]
    found = dict(known.asked) | dict(zip(new, encoder.encode_many(new), strict=True))
    rows = [found[text] for text in texts]
    return np.stack(rows) if rows else np.zeros((0, encoder.dimension), dtype=np.float32), len(new)


def _write(
    work: Path,
    parts: Sequence[_Part],
    asked: Sequence[EditionQuestion],
    question_vectors: Vectors,
    phrasing_vectors: Vectors,
    texts: Mapping[str, str],
    encoder: ExportedEncoder,
) -> bytes:
    passages = [passage for part in parts for passage in part.passages]
    quoted = sorted({passage.revision for passage in passages})
    revisions = json.dumps({revision: texts[revision] for revision in quoted}, ensure_ascii=False).encode()
    files = {
        "revisions.json": write_synced(work / "revisions.json", revisions),
        "passages.json": write_synced(work / "passages.json", passages_json(passages)),
        "questions.json": write_synced(work / "questions.json", questions_json(asked)),
        "question_vectors.npy": save_vectors(work / "question_vectors.npy", question_vectors),
        **{part.name: part.sha256 for part in parts},
    }
    if phrasings := phrasings_of(passages):
        files[PHRASINGS] = write_synced(work / PHRASINGS, json.dumps(phrasings, ensure_ascii=False).encode())
        files[PHRASING_VECTORS] = save_vectors(work / PHRASING_VECTORS, phrasing_vectors)
    manifest = manifest_bytes(
        {
            "format": FORMAT,
            "encoder": {
                "digest": encoder.digest,
                "dimension": encoder.dimension,
                "agreement": encoder.agreement,
                "files": encoder.files,
            },
            "parts": [
                {
                    "article": part.article,
                    "file": part.name,
                    "passages": len(part.keys),
                    "sentences": part.sentences,
                    "words": part.words,
                }
                for part in parts
            ],
            "questions": len(asked),
            "files": files,
        }
    )
    write_synced(work / "manifest.json", manifest)
    return manifest


def _put_in_place(work: Path, folder: Path, before: Path) -> None:
    if folder == before:
        return  # nothing has changed, and a server may be opening it
    for directory in (work / "parts", work):
        _flush(directory)
    if folder.exists():
        # It may be damaged: what was just built takes its place.
        folder.rename(work.with_name(f"{work.name}.replaced"))
    work.rename(folder)
    shutil.rmtree(work.with_name(f"{work.name}.replaced"), ignore_errors=True)
    _flush(folder.parent)


def _flush(directory: Path) -> None:
    """Put a folder's own list of files on the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
