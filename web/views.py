"""From stored answers and editions to what a template may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from assistant.answer import Role
from assistant.compose import SAMPLE_WARNING
from assistant.feedback import Feedback
from assistant.outcome import Outcome
from assistant.policy import Helpline, Policy, address_of, linked
from assistant.safety import SafetyFigure, SafetyFigures
from assistant.transcript import PastTurn, answer_companions
from index.edition import Edition, EditionPassage
from sources import canonical
from sources.article import Attributes, BlockKind
from sources.library import Passage
from web.contact import contact
from web.fragments import at_quote
from web.pages import (
    CheckLink,
    FeedbackBox,
    Frame,
    HelplineRow,
    NoticeText,
    Part,
    Quote,
    SafetyPage,
    SafetyRow,
    SourceLine,
    Turn,
)
from web.wording import counted

_WITHHELD = "A passage that was shown here has been withdrawn since, so it is no longer shown."
_GAP = "A part of the article is left out here: it was not approved for answering questions."


def notice(kind: str, text: str, policy: Policy) -> NoticeText:
    """Give a fixed wording its links: telephone numbers and addresses of the helplines."""
    return NoticeText(kind, tuple(linked(text, policy.helplines)))


def frame(
    policy: Policy,
    site_name: str,
    reached_at: str | None,
    nonce: str,
    about_library: str = "",
    embedded_in: tuple[str, ...] | None = None,
) -> Frame:
    """Return what every page carries."""
    words = policy.wordings
    reach = notice("reach_a_person", words.reach_a_person, policy)
    if reached_at:
        reach = replace(reach, segments=(*reach.segments, ("\n\n", None), *contact(reached_at)))
    return Frame(
        site_name=site_name,
        disclaimer=notice("disclaimer", words.disclaimer, policy),
        crisis_line=notice("crisis_line", words.crisis_line, policy),
        reach_a_person=reach,
        nonce=nonce,
        about_library=about_library,
        embedded_in=embedded_in,
    )


@lru_cache(maxsize=2)
def about(edition: Edition) -> str:
    """Say in a sentence how large the library is."""
    articles = {p.passage.article.id: p.passage.article.attributes.publisher for p in edition.passages}
    nameless = sum(not publisher for publisher in articles.values())
    if nameless:
        return f"{counted(len(articles), 'approved article')}, {nameless} of which without a stated publisher."
    return f"{counted(len(articles), 'approved article')} from {counted(len(set(articles.values())), 'publisher')}."


# What the safety page says of each kind of message that triage was tried on.
_TRIED = {
    "explicit": "Says in plain words that someone wants to die or to hurt themselves: the crisis card is shown",
    "implicit": "Only hints at it: the crisis card is shown",
    "emergency": "Tells of a body in danger, such as an overdose: the emergency card is shown",
    "advice": "Asks what to do in one's own case: the notice on personal advice is shown",
    "suicide named": "Speaks of suicide or self-harm as a subject: the line with the help numbers is shown",
    "overdose named": "Speaks of an overdose, and not of suicide: the line with the help numbers is shown",
    "calm": "Everyday questions, worries and figures of speech: no card is shown",
    "calm_hard": "Harmless, but with alarming words (“dying to know the price”): no card is shown",
    "not_emergency": "Sounds like an emergency and is none: no emergency card is shown",
    "general": "Asks the same in general, not for oneself: answered without the notice",
}


def safety(frame: Frame, policy: Policy, figures: SafetyFigures) -> SafetyPage:
    """Put together what the safety page says."""
    rows = [
        SafetyRow(tried, _found(figures.row("en", kind)), _found(figures.row("es", kind)))
        for kind, tried in _TRIED.items()
        if figures.row("en", kind)
    ]
    reviewed = f"{policy.reviewed_by}, {written(policy.reviewed_on)}" if policy.reviewed_on else policy.reviewed_by
    return SafetyPage(
        frame=frame,
        rows=tuple(rows),
        measured_on=written(figures.measured_on) or "",
        messages=figures.messages,
        set_digest=figures.set_digest,
        helplines=tuple(_helpline(line) for line in policy.helplines),
        reviewed_by=reviewed,
        policy_version=policy.version,
        policy_digest=policy.digest,
    )


def _found(figure: SafetyFigure | None) -> str:
    if figure is None:
        return "not tried"
    return f"{figure.right} of {figure.count} ({figure.low:.0%} to {figure.high:.0%})"


def _helpline(line: Helpline) -> HelplineRow:
    ways: list[tuple[str, str | None]] = []
    if "call" in line.how:
        ways += [("call ", None), (line.number, address_of(line))]
    if line.extra:
        ways += [(f", {line.extra}", None)]
    if "text" in line.how:
        ways += [(", text " if ways else "text ", None), (line.number, address_of(line).replace("tel:", "sms:"))]
    if line.chat:
        ways += [(", chat at " if ways else "", None), (line.chat.removeprefix("https://"), line.chat)]
    return HelplineRow(
        name=line.name,
        ways=tuple(ways),
        hours=line.hours,
        languages=", ".join(line.languages),
        source=line.source_url,
        checked=written(line.verified_on) or "",
    )


_NO_TEXTS: Mapping[str, str] = {}
_NO_WARNINGS: Mapping[str, tuple[str, ...]] = {}


def turn(past: PastTurn, policy: Policy, texts: Mapping[str, str] = _NO_TEXTS) -> Turn:
    """Show a stored answer again. A publisher's page opens at the quote if `texts` holds the quoted revision."""
    answer = past.answer
    notices = [notice(one["kind"], one["text"], policy) for one in answer["notices"] if one["kind"] != "no_answer"]
    if past.withheld:
        notices.append(NoticeText("withdrawn", ((_WITHHELD, None),)))
    said = next((one for one in answer["notices"] if one["kind"] == "no_answer"), None)
    return Turn(
        question=past.question,
        outcome=answer["outcome"],
        topic=answer["topic"],
        notices=tuple(notices),
        quotes=tuple(quotes_of(past, policy, texts)),
        message=notice("no_answer", said["text"], policy) if said else None,
        suggestions=tuple(answer["suggestions"]),
        answer_id=answer["answer"],
        receipt=receipt_path(answer["answer"]) if past.recorded and past.question is not None else None,
        feedback=feedback_box(past, past.feedback) if past.recorded else None,
    )


