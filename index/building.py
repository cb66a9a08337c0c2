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

from index.dense import save_array, save_vectors
from index.edition import (
    FORMAT,
    Edition,
    EditionPassage,
    EditionQuestion,
    Vectors,
    encoded_sentence,
    encoded_text,
    lexical_text,
    manifest_bytes,
    passages_json,
    questions_json,
)
from index.encoder import ExportedEncoder
from index.files import write_synced
from index.lexical import LexicalIndex
from index.words import Bytes, content_words, to_bytes
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
    before: Edition | None = None,
    on_progress: Progress = lambda done, total: None,
) -> Built:
    """Build the edition of these passages and return where it is.

    `texts` holds the canonical text of every revision by digest; `before` is an edition whose vectors may be taken
    over. The same passages and encoder give the same folder, byte for byte, whatever was taken over: each text is
    encoded alone. Nothing is visible under the edition's name until all of it is on the disk.
    """
    known = _Known(before, encoder.digest)
    spans = [known.sentences.get(passage.id) or sentence_spans(passage.text) for passage in passages]
    asked = _answered(questions, passages)
    sentences = [
        encoded_sentence(passage, a, b) for passage, found in zip(passages, spans, strict=True) for a, b in found
    ]
    short = [*sentences, *(one.question for one in asked)]
    work_list = _Work(len(passages) + len(short), on_progress)
    read, new_read = _read(passages, known, encoder, work_list)
    encoded, new_encoded = _encoded(short, known, encoder, work_list)
    content = _Content(
        listed=_listed(passages, spans, [len(words) for _, words in read]),
        asked=asked,
        texts=texts,
        vectors=_stacked([vector for vector, _ in read], encoder.dimension),
        words=np.concatenate([np.zeros((0, encoder.dimension), np.int8), *(words for _, words in read)]),
        sentence_vectors=encoded[: len(sentences)],
        question_vectors=encoded[len(sentences) :],
    )
    into.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".building-", dir=into))
    try:
        manifest = _write(work, content, encoder)
        folder = into / hashlib.sha256(manifest).hexdigest()
        _put_in_place(work, folder, before)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    new = new_read + new_encoded
    return Built(folder, manifest, new, len(passages) + len(short) - new)


@dataclass(frozen=True)
class _Content:
    """What is written: passages with all their vectors, and the curated questions they answer with theirs."""

    listed: Sequence[EditionPassage]
    asked: Sequence[EditionQuestion]
    texts: Mapping[str, str]
    vectors: Vectors
    words: Bytes
    sentence_vectors: Vectors
    question_vectors: Vectors


class _Work:
    """Counts what is encoded in two rounds as one piece of work."""

    def __init__(self, most: int, on_progress: Progress) -> None:
        self._done, self._most, self._on_progress = 0, most, on_progress

    def taken_over(self, count: int) -> None:
        """Count texts that need no encoding as done."""
        self._done += count

    def step(self, done: int, total: int) -> None:
        """Tell the progress of this round; at its end, what it did counts for the next."""
        self._on_progress(self._done + done, self._most)
        if done == total:
            self._done += total


class _Known:
    """Vectors, words and sentence spans of an earlier edition, by the text they belong to."""

    def __init__(self, edition: Edition | None, encoder: str) -> None:
        self.sentences = {p.id: p.sentences for p in edition.passages} if edition else {}
        self.read: dict[str, tuple[Vectors, Bytes]] = {}
        self.encoded: dict[str, Vectors] = {}
        if edition is None or edition.encoder != encoder:
            return
        for row, p in enumerate(edition.passages):
            words = edition.word_vectors[p.first_word : p.first_word + p.words]
            self.read[encoded_text(p.passage)] = (edition.vectors[row], words)
            for n, (a, b) in enumerate(p.sentences, p.first_sentence):
                self.encoded[encoded_sentence(p.passage, a, b)] = edition.sentence_vectors[n]
        for row, one in enumerate(edition.questions):
            self.encoded[one.question] = edition.question_vectors[row]


