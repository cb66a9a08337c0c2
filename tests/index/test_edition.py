"""Editions with the real encoder: built from what is new, the same for the same passages, and refused when damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from index.building import Built, build
from index.desk import Library
from index.edition import EditionError, open_edition
from index.encoder import ExportedEncoder
from sources import canonical
from sources.article import Attributes
from sources.library import Article, Passage, passage_id
from sources.questions import CuratedQuestion
from tests.index.encoder_fixture import prepared_encoder

RIVERS = "Rivers carry stones from the mountains to the plain. Every flood moves them a little further."
BRIDGES = "A bridge needs firm ground on both banks. A pier in soft mud will lean before long."
GEESE = "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups."
QUESTION = CuratedQuestion("where do geese rest", True, ("rest on lakes",), "tune")


@pytest.fixture(scope="module")
def encoder() -> ExportedEncoder:
    return ExportedEncoder.open(prepared_encoder())


def library(*texts: str) -> tuple[list[Passage], dict[str, str]]:
    passages, revisions = [], {}
    for n, text in enumerate(texts):
        digest = canonical.digest(text)
        article = Article(f"article-{n}", Attributes(title=f"Article {n}", publisher="River Office"))
        id_ = passage_id(article.id, digest, 0, len(text))
        passages.append(Passage(id_, article, digest, 0, len(text), ("Notes",), text))
        revisions[digest] = text
    return passages, revisions


def built(into: Path, encoder: ExportedEncoder, *texts: str, before: Path | None = None) -> Built:
    return build(*library(*texts), encoder, into, questions=[QUESTION], before=before)


def test_an_opened_edition_quotes_its_revisions(tmp_path: Path, encoder: ExportedEncoder) -> None:
    edition = open_edition(built(tmp_path, encoder, RIVERS, BRIDGES, GEESE).folder)
    assert [edition.quoted(p.id) for p in edition.passages] == [RIVERS, BRIDGES, GEESE]
    assert edition.quoted("0" * 24) is None
    assert [one.question for one in edition.questions] == [QUESTION.question]
    assert [len(p.sentences) for p in edition.passages] == [2, 2, 2]
    assert edition.vectors.shape == (3, encoder.dimension)


def test_the_nearest_passage_comes_first_and_a_hidden_one_not_at_all(tmp_path: Path, encoder: ExportedEncoder) -> None:
    edition = open_edition(built(tmp_path, encoder, RIVERS, BRIDGES, GEESE).folder)
    found = Library(edition, encoder, frozenset()).search("Where do geese rest in autumn?")
    best = found.candidates[0]
    assert best.listed.passage.text == GEESE
    assert (best.dense_rank, best.lexical_rank) == (1, 1)
    assert best.coverage == 1.0
    assert best.word_similarity > 0.6
    hidden = Library(edition, encoder, frozenset({best.listed.id})).search("Where do geese rest in autumn?")
    assert GEESE not in [one.listed.passage.text for one in hidden.candidates]


def test_a_phrasing_finds_its_passage_and_is_encoded_once(tmp_path: Path, encoder: ExportedEncoder) -> None:
    def phrased(into: Path, *phrasings: str, before: Path | None = None) -> Built:
        passages, revisions = library(RIVERS, BRIDGES, GEESE)
        passages[2] = replace(passages[2], phrasings=phrasings)
        return build(passages, revisions, encoder, into, before=before)

    plain = phrased(tmp_path / "a")
    assert not (plain.folder / "phrasings.json").exists()
    step = phrased(tmp_path / "a", "honkers on holiday", before=plain.folder)
    assert step.encoded == 4  # the passage anew with the words of its phrasing, its two sentences, and the phrasing
    assert step.folder.name == phrased(tmp_path / "b", "honkers on holiday").folder.name
    before, after = (
        Library(open_edition(one.folder), encoder, frozenset()).search("Do honkers have a holiday?").candidates
        for one in (plain, step)
    )
    geese = next(one for one in before if one.listed.passage.text == GEESE)
    assert (after[0].listed.passage.text, after[0].listed.passage.phrasings) == (GEESE, ("honkers on holiday",))
    assert (geese.coverage, after[0].coverage) == (0.0, 1.0)
    assert after[0].similarity > geese.similarity + 0.2
    assert after[0].word_similarity > geese.word_similarity + 0.2
    # What is quoted is the passage, without a word of that.
    assert open_edition(step.folder).quoted(after[0].listed.id) == GEESE
    gone = phrased(tmp_path / "a", before=step.folder)
    assert gone.folder.name == plain.folder.name


def test_a_question_gets_the_same_candidates_every_time(tmp_path: Path, encoder: ExportedEncoder) -> None:
    found = Library(open_edition(built(tmp_path, encoder, RIVERS, BRIDGES, GEESE).folder), encoder, frozenset())
    assert found.search("bridges and rivers").candidates == found.search("bridges and rivers").candidates


def test_only_new_texts_are_encoded_and_the_result_is_the_same(tmp_path: Path, encoder: ExportedEncoder) -> None:
    first = built(tmp_path / "a", encoder, RIVERS, BRIDGES).folder
    step = built(tmp_path / "a", encoder, RIVERS, BRIDGES, GEESE, before=first)
    whole = built(tmp_path / "b", encoder, RIVERS, BRIDGES, GEESE)
    assert (step.encoded, step.kept) == (4, 6)  # a passage, its two sentences and the question
    assert whole.encoded == 10
    assert step.folder.name == whole.folder.name
    for path in whole.folder.rglob("*.*"):
        assert (step.folder / path.relative_to(whole.folder)).read_bytes() == path.read_bytes()


def test_of_a_changed_article_only_the_changed_passage_is_encoded(tmp_path: Path, encoder: ExportedEncoder) -> None:
    def article(*texts: str) -> tuple[list[Passage], dict[str, str]]:
        passages, revisions = library(*texts)
        return [replace(passage, article=passages[0].article) for passage in passages], revisions

    first = build(*article(RIVERS, BRIDGES), encoder, tmp_path / "a")
    step = build(*article(RIVERS, GEESE), encoder, tmp_path / "a", before=first.folder)
    whole = build(*article(RIVERS, GEESE), encoder, tmp_path / "b")
    assert (step.encoded, step.kept) == (3, 3)
    assert step.folder.name == whole.folder.name


def test_a_part_taken_over_is_the_same_file_and_outlives_the_edition_before(
    tmp_path: Path, encoder: ExportedEncoder
) -> None:
    first = built(tmp_path, encoder, RIVERS).folder
    second = built(tmp_path, encoder, RIVERS, GEESE, before=first).folder
    (part,) = (first / "parts").iterdir()
    assert (second / "parts" / part.name).samefile(part)
    shutil.rmtree(first)
    assert [p.passage.text for p in open_edition(second).passages] == [RIVERS, GEESE]


@pytest.mark.parametrize("damage", [b"damaged", None])
def test_damage_to_what_was_to_be_taken_over_is_no_hindrance(
    tmp_path: Path, encoder: ExportedEncoder, damage: bytes | None
) -> None:
    first = built(tmp_path, encoder, RIVERS, GEESE).folder
    for name in ("manifest.json", "question_vectors.npy"):
        path = first / name
        path.unlink() if damage is None else path.write_bytes(damage)
    again = built(tmp_path, encoder, RIVERS, GEESE, before=first)
    assert again.kept == 0
    assert len(open_edition(again.folder).passages) == 2


@pytest.mark.parametrize(
    "name",
    ["parts/", "passages.json", "revisions.json", "manifest.json", "questions.json", "question_vectors.npy"],
)  # fmt: skip
@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_any_damaged_file_is_named_and_the_edition_refused(
    tmp_path: Path, encoder: ExportedEncoder, name: str, damage: str
) -> None:
    folder = built(tmp_path, encoder, RIVERS).folder
    path = next(folder.glob("parts/*")) if name == "parts/" else folder / name
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:-7] if damage == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(EditionError, match=name.replace(".", r"\.")) as error:
        open_edition(folder)
    assert "wellcited rollback" in str(error.value)


def test_building_a_damaged_edition_again_mends_it(tmp_path: Path, encoder: ExportedEncoder) -> None:
    folder = built(tmp_path, encoder, RIVERS).folder
    next(folder.glob("parts/*")).write_bytes(b"damaged")
    assert built(tmp_path, encoder, RIVERS).folder == folder
    assert open_edition(folder).passages[0].passage.text == RIVERS
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_passage_outside_its_revision_is_refused(tmp_path: Path, encoder: ExportedEncoder) -> None:
    import hashlib

    folder = built(tmp_path, encoder, RIVERS).folder
    listed = json.loads((folder / "passages.json").read_bytes())
    listed["passages"][0][4] += 1
    content = json.dumps(listed).encode()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["passages.json"] = hashlib.sha256(content).hexdigest()
    forged = json.dumps(manifest).encode()
    place = Path(shutil.copytree(folder, tmp_path / hashlib.sha256(forged).hexdigest()))
    (place / "passages.json").write_bytes(content)
    (place / "manifest.json").write_bytes(forged)
    with pytest.raises(EditionError, match="lies outside its revision"):
        open_edition(place)


def test_an_edition_without_passages_answers_nothing(tmp_path: Path, encoder: ExportedEncoder) -> None:
    edition = open_edition(built(tmp_path, encoder).folder)
    assert Library(edition, encoder, frozenset()).search("anything").candidates == ()
