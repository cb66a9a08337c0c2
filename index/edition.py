"""An edition: an immutable folder of approved passages, their vectors and lexical index, named by its digest.

manifest.json         what is in it: encoder, counts, the SHA-256 of every file; its own SHA-256 is the name
revisions.json        canonical text of every revision quoted from
passages.json         spans with headings, sentences and articles; no text, for text is cut from the revisions
questions.json        curated questions this edition answers, with the passage that does, and those it refuses
vectors.npy           [passages, dimension] float32, unit length
sentence_vectors.npy  [sentences, dimension] float32, unit length
question_vectors.npy  [questions it answers, dimension] float32, unit length
lexical/              the BM25 index
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.dense import DenseIndex, VectorsError, load_array, load_vectors
from index.lexical import LexicalError, LexicalIndex
from index.words import Bytes, lengths
from sources.article import attributes_from_json
from sources.library import Article, Passage

# Raise this whenever what is written or encoded changes: vectors are taken over between editions of one format only.
FORMAT = 1
Vectors = NDArray[np.float32]


class EditionError(Exception):
    """An edition that cannot be used; the message names the edition, the file, the reason and the next step."""

    def __init__(self, edition: str, what: str, reason: str) -> None:
        super().__init__(
            f"edition {edition[:12]}: {what}: {reason}. "
            "Publish again with `wellcited publish --rebuild`, or go back with `wellcited rollback`."
        )


@dataclass(frozen=True)
class EditionPassage:
    """A passage with the spans of its sentences, and where their vectors and those of its words begin."""

    passage: Passage
    sentences: tuple[tuple[int, int], ...]
    first_sentence: int
    words: int
    first_word: int

    @property
    def id(self) -> str:
        """Id of the passage."""
        return self.passage.id


@dataclass(frozen=True)
class EditionQuestion:
    """A curated question that this edition answers, and the first passage that holds a right answer."""

    question: str
    passage_id: str


@dataclass(frozen=True, eq=False)
class Edition:
    """An opened edition: every file was checked against its digest and every span against its revision."""

    digest: str
    encoder: str
    encoder_files: Mapping[str, str]
    passages: tuple[EditionPassage, ...]
    questions: tuple[EditionQuestion, ...]
    revisions: Mapping[str, str]
    vectors: Vectors
    sentence_vectors: Vectors
    word_vectors: Bytes
    question_vectors: Vectors
    lexical: LexicalIndex

    @cached_property
    def dense(self) -> DenseIndex:
        """FAISS over the passage vectors, made in memory."""
        return DenseIndex(self.vectors)

    @cached_property
    def word_lengths(self) -> Vectors:
        """Length of each word vector."""
        return lengths(self.word_vectors)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Row of each passage by its id."""
        return {passage.id: row for row, passage in enumerate(self.passages)}

    def quoted(self, passage_id: str) -> str | None:
        """Return `revision.text[start:end]` of a passage of this edition; None if it has no such passage."""
        row = self.rows.get(passage_id)
        if row is None:
            return None
        passage = self.passages[row].passage
        return self.revisions[passage.revision][passage.start : passage.end]


def encoded_text(passage: Passage) -> str:
    """Return what is encoded for a passage: its headings, or its article's title where it has none, and its words."""
    return f"{' > '.join(passage.heading) or passage.article.attributes.title}\n{passage.text}"


def encoded_sentence(passage: Passage, start: int, end: int) -> str:
    """Return what is encoded for a sentence: a list item, above all, says little without the heading it stands under."""
    context = passage.heading[-1] if passage.heading else passage.article.attributes.title
    return f"{context}: {passage.text[start:end]}"


