"""`wellcited caveat` and `wellcited differences`: what belongs to a passage, and which sources do not say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from web.console import Who, Why, me, opened, say

if TYPE_CHECKING:
    from assistant.differing import Side
    from sources.pairs import Verdict

caveat_app = typer.Typer(
    help="Passages that must be shown with another one.\n\nExample: wellcited caveat list",
    no_args_is_help=True,
    rich_markup_mode=None,
)
differences_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)

PassageId = Annotated[str, typer.Argument(help="Id of the passage.")]
CaveatId = Annotated[str, typer.Argument(help="Id of the passage that must be shown with it.")]
DifferenceId = Annotated[str, typer.Argument(help="Id of the difference, as `wellcited differences` shows it.")]


def passages(article: Annotated[str, typer.Argument(help="Id of the article.")]) -> None:
    """List the passages of an article's newest revision with their ids.

    Example: wellcited passages what-ssris-are-1f2e3d4c
    """
    from rich.table import Table

    from sources.database import reading
    from sources.library import newest_revision
    from sources.pairs import passages_of

    table = Table("passage", "section", "may be shown", "text")
    with opened() as (_, engine), reading(engine) as connection:
        for one in passages_of(connection, article, newest_revision(connection, article)):
            table.add_row(one.id, " › ".join(one.heading), "yes" if one.shown else "no", _short(one.text))
    say.print(table)


@caveat_app.command("bind")
def bind(passage: PassageId, caveat: CaveatId, why: Why, who: Who = "") -> None:
    """Never show a passage without another one that qualifies it; works at once, in every server.

    Example: wellcited caveat bind 3f2a… 9c1b… --why "not for children" --as "Dr. Ada Ng"
    """
    from assistant.curate import bind_caveat

    with opened() as (_, engine):
        bind_caveat(engine, passage, caveat, who=who or me(), why=why)
        say.print(f"From now on passage {passage} is shown with {caveat}, or not at all.")
        _say_blocked(passage)


@caveat_app.command("release")
def release(passage: PassageId, caveat: CaveatId, why: Why, who: Who = "") -> None:
    """Let a passage be shown without its caveat: one that was bound, or one that a rule found.

    Example: wellcited caveat release 3f2a… 9c1b… --why "about something else" --as "Dr. Ada Ng"
    """
    from assistant.curate import release_caveat

    with opened() as (_, engine):
        release_caveat(engine, passage, caveat, who=who or me(), why=why)
    say.print(f"From now on passage {passage} is shown without {caveat}.")


@caveat_app.command("list")
def list_() -> None:
    """List caveats: found by a rule, bound by a curator, rejected by a curator; and what is not shown for lack of one.

    Example: wellcited caveat list
    """
    from rich.table import Table

    from index.companions import direct_caveats
    from sources.database import reading
    from sources.pairs import Tie, bindings, rule_found, texts_of

    table = Table("passage", "caveat", "why", "text of the passage", "text of the caveat")
    with opened() as (_, engine), reading(engine) as connection:
        found, decided = rule_found(connection), bindings(connection)
        rejected = [one for one in decided if one.tie is Tie.REJECTED]
        tied = [(one.of, one.passage_id, one.because) for one in direct_caveats(found, decided)]
        rows = [*tied, *((one.passage_id, one.caveat_id, "rejected by a curator") for one in rejected)]
        texts = texts_of(connection, {id_ for row in rows for id_ in row[:2]})
    for passage, caveat, because in rows:
        table.add_row(passage, caveat, because, _short(texts[passage]), _short(texts[caveat]))
    say.print(table)
    say.print("Where a rule is wrong: wellcited caveat release PASSAGE CAVEAT --why REASON", markup=False)
    say_blocked()


def say_blocked() -> None:
    """Say which passages of the live edition are not shown because a caveat of theirs cannot be."""
    for passage, caveat in _blocked().items():
        say.print(f"not shown: passage {passage}, because its caveat {caveat} cannot be shown", markup=False)


def _say_blocked(passage: str) -> None:
    caveat = _blocked().get(passage)
    if caveat:
        say.print(f"It is not shown now: {caveat} is withdrawn, not approved or not published.", markup=False)


def _blocked() -> Mapping[str, str]:
    from index import publishing
    from index.companions import read_companions
    from index.desk import editions_folder
    from index.edition import passage_ids
    from sources.database import reading
    from sources.library import withdrawn_passages

    with opened() as (settings, engine), reading(engine) as connection:
        live = publishing.live(connection)
        if live is None:
            return {}
        published = passage_ids(editions_folder(settings.data) / live.edition)
        return read_companions(connection, published, withdrawn_passages(connection)).blocked


@differences_app.callback()
def differences(context: typer.Context) -> None:
    """List sources that do not say the same: proposed, and what was decided about them.

    Example: wellcited differences
    """
    if context.invoked_subcommand is not None:
        return
    from assistant.differing import PROPOSED, listed
    from assistant.policy import load_policy
    from sources.database import reading

    with opened() as (_, engine), reading(engine) as connection:
        pairs = listed(connection, load_policy().topics)
    for pair in pairs:
        say.print(f"{pair.id}  {pair.state}: {pair.because}", markup=False, style="bold")
        for side in (pair.first, pair.second):
            say.print(f"  “{side.sentence}”\n    — {_source(side)}, passage {side.passage_id}", markup=False)
    waiting = sum(pair.state == PROPOSED for pair in pairs)
    say.print(f"{waiting} proposed, {len(pairs) - waiting} decided.")
    if waiting:
        say.print(
            'Next: wellcited differences confirm ID --as "Your name" --why REASON, or dismiss; '
            "visitors see both sides of what is confirmed.",
            markup=False,
        )


@differences_app.command("confirm")
def confirm(difference: DifferenceId, why: Why, who: Who = "") -> None:
    """Confirm that two sources differ: visitors see both side by side from now on, and neither is called right.

    Example: wellcited differences confirm 0a1b2c3d4e5f --as "Dr. Ada Ng" --why "both are current"
    """
    from sources.pairs import Verdict

    _settle(difference, Verdict.CONFIRMED, who, why)
    say.print(f"Difference {difference} is confirmed: whoever is shown one side is shown both.")


@differences_app.command("dismiss")
def dismiss(difference: DifferenceId, why: Why, who: Who = "") -> None:
    """Dismiss a difference: the sources do not contradict each other, or no visitor needs to see it.

    Example: wellcited differences dismiss 0a1b2c3d4e5f --as "Dr. Ada Ng" --why "about two medicines"
    """
    from sources.pairs import Verdict

    _settle(difference, Verdict.DISMISSED, who, why)
    say.print(f"Difference {difference} is dismissed.")


def _settle(difference: str, verdict: Verdict, who: str, why: str) -> None:
    from assistant.curate import settle_difference
    from assistant.differing import named
    from assistant.policy import load_policy
    from sources.database import reading

    with opened() as (_, engine):
        with reading(engine) as connection:
            decision = named(connection, load_policy().topics, difference)
        settle_difference(engine, decision, verdict, who=who or me(), why=why)


def _source(side: Side) -> str:
    if side.passage is None:
        return "no longer approved"
    attributes = side.passage.article.attributes
    return f"{attributes.title}, {attributes.publisher or 'publisher not stated'}"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) < 70 else plain[:69] + "…"