def _answered(questions: Sequence[CuratedQuestion], passages: Sequence[Passage]) -> list[EditionQuestion]:
    """Curated questions that have a right passage among these, with the first one."""
    found = []
    plain = [(p.id, plain_text(p.text)) for p in passages]
    for one in questions:
        right = next((id_ for id_, text in plain if one.in_plain(text)), None) if one.must_answer else None
        if right is not None:
            found.append(EditionQuestion(one.question, right))
    return found


def _listed(
    passages: Sequence[Passage], spans: Sequence[tuple[tuple[int, int], ...]], words: Sequence[int]
) -> list[EditionPassage]:
    listed = []
    first, first_word = 0, 0
    for passage, found, count in zip(passages, spans, words, strict=True):
        listed.append(EditionPassage(passage, found, first, count, first_word))
        first, first_word = first + len(found), first_word + count
    return listed


def _read(
    passages: Sequence[Passage], known: _Known, encoder: ExportedEncoder, work: _Work
) -> tuple[list[tuple[Vectors, Bytes]], int]:
    """Vector and words of each passage, and how many had to be read anew."""
    wanted = [encoded_text(passage) for passage in passages]
    new = [text for text in dict.fromkeys(wanted) if text not in known.read]
    work.taken_over(len(wanted) - len(new))
    fresh = encoder.read_many(new, lambda vector, *tokens: (vector, to_bytes(content_words(*tokens))), work.step)
    found = known.read | dict(zip(new, fresh, strict=True))
    return [found[text] for text in wanted], len(new)


def _encoded(texts: Sequence[str], known: _Known, encoder: ExportedEncoder, work: _Work) -> tuple[Vectors, int]:
    """Vector of each text, and how many had to be encoded anew."""
    new = [text for text in dict.fromkeys(texts) if text not in known.encoded]
    work.taken_over(len(texts) - len(new))
    fresh = encoder.encode_many(new, work.step)
    found = known.encoded | dict(zip(new, fresh, strict=True))
    return _stacked([found[text] for text in texts], encoder.dimension), len(new)


def _stacked(vectors: Sequence[Vectors], dimension: int) -> Vectors:
    return np.stack(vectors) if vectors else np.zeros((0, dimension), dtype=np.float32)


def _write(work: Path, content: _Content, encoder: ExportedEncoder) -> bytes:
    listed = content.listed
    quoted = sorted({p.passage.revision for p in listed})
    texts = json.dumps({revision: content.texts[revision] for revision in quoted}, ensure_ascii=False).encode()
    files = {
        "revisions.json": write_synced(work / "revisions.json", texts),
        "passages.json": write_synced(work / "passages.json", passages_json(listed)),
        "questions.json": write_synced(work / "questions.json", questions_json(content.asked)),
        "vectors.npy": save_vectors(work / "vectors.npy", content.vectors),
        "sentence_vectors.npy": save_vectors(work / "sentence_vectors.npy", content.sentence_vectors),
        "word_vectors.npy": save_array(work / "word_vectors.npy", content.words),
        "question_vectors.npy": save_vectors(work / "question_vectors.npy", content.question_vectors),
    }
    (work / "lexical").mkdir()
    lexical = LexicalIndex.build([lexical_text(p.passage) for p in listed])
    files |= {f"lexical/{name}": sha for name, sha in lexical.save(work / "lexical").items()}
    manifest = manifest_bytes(
        {
            "format": FORMAT,
            "encoder": {"digest": encoder.digest, "agreement": encoder.agreement, "files": encoder.files},
            "passages": len(listed),
            "sentences": len(content.sentence_vectors),
            "questions": len(content.asked),
            "files": files,
        }
    )
    write_synced(work / "manifest.json", manifest)
    return manifest


def _put_in_place(work: Path, folder: Path, before: Edition | None) -> None:
    if before is not None and before.digest == folder.name:
        return  # it is there, and was found whole when it was opened
    if folder.exists():
        # Of the same name but not known to be whole: a damaged edition is mended by building it again.
        folder.rename(work.with_name(f"{work.name}.replaced"))
    work.rename(folder)
    shutil.rmtree(work.with_name(f"{work.name}.replaced"), ignore_errors=True)
    directory = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
