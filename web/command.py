"""The `wellcited` command. Each command says what it does with an example; a failure says what to do next."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec.structs import replace
from sqlalchemy.engine import Engine

from sources.article import Attributes
from web.carrying import export_library, import_library
from web.console import Output, Who, Why, complain, me, opened, person_named, progress, say
from web.erasing import erase
from web.evaluating import evaluate
from web.log import log_app
from web.pairs import caveat_app, differences_app, passages, say_blocked
from web.replaying import replay
from web.serve import command_line, serve
from web.settings import SETTINGS
from web.staff.linking import link

app = command_line()
app.add_typer(log_app, name="log")
app.add_typer(caveat_app, name="caveat")
app.add_typer(differences_app, name="differences")
app.command()(passages)
app.command()(evaluate)
app.command()(erase)
app.command()(replay)
app.command()(serve)
app.command()(link)
app.command()(export_library)
app.command()(import_library)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files: .txt .md .html .docx .pdf .jsonl")],
    title: Annotated[str | None, typer.Option(help="Title, where the file does not say.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Publisher.")] = None,
    author: Annotated[str | None, typer.Option(help="Author.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the article is published.")] = None,
    published: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of publication.")] = None,
    reviewed: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of the last review.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence.")] = None,
    sells_treatment: Annotated[
        bool | None, typer.Option(help="Whether the publisher sells the treatment it describes.")
    ] = None,
    funding: Annotated[str | None, typer.Option(help="Who paid for the article.")] = None,
    article: Annotated[str | None, typer.Option(help="Id of the article that this is a new revision of.")] = None,
    who: Who = "",
) -> None:
    """Bring articles in as drafts, cleaned and split, and say what was left out.

    Example: wellcited import leaflets/*.pdf --publisher "City Clinic"
    """
    given = Attributes(
        title=title, publisher=publisher, author=author, url=url, published=_day(published), reviewed=_day(reviewed),
        licence=licence, sells_treatment=sells_treatment, funding=funding,
    )  # fmt: skip
    if len(files) > 1 and (title or url or article):
        raise typer.BadParameter("--title, --url and --article name one article; give one file with them.")
    with opened() as (_, engine):
        person = person_named(engine, who)
        failed = _import_files(engine, files, given, who or me(), article, ask=sys.stdin.isatty(), person=person)
    if failed:
        others = "; the others are there as drafts" if failed < len(files) else ""
        complain.print(f"{failed} of {len(files)} files brought nothing in{others}.")
        raise typer.Exit(1)
    say.print('Next: read what was left out (wellcited cleaning), then wellcited approve --all --as "Your name"')


def _import_files(
    engine: Engine,
    files: list[Path],
    given: Attributes,
    who: str,
    article: str | None,
    *,
    ask: bool,
    person: str | None = None,
) -> int:
    from assistant.curate import import_document
    from sources.cleaning import clean
    from sources.library import LibraryError
    from sources.reading import ReadingError, read

    failed = 0
    with progress(Output(stderr=True)) as bar:
        task = bar.add_task("Importing", total=len(files))
        for path in files:
            try:
                documents = read(path)
                for document in documents:
                    stated = given
                    if ask and len(documents) == 1:
                        bar.stop()
                        missing = clean(document, given).missing
                        stated = asked_for(
                            given, missing, lambda what: typer.prompt(what, default="", show_default=False)
                        )
                        bar.start()
                    imported = import_document(
                        engine, document, file_name=path.name, who=who, given=stated, article_id=article, person=person
                    )
                    _say_imported(path, imported)
            except (ReadingError, LibraryError) as error:
                failed += 1
                complain.print(str(error), markup=False)
            bar.advance(task)
    return failed


def asked_for(given: Attributes, missing: Sequence[str], ask: Callable[[str], str]) -> Attributes:
    """Ask for attributes that an article's text does not give; an empty answer leaves one open.

    A date that is none is asked for again.
    """
    for name in missing:
        while words := ask(f"  {name} (not in the text; Enter to leave open)").strip():
            try:
                value: Any = date.fromisoformat(words) if name == "published" else words
                given = replace(given, **{name: value})
                break
            except ValueError:
                complain.print(f"  published: {words!r} is no date such as 2026-11-21.", markup=False)
    return given


def _say_imported(path: Path, imported: object) -> None:
    from sources.library import Imported

    assert isinstance(imported, Imported)
    cleaned = imported.cleaned
    say.print(
        f"{path.name}: {imported.status}: {cleaned.attributes.title} [{imported.article_id}], {imported.passages} passages, "
        f"{imported.flagged} with claims to look at, {len(cleaned.dropped)} blocks left out",
        markup=False,
    )
    if cleaned.missing:
        say.print(
            f"  not found in the text: {', '.join(cleaned.missing)} (give with --{cleaned.missing[0]} …)", markup=False
        )
    for remark in cleaned.remarks:
        say.print(f"  {remark}", markup=False)


@app.command()
def articles() -> None:
    """List the articles with their revisions and states.

    Example: wellcited articles
    """
    from rich.table import Table

    from sources.database import reading
    from sources.library import overview

    table = Table("article", "title", "publisher", "revision", "state", "passages")
    with opened() as (_, engine), reading(engine) as connection:
        for row in overview(connection):
            table.add_row(
                row.article_id,
                row.title,
                row.publisher or "not stated",
                row.revision[:12],
                row.state,
                str(row.passages),
            )
    say.print(table)


@app.command()
def cleaning(article: Annotated[str, typer.Argument(help="Id of the article.")]) -> None:
    """Show what was left out of an article's newest revision, and why.

    Example: wellcited cleaning what-ssris-are-1f2e3d4c
    """
    from rich.table import Table

    from sources.database import reading
    from sources.library import dropped_blocks, newest_revision

    table = Table("block", "reason", "text")
    with opened() as (_, engine), reading(engine) as connection:
        revision = newest_revision(connection, article)
        for one in dropped_blocks(connection, article, revision):
            table.add_row(str(one.ordinal), one.reason, one.text if len(one.text) < 80 else one.text[:79] + "…")
    say.print(table)
    say.print(f"Next: bring a block back with wellcited restore {article} BLOCK …", markup=False)


@app.command()
def restore(
    article: Annotated[str, typer.Argument(help="Id of the article.")],
    blocks: Annotated[list[int], typer.Argument(help="Numbers of the blocks, as `wellcited cleaning` shows them.")],
    who: Who = "",
) -> None:
    """Make a new draft of an article in which blocks that were left out are back.

    Example: wellcited restore what-ssris-are-1f2e3d4c 12 13
    """
    from assistant.curate import restore as bring_back
    from sources.database import reading
    from sources.library import newest_revision

    with opened() as (_, engine):
        with reading(engine) as connection:
            revision = newest_revision(connection, article)
        person = person_named(engine, who)
        imported = bring_back(engine, article, revision, blocks, who=who or me(), person=person)
    say.print(f"Revision {imported.revision[:12]} is a draft with {imported.passages} passages.")
    say.print('Next: wellcited approve --all --as "Your name"', markup=False)


@app.command()
def approve(
    articles: Annotated[list[str] | None, typer.Argument(help="Ids of articles.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Approve everything that waits.")] = False,
    accept_claims: Annotated[
        str | None, typer.Option(metavar="REASON", help="Let flagged claims pass, for this reason.")
    ] = None,
    who: Who = "",
    why: Why = "approved on the command line",
) -> None:
    """Approve drafts. Passages with flagged claims stay out unless they are let pass by name and reason.

    Whoever has an account for the staff pages cannot approve what they brought in themselves.

    Example: wellcited approve --all --as "Dr. Ada Ng" --accept-claims "checked against the labels"
    """
    from assistant.curate import approve as approve_revisions

    if all_ == bool(articles):
        raise typer.BadParameter("Name articles, or give --all for everything that waits.")
    if not who.strip():
        raise typer.BadParameter('An approval needs a name: --as "Your name".')
    if accept_claims is not None and not accept_claims.strip():
        raise typer.BadParameter("--accept-claims needs a reason; the log keeps it.")
    with opened() as (_, engine):
        person = person_named(engine, who)
        done = approve_revisions(
            engine, articles if not all_ else None, who=who, why=why, accept=accept_claims, person=person
        )
    for one in done.flagged:
        reasons = "; ".join(f"“{words}”: {reason}" for _, words, reason in one.claims)
        say.print(f"stays out: {one.passage_id} of {one.title}: {reasons}", markup=False)
    say.print(
        f"{done.approved} revisions approved, {done.accepted} flagged passages let pass, {len(done.flagged)} stay out."
    )
    say.print("Next: wellcited publish")


@app.command()
def publish(
    who: Who = "",
    why: Why = "published on the command line",
    override: Annotated[
        str | None, typer.Option(metavar="REASON", help="Publish although curated questions go wrong.")
    ] = None,
    rebuild: Annotated[bool, typer.Option(help="Encode everything anew, taking nothing over.")] = False,
) -> None:
    """Build an edition of all approved passages, check it, and make it live at once in every server.

    Example: wellcited publish --as "Sam Reed"
    """
    from assistant.policy import load_policy
    from assistant.publish import publish as publish_edition

    with opened() as (settings, engine), progress(Output(stderr=True)) as bar:
        task = bar.add_task("Reading", total=None)
        done = publish_edition(
            engine, settings.data, settings.model, load_policy(locale=settings.locale),
            who=who or me(), why=why, override=override, rebuild=rebuild, reads=settings.reads,
            on_step=lambda step: bar.update(task, description=step),
            on_progress=lambda n, total: bar.update(task, completed=n, total=total),
        )  # fmt: skip
    check = done.check
    say.print(
        f"Edition {done.edition[:12]} is live: {done.passages} passages, {done.encoded} texts encoded, {done.kept} taken over."
    )
    if check.to_answer:
        say.print(
            f"Curated questions: {check.answered} of {check.to_answer} answered in the first three passages, "
            f"{check.refused} of {check.to_refuse} refused."
        )
    say.print('Next: wellcited serve, or try one: wellcited ask "How fast does ketamine work?"')


@app.command()
def rollback(
    to: Annotated[str | None, typer.Argument(help="Start of an edition's digest; the one before if left out.")] = None,
    who: Who = "",
    why: Why = "rolled back on the command line",
) -> None:
    """Go back to one of the last five editions that were live.

    Example: wellcited rollback
    """
    from assistant.publish import roll_back

    with opened() as (_, engine):
        edition = roll_back(engine, to, who=who or me(), why=why)
    say.print(f"Edition {edition[:12]} is live again.")


@app.command()
def withdraw(passage: Annotated[str, typer.Argument(help="Id of the passage.")], why: Why, who: Who = "") -> None:
    """Take a passage from view at once, in every server and every past answer.

    Example: wellcited withdraw 3f2a… --why "outdated" --as "Dr. Ada Ng"
    """
    from assistant.answers import answers_with
    from assistant.curate import withdraw as take_away
    from sources.database import reading

    with opened() as (_, engine):
        take_away(engine, passage, who=who or me(), why=why)
        with reading(engine) as connection:
            shown = answers_with(connection, passage)
    say.print(f"Passage {passage} is withdrawn. {len(shown)} past answers had shown it.")
    for at, answer in shown:
        say.print(f"  {at} {answer}")


@app.command()
def starter(who: Who = "", publish_: Annotated[bool, typer.Option("--publish")] = False) -> None:
    """Bring in the starter library: sample articles and their questions, approved as samples.

    Example: wellcited starter
    """
    from assistant.curate import add_questions
    from assistant.curate import approve as approve_revisions
    from sources.starter_library import article_files, questions

    reason = "sample article, shown as not reviewed by a clinician"
    with opened() as (_, engine):
        if _import_files(engine, article_files(), Attributes(), who or me(), None, ask=False):
            raise typer.Exit(1)
        count = add_questions(engine, questions(), who=who or me(), why=reason)
        approve_revisions(engine, _starter_ids(engine), who=who or me(), why=reason, accept=reason)
    say.print(f"The starter library is in, with {count} questions.")
    if publish_:
        publish(who=who)
    else:
        say.print("Next: wellcited publish")


def _starter_ids(engine: Engine) -> list[str]:
    from sources.database import reading
    from sources.library import sample_articles

    with reading(engine) as connection:
        return sample_articles(connection)


@app.command()
def ask(question: Annotated[str, typer.Argument(help="The question.")]) -> None:
    """Ask a question as a visitor would, and record the answer.

    Example: wellcited ask "How fast does ketamine work?"
    """
    from web.installation import installation

    with opened() as (settings, engine), installation(settings, engine) as assistant:
        answer = assistant.answer(question)
    for notice in answer.notices:
        say.print(f"[{notice.kind}] {notice.text}\n", markup=False)
    for passage in answer.passages:
        source = passage.source.attributes
        seller = " (published by a clinic that offers this treatment)" if source.sells_treatment else ""
        for warning in passage.warnings:
            say.print(warning, markup=False, style="yellow")
        say.print(f"“{passage.text}”", markup=False)
        dated = source.published.isoformat() if source.published else "date not stated"
        line = f"— {source.title}, {source.publisher or 'publisher not stated'}, {dated}{seller}"
        say.print(f"{line} {source.url or ''}\n", markup=False, style="dim")
    for suggestion in answer.suggestions:
        say.print(f"You could ask: {suggestion}", markup=False)
    say.print(answer.disclaimer, markup=False, style="dim")
    say.print(
        f"Outcome {answer.outcome}, answer {answer.id}. Check it with: wellcited verify-answer {answer.id}", style="dim"
    )


@app.command("verify-answer")
def verify_answer(answer: Annotated[str, typer.Argument(help="Id of the answer.")]) -> None:
    """Check an answer word for word: its place in the log, its edition, and every quote, in the steps visitors see.

    Example: wellcited verify-answer 0a1b2c…
    """
    from assistant.answers import verify_answer as check
    from sources.database import reading

    with opened() as (settings, engine), reading(engine) as connection:
        findings = check(connection, settings.data, answer)
    for finding in findings:
        say.print(("pass  " if finding.passed else "FAIL  ") + finding.what, markup=False)
        for more in filter(None, (finding.detail, finding.hint)):
            say.print(f"      {more}", markup=False, style="dim")
    if not all(finding.passed for finding in findings):
        raise typer.Exit(1)


@app.command()
def feedback(json_: Annotated[bool, typer.Option("--json", help="Print it for a program.")] = False) -> None:
    """List what visitors said of answers, newest first, with the question, the passages and the reason.

    Example: wellcited feedback
    """
    from assistant.feedback import all_given
    from sources.database import reading

    with opened() as (_, engine), reading(engine) as connection:
        given = all_given(connection)
    if json_:
        sys.stdout.write(json.dumps([one.public() for one in given], indent=1) + "\n")
        return
    for one in given:
        say.print(_said_of(one.public()), markup=False)
    counted = f"{len(given)} answers have feedback" if len(given) != 1 else "1 answer has feedback"
    say.print(f"{counted}. Look at one with: wellcited verify-answer ANSWER")


def _said_of(one: Mapping[str, Any]) -> str:
    """Put a feedback into lines."""
    reason = f", {one['reason'].replace('_', ' ')}" if one["reason"] else ""
    lines = [
        f"{one['at']}  {'helped' if one['helpful'] else 'did not help'}{reason}",
        f"  answer {one['answer']} ({one['outcome']}), edition {one['edition'][:12] or 'none'}",
        f"  asked: {_printable(one['question'] or '(erased)')}",
        *(f"  shown: {passage['id']} of {passage['article']['title']}" for passage in one["passages"]),
        *([f"  in their words: {_printable(one['words'])}"] if one["words"] else []),
    ]
    return "\n".join(lines) + "\n"


def _printable(words: str) -> str:
    """Return a visitor's words on one line, without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in words)


@app.command()
def status() -> None:
    """Show the settings, the database, the live edition and what one can go back to.

    Example: wellcited status
    """
    from rich.table import Table

    from index import publishing
    from index.desk import editions_folder
    from index.edition import open_edition
    from sources.database import reading

    with opened() as (settings, engine), reading(engine) as connection:
        table = Table("setting", "value", "what it is for")
        for setting in SETTINGS:
            table.add_row(setting.name, os.environ.get(setting.name) or setting.default or "(empty)", setting.help)
        say.print(table)
        say.print(f"Database: {engine.dialect.name} {_version(engine)}")
        live = publishing.live(connection)
        if live is None:
            say.print("Nothing is published. Next: wellcited starter, or wellcited import FILE…")
            return
        edition = open_edition(editions_folder(settings.data) / live.edition)
        choices = ", ".join(digest[:12] for digest in publishing.rollback_choices(connection)) or "none"
        say.print(
            f"Live since {live.at:%Y-%m-%d %H:%M} by {live.who}: edition {live.edition[:12]}, {len(edition.passages)} passages"
        )
        say.print(f"One can go back to: {choices}")
    say_blocked()


def _version(engine: Engine) -> str:
    return ".".join(str(part) for part in engine.dialect.server_version_info or ())


@app.command("demo-site")
def demo_site(
    site: Annotated[str, typer.Option(help="Where the assistant is served.")] = "http://127.0.0.1:8000",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for any free one.")] = 9000,
) -> None:
    """Serve a made-up clinic's page that shows the assistant, as a website of its own.

    Example: wellcited demo-site --port 9000 --site http://127.0.0.1:8000
    """
    from web.demo_site import run_demo_site
    from web.embedding import SiteError, sites_of

    try:
        [origin] = sites_of(site)
    except (SiteError, ValueError) as error:
        raise typer.BadParameter(str(error) if isinstance(error, SiteError) else "Give one address.") from None
    run_demo_site(origin, port)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
