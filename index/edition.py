"""An edition: an immutable folder of approved passages and what search needs of them, named by its digest.

manifest.json         what is in it: encoder, parts, the SHA-256 of every file; its own SHA-256 is the name
revisions.json        canonical text of every revision quoted from
passages.json         spans with headings and articles; no text, for text is cut from the revisions
parts/                one file an article: vectors, sentences and words of its passages (see `index.parts`)
phrasings.json        words of visitors by which passages are found: passage id and words; only where there are any
phrasing_vectors.npy  [phrasings, dimension] float32, unit length; likewise
questions.json        curated questions this edition answers, with the passage that does
question_vectors.npy  [questions, dimension] float32, unit length

FAISS and the BM25 index are made of these in memory when an edition is opened.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import asdict, replace
from numpy.typing import NDArray

from index.dense import DenseIndex, load_vectors
from index.files import DamagedError, checked_bytes
from index.lexical import LexicalIndex
from index.parts import FORMAT, Part, load_part
from index.words import Bytes, lengths
from sources.article import attributes_from_json
from sources.library import Article, Passage

Vectors = NDArray[np.float32]
PHRASINGS, PHRASING_VECTORS = "phrasings.json", "phrasing_vectors.npy"


class EditionError(Exception):
    """An edition that cannot be used; the message names the edition, the file, the reason and the next step."""

    def __init__(self, edition: str, what: str, reason: str) -> None:
        super().__init__(
            f"edition {edition[:12]}: {what}: {reason}. "
            "Publish again with `wellcited publish --rebuild`, or go back with `wellcited rollback`."
        )


class EditionPassage(Struct, frozen=True):
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


class EditionQuestion(Struct, frozen=True):
    """A curated question that this edition answers, and the first passage that holds a right answer."""

    question: str
    passage_id: str


class Edition(Struct, frozen=True, eq=False, dict=True):
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
    phrasing_rows: tuple[int, ...]
    phrasing_vectors: Vectors

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
    """Return the words by which a passage can be found: those of its title, its headings and its phrasings count too."""
    return "\n".join((passage.article.attributes.title or "", *passage.heading, passage.text, *passage.phrasings))


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Write a manifest so that equal manifests are equal bytes."""
    return json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False).encode()


def passages_json(passages: Sequence[Passage]) -> bytes:
    """Write passages with their articles, each article once."""
    by_id = {p.article.id: p.article for p in passages}
    articles = {id_: asdict(article.attributes) for id_, article in by_id.items()}
    rows = [[p.id, p.article.id, p.revision, p.start, p.end, p.heading] for p in passages]
    content = {"articles": articles, "passages": rows}
    return json.dumps(content, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":")).encode()


def questions_json(questions: Sequence[EditionQuestion]) -> bytes:
    """Write the curated questions of an edition."""
    return json.dumps([asdict(one) for one in questions], sort_keys=True, ensure_ascii=False).encode()


def phrasings_of(passages: Sequence[Passage]) -> list[tuple[str, str]]:
    """Return each phrasing with the id of its passage, in the order of the passages."""
    return [(passage.id, words) for passage in passages for words in passage.phrasings]


def open_phrasings(folder: Path, files: Mapping[str, str], dimension: int) -> tuple[list[tuple[str, str]], Vectors]:
    """Read an edition's phrasings, each with the id of its passage, and their vectors. Raises `DamagedError`."""
    if PHRASINGS not in files:
        return [], np.zeros((0, dimension), dtype=np.float32)
    listed = [(id_, words) for id_, words in json.loads(checked_bytes(folder / PHRASINGS, files[PHRASINGS]))]
    vectors = load_vectors(folder / PHRASING_VECTORS, files.get(PHRASING_VECTORS, ""))
    if len(vectors) != len(listed):
        raise DamagedError(folder / PHRASING_VECTORS, f"{len(vectors)} vectors for {len(listed)} phrasings")
    return listed, vectors


def open_edition(folder: Path) -> Edition:
    """Open an edition and check all of it. Raises `EditionError` for anything missing, changed or out of place."""
    try:
        return _opened(folder, open_manifest(folder))
    except DamagedError as error:
        raise EditionError(folder.name, str(error.path.relative_to(folder)), error.reason) from error


def open_manifest(folder: Path) -> dict[str, Any]:
    """Read an edition's manifest. Raises `EditionError` when it is missing, changed, or of another format."""
    try:
        manifest: dict[str, Any] = json.loads(checked_bytes(folder / "manifest.json", folder.name))
    except DamagedError as error:
        raise EditionError(folder.name, "manifest.json", error.reason) from error
    if manifest["format"] != FORMAT:
        raise EditionError(folder.name, "manifest.json", f"format {manifest['format']} is not {FORMAT}")
    return manifest


def passage_ids(folder: Path) -> frozenset[str]:
    """Ids of the passages of an edition, without opening all of it. Raises `EditionError`."""
    sha256 = open_manifest(folder)["files"].get("passages.json")
    try:
        return frozenset(row[0] for row in json.loads(checked_bytes(folder / "passages.json", sha256))["passages"])
    except DamagedError as error:
        raise EditionError(folder.name, "passages.json", error.reason) from error


