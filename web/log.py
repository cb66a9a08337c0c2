"""`wellcited log`: check it, sign it, write it out, prove that an answer is in it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from web.console import complain, opened, say

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from assistant.verifier import PublicKey

log_app = typer.Typer(help="The log of answers and changes.", no_args_is_help=True, rich_markup_mode=None)

Out = Annotated[Path | None, typer.Option("--out", help="File to write it to; without, it is printed.")]

_MOST_SAID = 20
_DAY = "%Y-%m-%d"
_UNSEEN = """\
What this cannot see: whether the newest entries were cut off (a rollback), or whether somebody with the key wrote the
whole log anew (a rewrite). For that, keep a checkpoint where nobody who can change this database can reach it:
    wellcited log checkpoint --out FILE        and later: wellcited log verify --checkpoint FILE"""


@log_app.command("verify")
def verify(
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint that was kept elsewhere.")] = None,
    key: Annotated[str | None, typer.Option(help="The key that signed it, as `wellcited log key` printed it.")] = None,
) -> None:
    """Check the whole log: nothing edited, removed or reordered, every answer as it was given, every checkpoint its own.

    Then every table that says again what the log says: a verdict or a state that was changed in it is named.

    Example: wellcited log verify --checkpoint /media/usb/checkpoint.txt
    """
    from assistant.verifier import read_key
    from sources.database import reading

    note = checkpoint.read_text(encoding="utf-8", errors="replace") if checkpoint else None
    keys = [read_key(key)] if key else []
    with opened() as (_, engine), reading(engine) as connection:
        whole = _verify_inside(connection) and _verify_beside(connection)
        same = _verify_outside(connection, note, keys) if note else True
    if not note:
        say.print(_UNSEEN, markup=False)
    if not (whole and same):
        raise typer.Exit(1)


def _verify_inside(connection: Connection) -> bool:
    import sqlalchemy as sa

    from assistant import log, schema

    try:
        head = log.verify(connection)
    except log.LogError as error:
        complain.print(str(error), markup=False)
        return False
    answers, checkpoints = (
        connection.scalar(sa.select(sa.func.count()).select_from(table))
        for table in (schema.answers, schema.checkpoints)
    )
    say.print(
        f"The log is whole: {head.seq} entries, each as it was written, none missing or moved; {answers} answers, each as it was "
        f"given; {checkpoints} signed checkpoints, each of this log. Root {head.root}."
    )
    return True


def _verify_beside(connection: Connection) -> bool:
    from assistant.beside import differing
    from web.staff.held import differing_people

    wrong = [*differing(connection), *differing_people(connection)]
    for one in wrong[:_MOST_SAID]:
        complain.print(one, markup=False)
    if len(wrong) > _MOST_SAID:
        complain.print(f"And {len(wrong) - _MOST_SAID:,} more.", markup=False)
    if not wrong:
        say.print(
            "What stands beside the log is as the log has it: verdicts, samples, actions, warnings, curation, publishing, "
            "gaps, feedback, erasures, accounts, and what answers are found by."
        )
    return not wrong


def _verify_outside(connection: Connection, note: str, keys: list[PublicKey]) -> bool:
    from assistant.proof import compare_with
    from assistant.verifier import VerifyError

    try:
        kept = compare_with(connection, note, keys)
    except VerifyError as error:
        complain.print(str(error), markup=False)
        return False
    say.print(
        f"The checkpoint from outside, over {kept.size} entries, is of this very log: since then nothing of those was cut off "
        "or written anew."
    )
    return True


@log_app.command("checkpoint")
def checkpoint(out: Out = None) -> None:
    """Sign the log as it stands, to be mailed, printed or written where nobody can reach it who can change the log.

    Example: wellcited log checkpoint --out /media/usb/checkpoint.txt
    """
    from assistant.signing import sign

    with opened() as (settings, engine):
        signed = sign(engine, settings.key_file)
    _give(signed.note, out, f"The checkpoint over {signed.size} entries is in {out}. Keep it away from this machine.")


@log_app.command("key")
def key() -> None:
    """Print the key that this installation's checkpoints are checked with; give it to whoever checks the log.

    Example: wellcited log key
    """
    from assistant.signing import public_key

    with opened() as (settings, engine):
        sys.stdout.write(f"{public_key(engine, settings.key_file)}\n")


@log_app.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", help="Folder for a bundle, file for the others; not there yet.")],
    format_: Annotated[
        str, typer.Option("--format", metavar="bundle|csv|jsonl|fhir", help="What to write.")
    ] = "bundle",
    with_questions: Annotated[
        bool, typer.Option("--with-questions", help="With the words of questions that were not erased.")
    ] = False,
    since: Annotated[datetime | None, typer.Option(formats=[_DAY], help="Only from this day on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(formats=[_DAY], help="Only up to and with this day.")] = None,
) -> None:
    """Write the log out up to a checkpoint signed now: to check elsewhere, for a spreadsheet, or as FHIR R4 AuditEvents.

    A part of it, by days, is held against the checkpoint too: the hashes of the rest are written out with it.

    Without --with-questions no words of visitors are in it. Example: wellcited log export --format csv --out log.csv
    """
    from assistant.exporting import Form, part_of
    from assistant.exporting import export as write_out
    from assistant.signing import sign
    from sources.database import reading

    if format_ not in list(Form):
        raise typer.BadParameter(f"--format: {format_} is none of {', '.join(Form)}.")
    with opened() as (settings, engine):
        signed = sign(engine, settings.key_file)
        with reading(engine) as connection:
            part = part_of(connection, signed, since and since.date(), until and until.date())
            write_out(connection, part, Form(format_), out, questions=with_questions)
    say.print(f"{part.end - part.start} entries are in {out}, under a checkpoint signed now.", markup=False)
    if format_ == Form.bundle:
        say.print(f"Anyone can check them: python {out / 'verify.py'} --key KEY", markup=False)


@log_app.command("prove")
def prove(answer: Annotated[str, typer.Argument(help="Id of the answer.")], out: Out = None) -> None:
    """Write a proof that an answer is in the log, under a checkpoint; any bundle's verify.py checks it.

    Example: wellcited log prove 0a1b2c… --out answer.tlog-proof
    """
    from assistant.proof import proof_of
    from assistant.signing import sign
    from sources.database import reading

    with opened() as (settings, engine):
        signed = sign(engine, settings.key_file)
        with reading(engine) as connection:
            proof = proof_of(connection, answer, signed) or ""
    _give(proof, out, f"The proof is in {out}. Check it with: python verify.py --proof {out} --key KEY")


def _give(text: str, out: Path | None, said: str) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    out.write_text(text, encoding="utf-8")
    say.print(said, markup=False)