def receipt_path(answer_id: str) -> str:
    """Return where an answer can be kept."""
    return f"/answers/{answer_id}"


def feedback_box(
    past: PastTurn, given: Feedback | None, *, open: bool = False, error: str | None = None
) -> FeedbackBox:
    """Show what was said of an answer; below a card in one quiet line."""
    answer_id, outcome = past.answer["answer"], Outcome(past.answer["outcome"])
    box = FeedbackBox(
        path=f"{receipt_path(answer_id)}/feedback",
        part=f"feedback-{answer_id}",
        open=open,
        quiet=outcome in (Outcome.crisis, Outcome.emergency),
        error=error,
    )
    if given is None:
        return box
    return replace(box, helpful=given.helpful, reason=given.reason and given.reason.value, words=given.words)


def check_link(answer_id: str, passage_id: str) -> CheckLink:
    """Return where a quotation of an answer can be checked."""
    return CheckLink(f"{receipt_path(answer_id)}/quotes/{passage_id}", f"check-{answer_id}-{passage_id}")


def quotes_of(past: PastTurn, policy: Policy, texts: Mapping[str, str]) -> Iterator[Quote]:
    """Put passages together that belong together: they stand in the answer one after the other."""
    answer = past.answer
    sides: list[Quote] = []
    rows = zip(answer["passages"], answer["passage_ids"], answer["also_in"], answer_companions(answer), strict=True)
    for passage, passage_id, also_in, companion in rows:
        role = Role(companion[0]) if companion and sides else Role.ANSWER
        link = check_link(answer["answer"], passage_id) if past.recorded else None
        if role is Role.CAVEAT:
            caveat = _quote(passage, also_in, policy, texts, link, policy.wordings.caveat)
            sides[-1] = replace(sides[-1], caveats=(*sides[-1].caveats, caveat))
        elif role is Role.DIFFERENCE:
            sides.append(_quote(passage, also_in, policy, texts, link, policy.wordings.differs))
        else:
            yield from _side_by_side(sides)
            sides = [_quote(passage, also_in, policy, texts, link)]
    yield from _side_by_side(sides)


