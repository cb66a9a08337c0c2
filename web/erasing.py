"""`wellcited erase`: the words of single questions, or of all that are older than a term."""

from __future__ import annotations

from typing import Annotated

import typer

from web.console import Who, complain, me, opened, say


def erase(
    answers: Annotated[list[str] | None, typer.Argument(help="Ids of answers whose question is to go.")] = None,
    older_than: Annotated[
        int | None,
        typer.Option(min=1, max=36_500, metavar="DAYS", help="Everything asked this many days ago or earlier."),
    ] = None,
    who: Who = "",
) -> None:
    """Erase the words of questions, and what was written about their answers; the log keeps that, and still verifies.

    Example: wellcited erase --older-than 90
    """
    if bool(answers) == (older_than is not None):
        raise typer.BadParameter("Name answers, or give --older-than DAYS.")
    if older_than is not None:
        _erase_older(older_than)
    else:
        _erase_questions(answers or [], who or me())


def _erase_older(days: int) -> None:
    from assistant.erasing import erase_older

    with opened() as (_, engine):
        done = erase_older(engine, days)
    say.print(f"The words of {done.questions} questions are erased, and of {done.feedback} feedbacks on others.")
    _say_journal(done.journal_too)


def _erase_questions(answers: list[str], who: str) -> None:
    from assistant.erasing import erase_question

    with opened() as (_, engine):
        done = {answer: erase_question(engine, answer, who) for answer in answers}
    for answer, one in done.items():
        if not one.found:
            complain.print(
                f"answer {answer}: there is none of this id, or its question was erased before.", markup=False
            )
    say.print(f"The words of {sum(one.found for one in done.values())} questions are erased.")
    _say_journal(all(one.journal_too for one in done.values()))
    if not all(one.found for one in done.values()):
        raise typer.Exit(1)


def _say_journal(gone: bool) -> None:
    say.print(
        "Copies of them stay in backups."
        + ("" if gone else " One stays in the database's own copies; a running server takes it out within the hour.")
    )
