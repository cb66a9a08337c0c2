"""`wellcited replay`: give answers again, as they were given and as they would be today or under another policy."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import asdict

from web.console import complain, opened, progress, say

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from assistant.policy import Policy
    from assistant.replay import Report
    from web.settings import Settings

_DAY = ["%Y-%m-%d"]
_EXAMPLES = 3


def replay(
    answers: Annotated[list[str] | None, typer.Argument(help="Ids of answers.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=_DAY, help="All answers from this day on (UTC).")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="Up to and with this day; today if left out.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Another policy.toml, to see what it would change.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Another rules.toml, likewise.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what came of each answer as lines of JSON.")] = False,
) -> None:
    """Give answers again: exactly as they were given, and with today's library and policy. Nothing is recorded.

    Example: wellcited replay --since 2026-11-01 --policy new-policy.toml
    """
    if bool(answers) == (since is not None):
        raise typer.BadParameter("Name answers, or give --since DAY.")
    with opened() as (settings, engine):
        found = _replayed(settings, engine, _chosen(engine, answers, since, until), _policy(settings, policy, rules))
    if as_json:
        for one in found.answers:
            typer.echo(json.dumps(asdict(one), ensure_ascii=False))
    else:
        _say(found)
    if found.different:
        complain.print(
            f"{len(found.different)} answers do not come out as they were given: {', '.join(found.different[:_EXAMPLES])}. "
            "Check the log first: wellcited log verify"
        )
        raise typer.Exit(1)


def _chosen(engine: Engine, answers: list[str] | None, since: datetime | None, until: datetime | None) -> list[str]:
    from assistant.replay import answers_between
    from sources.database import reading

    if since is None:
        return answers or []
    end = (until or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    with reading(engine) as connection:
        return answers_between(connection, f"{since:%Y-%m-%d}", f"{end:%Y-%m-%d}")


def _policy(settings: Settings, policy: Path | None, rules: Path | None) -> Policy:
    from assistant.policy import load_policy

    words, patterns = (path.read_bytes() if path else None for path in (policy, rules))
    return load_policy(words, patterns, settings.locale)


def _replayed(settings: Settings, engine: Engine, answer_ids: list[str], policy: Policy) -> Report:
    from assistant.replay import Replayer, replay_all
    from index.desk import Desk

    desk = Desk(engine, settings.data, settings.reads)
    desk.look()
    desk.library()  # says what is missing before anything is begun
    with closing(Replayer(engine, settings.data, policy, desk)) as replayer, progress() as bar:
        task = bar.add_task("Giving answers again", total=len(answer_ids))
        return replay_all(engine, replayer, answer_ids, lambda: bar.advance(task))


def _say(found: Report) -> None:
    from assistant.replay import CHANGES

    say.print(f"{found.same} of {len(found.answers)} answers come out as they were given, byte for byte.")
    for why, count in found.untold.most_common():
        say.print(f"Of {count} it cannot be told: {why}.", markup=False)
    say.print(f"{found.unchanged} would be the same to a visitor today.")
    for change, ids in found.changed().items():
        shown = ", ".join(ids[:_EXAMPLES]) + (" …" if len(ids) > _EXAMPLES else "")
        say.print(f"  {len(ids)}: {CHANGES[change]} {shown}", markup=False)
