"""How people cut passages: what an edit may do, who has to agree, and that each can be undone."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from index.companions import read_companions
from sources import curation, cut, edits, pairs, schema
from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document, PassageKind, Span
from sources.database import reading, writing
from sources.editing import Action, Desired, Editing, editing
from sources.library import (
    Imported,
    LibraryError,
    approved_passages,
    is_approved,
    months_from,
    take_in,
    withdrawn_passages,
)
from sources.phrasings import add_phrasing, phrasings_of, take_phrasing_away, with_phrasings
from sources.warnings import warn

GEESE = (
    "Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields "
    "around them. In spring they return to the same nests in the far north, where they raise their young on the shore."
)
HOWEVER = (
    "However, not every goose flies. Some stay in parks all winter, where people feed them, and leave only when the "
    "ponds freeze over for weeks; then they go as far as the next open river and come back with the first thaw there."
)
TWO, THREE = GEESE.index("They rest"), GEESE.index("In spring")


def take(engine: Engine, author: str | None = None) -> Imported:
    blocks = (
        Block(BlockKind.HEADING, "In autumn", 2), Block(BlockKind.PARAGRAPH, GEESE), Block(BlockKind.PARAGRAPH, HOWEVER),
        Block(BlockKind.HEADING, "In winter", 2), Block(BlockKind.PARAGRAPH, GEESE.replace("geese", "cranes")),
    )  # fmt: skip
    document = Document(Attributes(title="Geese", publisher="River Office"), blocks)
    with writing(engine) as connection:
        return take_in(connection, document, file_name="a.txt", who="Kim", given=UNKNOWN, author=author)


def approved(engine: Engine) -> Imported:
    one = take(engine, "kim")
    with writing(engine) as connection:
        curation.approve(connection, one.article_id, one.revision, who="Noor", why="read", person="noor")
    return one


def desk(engine: Engine, one: Imported) -> Editing:
    with reading(engine) as connection:
        return editing(connection, one.article_id, one.revision)


def do(engine: Engine, one: Imported, action: Action, place: int, *, person: str = "kim", **more: object) -> None:
    now = desk(engine, one)
    id_ = now.id_of(now.cut[place])
    at = int(str(more.get("at", 0))) + now.cut[place].start
    heading = more.get("heading", ())
    assert isinstance(heading, tuple)
    wanted = Desired(id_, action, at, heading)
    with writing(engine) as connection:
        edits.edit(connection, one.article_id, one.revision, wanted, who=person, why="better", person=person)


def undo(engine: Engine, one: Imported, number: int = 0, person: str = "kim") -> None:
    edit = desk(engine, one).edits[number]
    with writing(engine) as connection:
        edits.undo(connection, one.article_id, one.revision, edit.id, who=person, why="", person=person)


def agree(engine: Engine, one: Imported, person: str = "noor") -> None:
    last = desk(engine, one).waiting[-1].id
    with writing(engine) as connection:
        edits.approve_edits(connection, one.article_id, one.revision, last, who=person, why="right", person=person)


def texts(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [passage.text for passage in approved_passages(connection)]


def words(now: Editing) -> list[str]:
    return [now.text[span.start : span.end] for span in now.cut]


def test_a_passage_is_split_between_sentences_alone_and_joined_again_but_not_over_a_heading(engine: Engine) -> None:
    one = take(engine)
    first = words(desk(engine, one))
    assert first[0] == GEESE
    with pytest.raises(LibraryError, match="never through one"):
        do(engine, one, Action.SPLIT, 0, at=TWO + 3)
    do(engine, one, Action.SPLIT, 0, at=THREE)
    assert words(desk(engine, one))[:2] == [GEESE[: THREE - 1], GEESE[THREE:]]
    do(engine, one, Action.JOIN, 1)
    assert words(desk(engine, one))[1] == f"{GEESE[THREE:]}\n\n{HOWEVER}"
    with pytest.raises(LibraryError, match="heading stands between"):
        do(engine, one, Action.JOIN, 1)
    with pytest.raises(LibraryError, match="none after it"):
        do(engine, one, Action.JOIN, 2)
    undo(engine, one)
    undo(engine, one, 2)
    assert words(desk(engine, one)) == first
    with pytest.raises(LibraryError, match="undone already"):
        undo(engine, one, 2)


def test_a_list_is_split_with_its_bullets() -> None:
    text = "It takes:\n• one lake. Or two.\n• a field"
    span = Span(0, len(text), ())
    places = cut.boundaries(text, span)
    assert [text[at:][:7] for at in places] == ["• one l", "Or two.", "• a fie"]
    recut = cut.parted(text, span, places[0])
    assert [text[one.start : one.end] for one in recut.after] == ["It takes:", text[10:]]


def test_a_heading_is_one_of_the_text(engine: Engine) -> None:
    one = take(engine)
    with pytest.raises(LibraryError, match="no such heading"):
        do(engine, one, Action.HEADING, 0, heading=("Cures everything",))
    do(engine, one, Action.HEADING, 0, heading=("In winter",))
    assert desk(engine, one).cut[0].heading == ("In winter",)


def test_whoever_edits_a_draft_does_not_approve_it(engine: Engine) -> None:
    one = take(engine, "kim")
    do(engine, one, Action.SPLIT, 0, at=TWO, person="noor")
    for person in ("kim", "noor"):
        with pytest.raises(LibraryError, match="Another person"), writing(engine) as connection:
            curation.approve(connection, one.article_id, one.revision, who=person, why="", person=person)
    with writing(engine) as connection:
        curation.approve(connection, one.article_id, one.revision, who="ada", why="", person="ada")
    assert GEESE[: TWO - 1] in texts(engine)


def test_an_edit_of_what_is_approved_waits_for_somebody_else_and_so_does_undoing_it(engine: Engine) -> None:
    one = approved(engine)
    before = texts(engine)
    do(engine, one, Action.SPLIT, 0, at=TWO)
    do(engine, one, Action.SPLIT, 1, at=THREE - TWO, person="ada")
    assert texts(engine) == before
    assert words(desk(engine, one))[2] == GEESE[THREE:]
    with pytest.raises(LibraryError, match="undone"):
        undo(engine, one, 1)  # the later one rests on it
    for person in ("kim", "ada"):
        with pytest.raises(LibraryError, match="Another person"):
            agree(engine, one, person)
    agree(engine, one)
    assert texts(engine)[:3] == [GEESE[: TWO - 1], GEESE[TWO : THREE - 1], GEESE[THREE:]]
    undo(engine, one, 0)
    assert len(texts(engine)) == 5
    agree(engine, one)
    assert texts(engine)[:2] == [GEESE[: TWO - 1], GEESE[TWO:]]
    do(engine, one, Action.JOIN, 0)
    undo(engine, one)
    assert desk(engine, one).waiting == ()
    with reading(engine) as connection:
        ordinals = list(connection.scalars(sa.select(schema.passages.c.ordinal).where(schema.passages.c.in_cut)))
    assert sorted(ordinals) == [0, 1, 2, 3]


def test_edits_are_turned_down_with_a_reason_and_nobody_agrees_to_what_they_have_not_seen(engine: Engine) -> None:
    one = approved(engine)
    do(engine, one, Action.SPLIT, 0, at=TWO)
    seen = desk(engine, one).waiting[-1].id
    do(engine, one, Action.SPLIT, 1, at=THREE - TWO)
    with pytest.raises(LibraryError, match="meanwhile"), writing(engine) as connection:
        edits.approve_edits(connection, one.article_id, one.revision, seen, who="noor", why="", person="noor")
    last = desk(engine, one).waiting[-1].id
    for why in ("", "the lead-in belongs to it"):
        if not why:
            with pytest.raises(LibraryError, match="reason"), writing(engine) as connection:
                edits.turn_down_edits(connection, one.article_id, one.revision, last, who="noor", why=why)
        else:
            with writing(engine) as connection:
                edits.turn_down_edits(connection, one.article_id, one.revision, last, who="noor", why=why)
    assert words(desk(engine, one))[0] == GEESE


def test_what_only_hides_is_in_force_at_once_in_every_cut_that_holds_the_words(engine: Engine) -> None:
    one = approved(engine)
    whole = desk(engine, one).cut[0]
    do(engine, one, Action.SPLIT, 0, at=TWO)
    agree(engine, one)
    with reading(engine) as connection:
        # An edition from before the split still shows the whole passage.
        assert is_approved(connection, desk(engine, one).id_of(whole))
    do(engine, one, Action.WITHHOLD, 1)
    with reading(engine) as connection:
        hidden = withdrawn_passages(connection)
        assert not is_approved(connection, desk(engine, one).id_of(whole))
    now = desk(engine, one)
    assert hidden == {now.id_of(now.cut[1]), now.id_of(whole)}
    do(engine, one, Action.RELEASE, 1)
    with reading(engine) as connection:
        assert withdrawn_passages(connection) == hidden
    agree(engine, one)
    with reading(engine) as connection:
        assert withdrawn_passages(connection) == frozenset()
    do(engine, one, Action.PROMOTIONAL, 0)
    assert GEESE[: TWO - 1] not in texts(engine)
    assert desk(engine, one).cut[0].kind is PassageKind.PROMOTIONAL
    with reading(engine) as connection:
        assert desk(engine, one).id_of(whole) in withdrawn_passages(connection)


def test_a_withdrawn_passage_is_not_cut_anew(engine: Engine) -> None:
    one = approved(engine)
    do(engine, one, Action.JOIN, 0)
    now = desk(engine, one)
    with writing(engine) as connection:
        curation.withdraw(connection, now.id_of(now.in_force[0]), who="Ada", why="wrong")
    with pytest.raises(LibraryError, match="withdrawn for good"):
        agree(engine, one)
    with pytest.raises(LibraryError, match="withdrawn for good"):
        do(engine, one, Action.SPLIT, 0, at=TWO)


def test_claims_that_were_let_pass_stay_so_and_others_are_looked_for_anew(engine: Engine) -> None:
    cure = "Ketamine cures depression in every patient. It has no side effects at all, and it works forever."
    document = Document(Attributes(title="Promise"), tuple(Block(BlockKind.PARAGRAPH, text) for text in (cure, GEESE)))
    with writing(engine) as connection:
        one = take_in(connection, document, file_name="b.txt", who="Kim")
    do(engine, one, Action.SPLIT, 0, at=cure.index("It has"))
    now = desk(engine, one)
    with writing(engine) as connection:
        curation.accept_claims(connection, now.id_of(now.cut[0]), who="Ada", why="checked")
        curation.approve(connection, one.article_id, one.revision, who="Noor", why="")
        assert len(curation.flagged(connection)) == 1
    do(engine, one, Action.JOIN, 0)
    agree(engine, one)
    with reading(engine) as connection:
        assert len(curation.flagged(connection)) == 1
    undo(engine, one)
    agree(engine, one)
    with reading(engine) as connection:
        assert [passage.text for passage in approved_passages(connection)] == [
            "Ketamine cures depression in every patient."
        ]


def test_a_caveat_goes_with_its_passage_through_every_cut(engine: Engine) -> None:
    one = approved(engine)
    old = desk(engine, one)
    geese, however, cranes = (old.id_of(span) for span in old.cut)
    with writing(engine) as connection:
        pairs.bind(connection, cranes, geese, who="Ada", why="it depends")
    do(engine, one, Action.SPLIT, 0, at=TWO)
    do(engine, one, Action.SPLIT, 3, at=TWO + 1)
    agree(engine, one)
    new = desk(engine, one)
    first, second, _, *birds = (new.id_of(span) for span in new.cut)
    with reading(engine) as connection:
        now = read_companions(connection, [new.id_of(span) for span in new.cut], withdrawn_passages(connection))
        before = read_companions(connection, [geese, however, cranes], withdrawn_passages(connection))
    # The rule finds "However" after the second half; both halves of the bound pair travel whole.
    assert [caveat.passage_id for caveat in now.caveats[second]] == [however]
    assert {id_: [c.passage_id for c in now.caveats[id_]][:2] for id_ in birds} == {
        id_: [first, second] for id_ in birds
    }
    # An edition from before the split shows what it holds as it holds it.
    assert [caveat.passage_id for caveat in before.caveats[geese]] == [however]
    assert [caveat.passage_id for caveat in before.caveats[cranes]] == [geese, however]


def test_a_warning_goes_with_its_words_through_every_cut(engine: Engine) -> None:
    one = approved(engine)
    old = desk(engine, one)
    geese, however, cranes = (old.id_of(span) for span in old.cut)
    with writing(engine) as connection:
        warn(connection, geese, "About wild geese only.", who="Ada", why="tame ones stay")
    do(engine, one, Action.SPLIT, 0, at=TWO)
    agree(engine, one)
    new = desk(engine, one)
    first, second, *others = (new.id_of(span) for span in new.cut)
    with reading(engine) as connection:
        now = read_companions(connection, [first, second, *others], withdrawn_passages(connection))
        before = read_companions(connection, [geese, however, cranes], withdrawn_passages(connection))
    assert dict(now.warnings) == dict.fromkeys((first, second), ("About wild geese only.",))
    assert dict(before.warnings) == {geese: ("About wild geese only.",)}


def test_phrasings_go_with_the_words_and_are_listed_with_who(engine: Engine) -> None:
    one = approved(engine)
    old = desk(engine, one)
    with writing(engine) as connection:
        add_phrasing(connection, old.id_of(old.cut[0]), "  where do  the honkers go? ", who="Kim")
        for wrong in ("Where do the honkers GO?", " ", "x" * 201):
            with pytest.raises(LibraryError):
                add_phrasing(connection, old.id_of(old.cut[0]), wrong, who="Kim")
    do(engine, one, Action.SPLIT, 0, at=TWO)
    agree(engine, one)
    new = desk(engine, one)
    with reading(engine) as connection:
        [listed] = phrasings_of(connection, [new.id_of(new.cut[1])])
        with_them = with_phrasings(connection, approved_passages(connection))
    assert (listed.words, listed.who) == ("where do the honkers go?", "Kim")
    assert [passage.phrasings for passage in with_them] == [(listed.words,), (listed.words,), (), ()]
    with writing(engine) as connection:
        take_phrasing_away(connection, listed.id, who="Noor")
        assert phrasings_of(connection, [new.id_of(new.cut[1])]) == []
        with pytest.raises(LibraryError, match="already"):
            take_phrasing_away(connection, listed.id, who="Noor")


def test_an_article_that_nobody_has_reviewed_for_three_years_is_shown_no_longer(engine: Engine) -> None:
    one = approved(engine)
    today = date.today()
    with reading(engine) as connection:
        row = connection.execute(sa.select(schema.articles.c.last_review, schema.articles.c.review_by)).one()
        assert tuple(row) == (today, months_from(today, 12))
        assert withdrawn_passages(connection) == frozenset()
    for years, hidden in ((3, False), (4, True)):
        long_ago = months_from(today, -12 * years)
        with writing(engine) as connection:
            curation.review(connection, one.article_id, long_ago, who="Ada", why="")
            assert bool(withdrawn_passages(connection)) == hidden
    with writing(engine) as connection:
        curation.review(connection, one.article_id, today, who="Ada", why="still right")
        assert withdrawn_passages(connection) == frozenset()
