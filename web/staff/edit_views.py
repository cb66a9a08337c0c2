"""From edits and cuts to what a page of staff shows of them. Pure functions."""

from __future__ import annotations

from assistant.differing import PROPOSED, Pair, Side
from sources import cut as cuts
from sources.article import PassageKind, Span
from sources.editing import Action, Edit, Editing, Standing
from sources.library import LibraryError, State
from web.staff.article_views import moment
from web.staff.edit_pages import CutPassage, DifferenceRow, DifferenceSide, EditRow

_SHORT = 90
_WHAT = {
    Action.JOIN: "joined two passages",
    Action.SPLIT: "split a passage",
    Action.HEADING: "moved a passage under another heading",
    Action.WITHHOLD: "withheld a passage",
    Action.RELEASE: "released a passage",
    Action.PROMOTIONAL: "marked a passage as promotional",
    Action.CONTENT: "marked a passage as content",
    Action.UNDO: "undid an edit",
}


def cut_passage(desk: Editing, span: Span) -> CutPassage:
    """Return a passage of the cut that an editor works on."""
    marks = []
    if span not in desk.in_force:
        marks.append("waits for another person")
    if span.kind is not PassageKind.CONTENT:
        marks.append("promotional" if span.kind is PassageKind.PROMOTIONAL else "list of references")
    if span.withheld:
        marks.append("withheld")
    stays_out = span.withheld or span.kind is not PassageKind.CONTENT
    return CutPassage(desk.id_of(span), span.heading, words_of(desk, span), tuple(marks), stays_out)


def words_of(desk: Editing, span: Span) -> str:
    """Return the words of a span."""
    return desk.text[span.start : span.end]


def edit_row(desk: Editing, edit: Edit) -> EditRow:
    """Return an edit with the words before and after, each with its heading where that is what changed."""
    standing = edit.standing.value
    if edit.settled_by and edit.standing is not Standing.WAITS:
        standing = (
            f"approved by {edit.settled_by}"
            if edit.standing is Standing.IN_FORCE
            else f"{standing} by {edit.settled_by}"
        )
    return EditRow(
        id=edit.id,
        what=_WHAT[edit.action],
        who=edit.who,
        when=moment(edit.at),
        why=edit.why,
        standing=standing,
        before=tuple(_piece(desk, edit, span) for span in edit.recut.before),
        after=tuple(_piece(desk, edit, span) for span in edit.recut.after),
        can_be_undone=desk.can_be_undone(edit),
    )


def _piece(desk: Editing, edit: Edit, span: Span) -> str:
    words = short(words_of(desk, span))
    return f"{' › '.join(span.heading) or 'no heading'}: {words}" if edit.action is Action.HEADING else words


def short(words: str) -> str:
    """Return the beginning and the end of words, on one line."""
    plain = " ".join(words.split())
    return plain if len(plain) <= _SHORT else f"{plain[: _SHORT // 2]} … {plain[-_SHORT // 2 :]}"


def places(desk: Editing, span: Span) -> tuple[tuple[int, str], ...]:
    """Where a span can be split, as offsets from its beginning, with the words that would begin the second part."""
    return tuple((at - span.start, beginning(desk.text[at : span.end])) for at in cuts.boundaries(desk.text, span))


def beginning(words: str) -> str:
    """Return how words begin, on one line."""
    plain = " ".join(words.split())
    return plain if len(plain) <= _SHORT else f"{plain[:_SHORT].rsplit(' ', 1)[0]} …"


def joining(desk: Editing, span: Span) -> tuple[str | None, str]:
    """Return how the passage that a span can be joined with begins, or None and why it cannot be."""
    try:
        recut = cuts.joined(desk.text, desk.cut, span)
    except LibraryError as error:
        return None, str(error)
    return beginning(words_of(desk, recut.before[1])), ""


def headings(desk: Editing, span: Span) -> tuple[tuple[int, str, bool], ...]:
    """Every heading path of the text, by number, in words, and whether the span stands under it."""
    paths = enumerate(cuts.heading_paths(desk.text))
    return tuple((n, " › ".join(path) or "no heading", path == span.heading) for n, path in paths)


def waits(desk: Editing) -> bool:
    """Whether an edit of this revision waits for a second person."""
    return desk.state is State.APPROVED


def difference_row(pair: Pair) -> DifferenceRow:
    """Return a difference for the list."""
    state = "proposed" if pair.state == PROPOSED else pair.state
    return DifferenceRow(pair.id, state, pair.because, (_side(pair.first), _side(pair.second)))


def _side(side: Side) -> DifferenceSide:
    if side.passage is None:
        return DifferenceSide(side.sentence, "no longer approved", None)
    attributes = side.passage.article.attributes
    source = f"{attributes.title}, {attributes.publisher or 'publisher not stated'}"
    return DifferenceSide(side.sentence, source, side.passage_id)