def open_questions(folder: Path, files: Mapping[str, str]) -> tuple[tuple[EditionQuestion, ...], Vectors]:
    """Read an edition's curated questions and their vectors. Raises `DamagedError`."""
    listed = json.loads(checked_bytes(folder / "questions.json", files.get("questions.json")))
    vectors = load_vectors(folder / "question_vectors.npy", files["question_vectors.npy"])
    if len(vectors) != len(listed):
        raise DamagedError(folder / "question_vectors.npy", f"{len(vectors)} vectors for {len(listed)} questions")
    return tuple(EditionQuestion(**one) for one in listed), vectors


def _opened(folder: Path, manifest: Mapping[str, Any]) -> Edition:
    files: Mapping[str, str] = manifest["files"]
    texts = json.loads(checked_bytes(folder / "revisions.json", files.get("revisions.json")))
    _check_texts(folder.name, texts)
    phrasings, phrasing_vectors = open_phrasings(folder, files, manifest["encoder"]["dimension"])
    listed_passages = json.loads(checked_bytes(folder / "passages.json", files.get("passages.json")))
    passages = _with_phrasings(folder.name, _passages(folder.name, listed_passages, texts), phrasings)
    rows = {passage.id: row for row, passage in enumerate(passages)}
    arrays, listed = _parts(folder, manifest)
    questions, question_vectors = open_questions(folder, files)
    return Edition(
        digest=folder.name,
        encoder=manifest["encoder"]["digest"],
        encoder_files=manifest["encoder"]["files"],
        passages=tuple(_edition_passages(folder.name, passages, listed)),
        questions=questions,
        revisions=texts,
        vectors=arrays.vectors,
        sentence_vectors=arrays.sentence_vectors,
        word_vectors=arrays.words,
        question_vectors=question_vectors,
        lexical=LexicalIndex.of_words([row["terms"].split() for row in listed]),
        phrasing_rows=tuple(rows[id_] for id_, _ in phrasings),
        phrasing_vectors=phrasing_vectors,
    )


def _parts(folder: Path, manifest: Mapping[str, Any]) -> tuple[Part, list[Mapping[str, Any]]]:
    """All parts as one, and what they say of each passage."""
    rows, dimension = manifest["parts"], manifest["encoder"]["dimension"]
    ends = {
        name: list(accumulate((row[name] for row in rows), initial=0)) for name in ("passages", "sentences", "words")
    }
    joined = Part(
        (),
        np.empty((ends["passages"][-1], dimension), np.float32),
        np.empty((ends["sentences"][-1], dimension), np.float32),
        np.empty((ends["words"][-1], dimension), np.int8),
    )

    def load(place: int) -> Sequence[Mapping[str, Any]]:
        file = rows[place]["file"]
        part = load_part(folder / file, manifest["files"][file])
        for name, array, into in (
            ("passages", part.vectors, joined.vectors),
            ("sentences", part.sentence_vectors, joined.sentence_vectors),
            ("words", part.words, joined.words),
        ):
            target = into[ends[name][place] : ends[name][place + 1]]
            if target.shape != array.shape:
                raise DamagedError(folder / file, f"{name} of shape {array.shape} where {target.shape} is listed")
            target[:] = array
        return part.listed

    # Reading, hashing and copying let go of the interpreter, so the cores share them; and no part is in memory twice.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return joined, list(chain.from_iterable(pool.map(load, range(len(rows)))))


def _check_texts(digest: str, texts: Mapping[str, str]) -> None:
    for revision, text in texts.items():
        if hashlib.sha256(text.encode()).hexdigest() != revision:
            raise EditionError(digest, "revisions.json", f"the text of revision {revision[:12]} has changed")


def _passages(digest: str, listed: Mapping[str, Any], texts: Mapping[str, str]) -> list[Passage]:
    articles = {id_: Article(id_, attributes_from_json(stated)) for id_, stated in listed["articles"].items()}
    passages = []
    for id_, article, revision, start, end, heading in listed["passages"]:
        text = texts.get(revision, "")
        if not 0 <= start < end <= len(text):
            raise EditionError(digest, "passages.json", f"passage {id_} lies outside its revision")
        passages.append(Passage(id_, articles[article], revision, start, end, tuple(heading), text[start:end]))
    return passages


def _with_phrasings(digest: str, passages: list[Passage], phrasings: Sequence[tuple[str, str]]) -> list[Passage]:
    found: dict[str, list[str]] = {}
    for id_, words in phrasings:
        found.setdefault(id_, []).append(words)
    with_them = [replace(one, phrasings=tuple(found.pop(one.id, ()))) for one in passages]
    if found:
        raise EditionError(digest, PHRASINGS, f"passage {next(iter(found))} is not in the edition")
    return with_them


def _edition_passages(
    digest: str, passages: Sequence[Passage], listed: Sequence[Mapping[str, Any]]
) -> Iterator[EditionPassage]:
    if len(passages) != len(listed):
        raise EditionError(digest, "parts", f"{len(listed)} pieces where there should be {len(passages)}")
    first, first_word = 0, 0
    for passage, row in zip(passages, listed, strict=True):
        sentences = tuple((start, end) for start, end in row["sentences"])
        if sentences and not 0 <= sentences[0][0] < sentences[-1][1] <= len(passage.text):
            raise EditionError(digest, "parts", f"a sentence of passage {passage.id} lies outside it")
        yield EditionPassage(passage, sentences, first, row["words"], first_word)
        first, first_word = first + len(sentences), first_word + row["words"]