def lexical_text(passage: Passage) -> str:
    """Return the words by which a passage can be found: those of its article's title and its headings count too."""
    return "\n".join((passage.article.attributes.title or "", *passage.heading, passage.text))


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Write a manifest so that equal manifests are equal bytes."""
    return json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False).encode()


def passages_json(passages: Sequence[EditionPassage]) -> bytes:
    """Write passages with their articles, each article once."""
    by_id = {p.passage.article.id: p.passage.article for p in passages}
    articles = {id_: asdict(article.attributes) for id_, article in by_id.items()}
    rows = [
        {
            "id": p.id,
            "article": p.passage.article.id,
            "revision": p.passage.revision,
            "start": p.passage.start,
            "end": p.passage.end,
            "heading": p.passage.heading,
            "sentences": p.sentences,
            "words": p.words,
        }
        for p in passages
    ]
    content = {"articles": articles, "passages": rows}
    return json.dumps(content, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":")).encode()


def questions_json(questions: Sequence[EditionQuestion]) -> bytes:
    """Write the curated questions of an edition."""
    return json.dumps([asdict(one) for one in questions], sort_keys=True, ensure_ascii=False).encode()


def open_edition(folder: Path) -> Edition:
    """Open an edition and check all of it. Raises `EditionError` for anything missing, changed or out of place."""
    digest = folder.name
    manifest = _manifest(folder)
    files: Mapping[str, str] = manifest["files"]
    texts = json.loads(_checked(folder, "revisions.json", files))
    _check_texts(digest, texts)
    passages = _passages(digest, json.loads(_checked(folder, "passages.json", files)), texts)
    questions = tuple(EditionQuestion(**one) for one in json.loads(_checked(folder, "questions.json", files)))
    sentences, words = sum(len(p.sentences) for p in passages), sum(p.words for p in passages)
    return Edition(
        digest=digest,
        encoder=manifest["encoder"]["digest"],
        encoder_files=manifest["encoder"]["files"],
        passages=passages,
        questions=questions,
        revisions=texts,
        vectors=_vectors(folder, "vectors.npy", files, len(passages)),
        sentence_vectors=_vectors(folder, "sentence_vectors.npy", files, sentences),
        word_vectors=_words(folder, files, words),
        question_vectors=_vectors(folder, "question_vectors.npy", files, len(questions)),
        lexical=_lexical(folder, files),
    )


def _vectors(folder: Path, name: str, files: Mapping[str, str], count: int) -> Vectors:
    try:
        vectors = load_vectors(folder / name, files[name])
    except VectorsError as error:
        raise EditionError(folder.name, name, error.reason) from error
    if len(vectors) != count:
        raise EditionError(folder.name, name, f"{len(vectors)} vectors where there should be {count}")
    return vectors


def _words(folder: Path, files: Mapping[str, str], count: int) -> Bytes:
    try:
        words: Bytes = load_array(folder / "word_vectors.npy", files["word_vectors.npy"], np.dtype(np.int8))
    except VectorsError as error:
        raise EditionError(folder.name, "word_vectors.npy", error.reason) from error
    if len(words) != count:
        raise EditionError(folder.name, "word_vectors.npy", f"{len(words)} vectors where there should be {count}")
    return words


def _lexical(folder: Path, files: Mapping[str, str]) -> LexicalIndex:
    names = {name.removeprefix("lexical/"): sha for name, sha in files.items() if name.startswith("lexical/")}
    try:
        return LexicalIndex.load(folder / "lexical", names)
    except LexicalError as error:
        raise EditionError(folder.name, "lexical", error.reason) from error


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content = (folder / "manifest.json").read_bytes()
    except OSError as error:
        raise EditionError(folder.name, "manifest.json", error.strerror or "cannot be read") from error
    if hashlib.sha256(content).hexdigest() != folder.name:
        raise EditionError(folder.name, "manifest.json", "its SHA-256 is not the edition's name")
    manifest: dict[str, Any] = json.loads(content)
    if manifest["format"] != FORMAT:
        raise EditionError(folder.name, "manifest.json", f"format {manifest['format']} is not {FORMAT}")
    return manifest


def _checked(folder: Path, name: str, files: Mapping[str, str]) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise EditionError(folder.name, name, error.strerror or "cannot be read") from error
    if hashlib.sha256(content).hexdigest() != files.get(name):
        raise EditionError(folder.name, name, "its SHA-256 is not the manifest's")
    return content


def _check_texts(digest: str, texts: Mapping[str, str]) -> None:
    for revision, text in texts.items():
        if hashlib.sha256(text.encode()).hexdigest() != revision:
            raise EditionError(digest, "revisions.json", f"the text of revision {revision[:12]} has changed")


def _passages(digest: str, listed: Mapping[str, Any], texts: Mapping[str, str]) -> tuple[EditionPassage, ...]:
    articles = {id_: Article(id_, attributes_from_json(stated)) for id_, stated in listed["articles"].items()}
    passages = []
    first, first_word = 0, 0
    for row in listed["passages"]:
        text = texts.get(row["revision"], "")
        start, end = row["start"], row["end"]
        if not 0 <= start < end <= len(text):
            raise EditionError(digest, "passages.json", f"passage {row['id']} lies outside its revision")
        passage = Passage(
            row["id"], articles[row["article"]], row["revision"], start, end, tuple(row["heading"]), text[start:end]
        )
        sentences = tuple((a, b) for a, b in row["sentences"])
        passages.append(EditionPassage(passage, sentences, first, row["words"], first_word))
        first += len(sentences)
        first_word += row["words"]
    return tuple(passages)