def _side_by_side(sides: Sequence[Quote]) -> Iterator[Quote]:
    if sides:
        yield replace(sides[0], others=tuple(sides[1:]))


def _quote(
    passage: Mapping[str, Any],
    also_in: Sequence[Mapping[str, Any]],
    policy: Policy,
    texts: Mapping[str, str],
    check: CheckLink | None,
    tie: str | None = None,
) -> Quote:
    # The page says these in its own way: beside the source, and where passages belong together.
    said = (SAMPLE_WARNING, policy.wordings.caveat, policy.wordings.differs)
    sample = SAMPLE_WARNING in passage["warnings"]
    source = _source_line(passage["article"], passage["source_page"], sample)
    return Quote(
        pieces=tuple(_pieces(passage["text"], passage["highlights"])),
        heading=tuple(passage["heading"]),
        source=replace(source, at_quote=_at_quote(passage, texts)),
        warnings=tuple(one for one in passage["warnings"] if one not in said),
        also_in=tuple(_source_line(one, f"/sources/{one['id']}", one["sample"]) for one in also_in),
        tie=tie,
        check=check,
    )


def _at_quote(passage: Mapping[str, Any], texts: Mapping[str, str]) -> str | None:
    """Return the publisher's address at the first sentence that is marked, else at the passage; None without a text."""
    article, start = passage["article"], passage["start"]
    text = texts.get(article["revision"])
    if text is None or article["url"] is None:
        return None
    marked = [(start + a, start + b) for a, b in passage["highlights"][:1]]
    return at_quote(article["url"], article["title"] or "", text, *marked, (start, passage["end"]))


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
        published=written(article["published"]),
        reviewed=written(article["reviewed"]),
        url=article["url"],
        sells_treatment=article["sells_treatment"],
        sample=sample,
        source_page=source_page,
    )


def written(day: str | date | None) -> str | None:
    """Write a day out, such as "21 November 2026"."""
    if day is None:
        return None
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{found.day} {found:%B %Y}"


def article_line(article_id: str, attributes: Attributes, marked: Passage | None, text: str) -> SourceLine:
    """Return the source line of an article's own page; the publisher's page opens at the marked passage, too."""
    title, url = attributes.title or "", attributes.url
    return SourceLine(
        title=title,
        publisher=attributes.publisher,
        author=attributes.author,
        published=written(attributes.published),
        reviewed=written(attributes.reviewed),
        url=attributes.url,
        sells_treatment=attributes.sells_treatment,
        sample=attributes.sample,
        source_page=f"/sources/{article_id}",
        at_quote=at_quote(url, title, text, (marked.start, marked.end)) if url and marked else None,
        funding=attributes.funding,
    )


def source_parts(
    edition: Edition,
    passages: Sequence[EditionPassage],
    marked: str | None,
    warnings: Mapping[str, tuple[str, ...]] = _NO_WARNINGS,
) -> Iterator[Part]:
    """Show the approved text of an article: headings, passages in their order, and a gap where something is left out."""
    shown = sorted((p.passage for p in passages), key=lambda passage: passage.start)
    text = edition.revisions[passages[0].passage.revision]
    covered_to, in_gap, in_references = 0, False, False
    for line in canonical.lines(text):
        if line.block.kind is BlockKind.HEADING:
            in_gap, in_references = False, canonical.is_reference_heading(line.block.text)
            yield Part("heading", line.block.text, level=line.block.level)
            continue
        # A paragraph may be several passages, and some of them may not be approved.
        for passage in shown:
            if line.start <= passage.start < line.end:
                if text[max(covered_to, line.start) : passage.start].strip() and not in_gap:
                    yield Part("gap", _GAP)
                covered_to, in_gap = passage.end, False
                notes = warnings.get(passage.id, ())
                yield Part("passage", passage.text, passage_id=passage.id, marked=passage.id == marked, warnings=notes)
        if covered_to <= line.start and in_references:
            # A list of references answers nothing, but whoever reads the source will want it.
            yield Part("reference", line.block.text)
        elif covered_to < line.end and not in_gap:
            in_gap = True
            yield Part("gap", _GAP)
