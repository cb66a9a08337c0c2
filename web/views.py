"""From stored answers and editions to what a template may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from assistant.answer import Role
from assistant.compose import SAMPLE_WARNING
from assistant.policy import Policy, linked
from assistant.transcript import PastTurn, answer_companions
from index.edition import Edition, EditionPassage
from sources import canonical
from sources.article import Attributes, BlockKind
from sources.splitting import is_reference_heading
from web.pages import Frame, NoticeText, Part, Quote, SourceLine, Turn

_ERASED = "(your words were erased)"
_WITHHELD = "A passage that was shown here has been withdrawn since, so it is no longer shown."
_GAP = "A part of the article is left out here: it was not approved for answering questions."


def notice(kind: str, text: str, policy: Policy) -> NoticeText:
    """Give a fixed wording its links: telephone numbers and addresses of the helplines."""
    return NoticeText(kind, tuple(linked(text, policy.helplines)))


def frame(policy: Policy, site_name: str, contact: str | None, nonce: str, about_library: str = "") -> Frame:
    """Return what every page carries."""
    words = policy.wordings
    reach = words.reach_a_person if contact is None else f"{words.reach_a_person}\n\n{contact}"
    return Frame(
        site_name=site_name,
        disclaimer=notice("disclaimer", words.disclaimer, policy),
        crisis_line=notice("crisis_line", words.crisis_line, policy),
        reach_a_person=notice("reach_a_person", reach, policy),
        nonce=nonce,
        about_library=about_library,
    )


@lru_cache(maxsize=2)
def about(edition: Edition) -> str:
    """Say in a sentence how large the library is."""
    articles = {p.passage.article.id: p.passage.article.attributes.publisher for p in edition.passages}
    publishers = {publisher or article for article, publisher in articles.items()}
    return f"{_counted(len(articles), 'approved article')} from {_counted(len(publishers), 'publisher')}."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def turn(past: PastTurn, policy: Policy) -> Turn:
    """Show a stored answer again."""
    answer = past.answer
    notices = [notice(one["kind"], one["text"], policy) for one in answer["notices"] if one["kind"] != "no_answer"]
    if past.withheld:
        notices.append(NoticeText("withdrawn", ((_WITHHELD, None),)))
    said = next((one for one in answer["notices"] if one["kind"] == "no_answer"), None)
    return Turn(
        question=past.question if past.question is not None else _ERASED,
        outcome=answer["outcome"],
        topic=answer["topic"],
        notices=tuple(notices),
        quotes=tuple(_quotes(answer, policy)),
        message=notice("no_answer", said["text"], policy) if said else None,
        suggestions=tuple(answer["suggestions"]),
        answer_id=answer["answer"],
    )


def _quotes(answer: Mapping[str, Any], policy: Policy) -> Iterator[Quote]:
    """Put passages together that belong together: they stand in the answer one after the other."""
    sides: list[Quote] = []
    rows = zip(answer["passages"], answer["also_in"], answer_companions(answer), strict=True)
    for passage, also_in, companion in rows:
        role = Role(companion[0]) if companion and sides else Role.ANSWER
        if role is Role.CAVEAT:
            caveat = _quote(passage, also_in, policy, policy.wordings.caveat)
            sides[-1] = replace(sides[-1], caveats=(*sides[-1].caveats, caveat))
        elif role is Role.DIFFERENCE:
            sides.append(_quote(passage, also_in, policy, policy.wordings.differs))
        else:
            yield from _side_by_side(sides)
            sides = [_quote(passage, also_in, policy)]
    yield from _side_by_side(sides)


def _side_by_side(sides: Sequence[Quote]) -> Iterator[Quote]:
    if sides:
        yield replace(sides[0], others=tuple(sides[1:]))


def _quote(
    passage: Mapping[str, Any], also_in: Sequence[Mapping[str, Any]], policy: Policy, tie: str | None = None
) -> Quote:
    # The page says these in its own way: beside the source, and where passages belong together.
    said = (SAMPLE_WARNING, policy.wordings.caveat, policy.wordings.differs)
    sample = SAMPLE_WARNING in passage["warnings"]
    return Quote(
        pieces=tuple(_pieces(passage["text"], passage["highlights"])),
        heading=tuple(passage["heading"]),
        source=_source_line(passage["article"], passage["source_page"], sample),
        warnings=tuple(one for one in passage["warnings"] if one not in said),
        also_in=tuple(_source_line(one, f"/sources/{one['id']}", one["sample"]) for one in also_in),
        tie=tie,
    )


def _pieces(text: str, highlights: Sequence[Sequence[int]]) -> Iterator[tuple[str, bool]]:
    done = 0
    for start, end in highlights:
        if start > done:
            yield text[done:start], False
        yield text[start:end], True
        done = end
    if done < len(text):
        yield text[done:], False


def _source_line(article: Mapping[str, Any], source_page: str, sample: bool) -> SourceLine:
    return SourceLine(
        title=article["title"],
        publisher=article["publisher"],
        author=article["author"],
        published=_written(article["published"]),
        reviewed=_written(article["reviewed"]),
        url=article["url"],
        sells_treatment=article["sells_treatment"],
        sample=sample,
        source_page=source_page,
    )


def _written(day: str | date | None) -> str | None:
    if day is None:
        return None
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{found.day} {found:%B %Y}"


def article_line(article_id: str, attributes: Attributes) -> SourceLine:
    """Return the source line of an article's own page."""
    return SourceLine(
        title=attributes.title or "",
        publisher=attributes.publisher,
        author=attributes.author,
        published=_written(attributes.published),
        reviewed=_written(attributes.reviewed),
        url=attributes.url,
        sells_treatment=attributes.sells_treatment,
        sample=attributes.sample,
        source_page=f"/sources/{article_id}",
    )


def source_parts(edition: Edition, passages: Sequence[EditionPassage], marked: str | None) -> Iterator[Part]:
    """Show the approved text of an article: headings, passages in their order, and a gap where something is left out."""
    shown = {p.passage.start: p.passage for p in passages}
    covered_to, in_gap, in_references = 0, False, False
    for line in canonical.lines(edition.revisions[passages[0].passage.revision]):
        if line.block.kind is BlockKind.HEADING:
            in_gap, in_references = False, is_reference_heading(line.block.text)
            yield Part("heading", line.block.text, level=line.block.level)
        elif line.start in shown:
            passage = shown[line.start]
            covered_to, in_gap = passage.end, False
            yield Part("passage", passage.text, passage_id=passage.id, marked=passage.id == marked)
        elif line.start < covered_to:
            continue
        elif in_references:
            # A list of references answers nothing, but whoever reads the source will want it.
            yield Part("passage", line.block.text)
        elif not in_gap:
            in_gap = True
            yield Part("gap", _GAP)
