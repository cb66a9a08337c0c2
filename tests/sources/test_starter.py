"""The starter library keeps what its readers are promised: sourced facts, plain words, questions that really match."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import frontmatter
import pytest

import sources

STARTER = Path(sources.__file__).parent / "starter"

TOPICS = {
    "what-ssris-are",
    "snris-and-older-antidepressants",
    "how-long-antidepressants-take",
    "common-ssri-side-effects",
    "stopping-an-antidepressant",
    "what-ketamine-and-esketamine-are",
    "how-ketamine-is-thought-to-work",
    "how-fast-ketamine-acts-and-how-long-it-lasts",
    "what-a-ketamine-session-is-like",
    "risks-and-side-effects-of-ketamine",
    "who-should-not-have-ketamine",
    "what-the-fda-has-approved",
    "combining-treatments-and-therapy",
    "questions-to-bring-to-a-clinician",
}
CHECKLIST = "questions-to-bring-to-a-clinician"  # mostly questions, and a question states no fact to source

BANNED = re.compile(
    r"\b(?:cures?|cured|guarantee\w*|miracle\w*|safe|safely|not addictive|committed suicide)\b", re.IGNORECASE
)
AMOUNT = re.compile(r"\d\s*(?:mg|mcg|milligrams?|micrograms?|ml)\b", re.IGNORECASE)
REFERENCE = re.compile(r"\s*\(([^()]*\b(?:19|20)\d\d\b[^()]*)\)")


def _load(slug: str) -> tuple[dict[str, Any], str]:
    post = frontmatter.loads((STARTER / f"{slug}.md").read_text(encoding="utf-8"))
    return dict(post.metadata), str(post.content)


def _split(slug: str) -> tuple[str, str]:
    """The text of an article and its list of references."""
    _, body = _load(slug)
    text, heading, references = body.partition("\n## References\n")
    assert heading, f"{slug} has no references"
    return text, references


def _paragraphs(text: str) -> list[str]:
    """Paragraphs and list items, headings left out, each on one line with single spaces."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.startswith("#"):
            continue
        items = re.split(r"(?m)^- ", block) if block.startswith("- ") else [block]
        found += [" ".join(item.split()) for item in items if item.strip()]
    return found


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (STARTER / name).read_text(encoding="utf-8").splitlines()]


def _syllables(word: str) -> int:
    stem = re.sub(r"(?:[^laeiouy]es|[^dt]ed|[^laeiouy]e)$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", stem)))


def _grade(text: str) -> float:
    """The Flesch-Kincaid grade, with a list item taken as a sentence."""
    sentences = sum(max(1, len(re.findall(r"[.!?](?=\s|$)", p))) for p in _paragraphs(text))
    words = re.findall(r"[A-Za-z][A-Za-z'’-]*", " ".join(_paragraphs(text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def test_every_topic_has_its_article_and_nothing_else_is_there() -> None:
    assert {path.stem for path in STARTER.glob("*.md")} == TOPICS


@pytest.mark.parametrize("slug", sorted(TOPICS))
def test_front_matter_is_complete(slug: str) -> None:
    metadata, _ = _load(slug)
    title = metadata.pop("title")
    assert isinstance(title, str)
    assert title
    assert str(metadata.pop("published")) == "2026-11-21"
    assert metadata == {
        "publisher": "Wellcited starter library",
        "author": "Wellcited editors",
        "licence": "Apache-2.0",
        "sells_treatment": False,
        "sample": True,
    }


@pytest.mark.parametrize("slug", sorted(TOPICS))
def test_length_and_headings(slug: str) -> None:
    _, body = _load(slug)
    assert 300 <= len(body.split()) <= 700
    assert re.findall(r"(?m)^#+ ", body) == ["## "] * len(re.findall(r"(?m)^#", body))
    for paragraph in _paragraphs(_split(slug)[0]):
        assert len(paragraph.split()) <= 110


@pytest.mark.parametrize("slug", sorted(TOPICS))
def test_words_no_article_may_use(slug: str) -> None:
    _, body = _load(slug)
    assert BANNED.findall(body) == []
    assert AMOUNT.findall(body) == []


@pytest.mark.parametrize("slug", sorted(TOPICS - {CHECKLIST}))
def test_every_paragraph_of_fact_names_its_source(slug: str) -> None:
    text, _ = _split(slug)
    unsourced = [p for p in _paragraphs(text) if not REFERENCE.search(p) and not p.endswith(":")]
    assert unsourced == []


@pytest.mark.parametrize("slug", sorted(TOPICS))
def test_every_source_named_is_listed(slug: str) -> None:
    text, references = _split(slug)
    for group in REFERENCE.findall(text):
        for one in group.split(";"):
            year = re.findall(r"\b(?:19|20)\d\d\b", one)[-1]
            name = one.split(",")[0].strip()
            listed = [line for line in references.splitlines() if name.removesuffix(" label") in line and year in line]
            assert listed, f"{one.strip()} is missing from the references"


@pytest.mark.parametrize("slug", sorted(TOPICS))
def test_reads_plainly(slug: str) -> None:
    text, _ = _split(slug)
    assert _grade(REFERENCE.sub("", text)) <= 9.5


def test_every_answer_stands_word_for_word_in_one_paragraph() -> None:
    paragraphs = {slug: _paragraphs(_split(slug)[0]) for slug in TOPICS}
    # An asterisk that is no emphasis is written with a backslash in Markdown.
    bodies = {slug: _load(slug)[1].replace("\\*", "*") for slug in TOPICS}
    for row in _lines("answerable.jsonl"):
        for place in [{"article": row["article"], "gold": row["gold"]}, *row.get("also", [])]:
            assert place["gold"]
            for gold in place["gold"]:
                assert gold in bodies[place["article"]], gold
                wanted = " ".join(gold.split())
                plain = [paragraph.replace("\\*", "*") for paragraph in paragraphs[place["article"]]]
                assert sum(wanted in paragraph for paragraph in plain) == 1, gold


def test_answerable_questions_are_many_and_well_spread() -> None:
    rows = _lines("answerable.jsonl")
    assert len(rows) >= 80
    assert len({row["question"].casefold() for row in rows}) == len(rows)
    articles = Counter(row["article"] for row in rows)
    assert set(articles) == TOPICS
    assert min(articles.values()) >= 4
    headings = {h.casefold() for slug in TOPICS for h in re.findall(r"(?m)^#+ (.+)$", _load(slug)[1])}
    assert not headings & {row["question"].rstrip("?").casefold() for row in rows}


def test_an_article_is_in_one_half_only() -> None:
    rows = _lines("answerable.jsonl")
    halves = Counter(half for _, half in {(row["article"], row["half"]) for row in rows})
    assert halves == {"tune": 7, "report": 7}
    share = sum(row["half"] == "tune" for row in rows) / len(rows)
    assert 0.4 <= share <= 0.6


def test_unanswerable_questions_are_many_and_of_both_kinds() -> None:
    rows = _lines("unanswerable.jsonl")
    assert len({row["question"].casefold() for row in rows}) == len(rows) >= 40
    kinds = Counter(row["kind"] for row in rows)
    assert set(kinds) == {"near", "off-topic"}
    assert kinds["near"] >= 28
    assert kinds["off-topic"] >= 10
    assert {row["half"] for row in rows} == {"tune", "report"}
    assert not {row["question"] for row in rows} & {row["question"] for row in _lines("answerable.jsonl")}
