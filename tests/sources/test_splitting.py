from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sources import canonical
from sources.article import Block, BlockKind, PassageKind, Span
from sources.sentences import sentence_spans
from sources.splitting import FEWEST_WORDS, MOST_WORDS, split

RIVER = re.findall(r"\w+", "the river carries stones and sand from high ground to the low plain in spring")


def prose(words: int) -> str:
    """Sentences of ten words each, numbered so that no two are the same."""
    sentences = []
    for n in range(-(-words // 10)):
        sentences.append(f"Sentence {n} " + " ".join(RIVER[: min(8, words - 10 * n - 2)]) + ".")
    return " ".join(sentences)


def texts(text: str, spans: tuple[Span, ...]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


def test_a_paragraph_of_ordinary_length_is_a_passage() -> None:
    one, two = prose(50), prose(60)
    text = f"## Rivers\n\n{one}\n\n{two}"
    spans = split(text)
    assert texts(text, spans) == [one, two]
    assert [span.heading for span in spans] == [("Rivers",), ("Rivers",)]


def test_short_paragraphs_of_one_section_join_and_of_two_sections_do_not() -> None:
    short = "Stones roll."
    text = f"## A\n\n{short}\n\n{prose(20)}\n\n## B\n\n{short}"
    assert texts(text, split(text)) == [f"{short}\n\n{prose(20)}", short]


def test_a_list_stays_with_its_lead_in() -> None:
    items = "\n".join(f"• stone number {n} of the river bed" for n in range(40))
    text = f"{prose(50)}\n\nRivers carry many things:\n{items}\n\n{prose(50)}"
    assert texts(text, split(text)) == [prose(50), f"Rivers carry many things:\n{items}", prose(50)]


def test_a_lead_in_is_bound_to_the_paragraph_it_announces() -> None:
    text = f"{prose(50)} This is how:\n\n{prose(60)}"
    assert len(split(text)) == 1


def test_a_long_paragraph_is_parted_between_sentences_into_even_parts() -> None:
    text = prose(400)
    parts = texts(text, split(text))
    assert len(parts) == 3
    assert all(part.startswith("Sentence") and part.endswith(".") for part in parts)
    assert all(FEWEST_WORDS <= len(part.split()) <= MOST_WORDS for part in parts)


def test_promotion_is_marked_and_never_joined_with_content() -> None:
    text = "Stones roll.\n\nContact Quiet Water Clinic today to learn more."
    kinds = [span.kind for span in split(text, "Quiet Water Clinic")]
    assert kinds == [PassageKind.CONTENT, PassageKind.PROMOTIONAL]


def test_a_sellers_name_marks_promotion_and_a_public_bodys_does_not() -> None:
    text = f"{prose(45)} Quiet Water is a place for that."
    assert split(text, "Quiet Water")[0].kind is PassageKind.PROMOTIONAL
    assert split(text)[0].kind is PassageKind.CONTENT


def test_calling_for_help_is_no_promotion() -> None:
    text = "Call 911 now if someone is in danger. Call or text 988 in the US. Call your doctor today if you feel ill."
    assert split(text.replace(" Call your doctor today if you feel ill.", ""))[0].kind is PassageKind.CONTENT


def test_references_answer_nothing() -> None:
    text = f"{prose(45)}\n\n## References\n\n• A Study of Rivers, 2020"
    assert [span.kind for span in split(text)] == [PassageKind.CONTENT, PassageKind.REFERENCES]


def test_heading_paths_follow_the_levels() -> None:
    text = f"## A\n\n{prose(45)}\n\n### B\n\n{prose(45)}\n\n## C\n\n{prose(45)}"
    assert [span.heading for span in split(text)] == [("A",), ("A", "B"), ("C",)]


def test_sentences_of_a_list_leave_out_bullets() -> None:
    text = "Rivers carry:\n• stones, e.g. flint\n• sand. It is fine."
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "Rivers carry:",
        "stones, e.g. flint",
        "sand.",
        "It is fine.",
    ]


BLOCKS = st.lists(
    st.builds(
        Block,
        st.sampled_from(BlockKind),
        st.one_of(
            st.integers(1, 500).map(prose),
            st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80),
            st.sampled_from(("Rivers carry:", "• # odd", "## 2 Stones", "Contact us today!", "References", "a. b. c.")),
        ),
        st.integers(1, 6),
    ),
    max_size=25,
)


@settings(max_examples=300)
@given(BLOCKS)
def test_passages_are_spans_in_order_and_cover_every_word_of_the_text(blocks: list[Block]) -> None:
    text = canonical.compose(blocks)
    spans = split(text)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        end = span.end
    covered = set[int]()
    for span in spans:
        covered |= set(range(span.start, span.end))
    for line in canonical.lines(text):
        inside = {n for n in range(line.start, line.end) if not text[n].isspace()} <= covered
        assert inside == (line.block.kind is not BlockKind.HEADING)
    assert split(text) == spans


@settings(max_examples=200)
@given(BLOCKS)
def test_a_canonical_text_read_back_and_written_again_is_the_same(blocks: list[Block]) -> None:
    text = canonical.compose(blocks)
    assert canonical.compose([line.block for line in canonical.lines(text)]) == text


@settings(max_examples=200)
@given(BLOCKS)
def test_no_passage_is_cut_inside_a_sentence_or_between_a_list_and_its_lead_in(blocks: list[Block]) -> None:
    text = canonical.compose(blocks)
    ends = {span.end for span in split(text)}
    lines = list(canonical.lines(text))
    for before, after in pairwise(lines):
        if (before.block.kind, after.block.kind) == (BlockKind.PARAGRAPH, BlockKind.ITEM):
            assert text[before.end : after.start] != "\n" or before.end not in ends
    for line in lines:
        for start, stop in sentence_spans(text[line.start : line.end]):
            assert not any(line.start + start < end < line.start + stop for end in ends)
