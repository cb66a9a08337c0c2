"""Publishing: prepare the encoder if it is new, build the edition, ask it its curated questions, make it live.

The new edition is built and checked beside the live one; nothing changes for visitors until the last step, which is
one insert in the same transaction as its log entry.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine

from assistant import log
from assistant.checking import Check, check_questions, regressions
from assistant.expecting import Failure, failures
from assistant.policy import Policy
from index import publishing
from index.building import Built, build
from index.desk import (
    Library,
    editions_folder,
    encoders_folder,
    kept_readings,
    opened_edition,
    opened_encoder,
    opened_reader,
    with_companions,
)
from index.edition import Edition, EditionError, open_edition
from index.encoder import EncoderError, ExportedEncoder
from index.model import Model
from index.preparing import prepared_encoder
from index.publishing import Published
from index.reader import Reads, checked_digest
from index.readings import Rereader
from sources.database import reading, writing
from sources.library import (
    approved_passages,
    approved_texts,
    newest_change,
    superseded_passages,
    withdrawn_passages,
)
from sources.phrasings import with_phrasings
from sources.questions import CuratedQuestion, curated_questions, name_of


class PublishError(Exception):
    """A publish that was stopped; the live edition is unchanged. The message says why and what to do next."""


class CheckFailedError(PublishError):
    """A publish that was stopped because questions went wrong: too many curated ones, or one that staff keep."""

    def __init__(self, check: Check, reads: bool) -> None:
        super().__init__(_failed(check, reads))
        self.check = check


class Outcome(Struct, frozen=True):
    """What a publish did."""

    edition: str
    passages: int
    encoded: int
    kept: int
    check: Check
    changed: bool


def publish(
    engine: Engine,
    data: Path,
    model: Model,
    policy: Policy,
    *,
    who: str,
    why: str,
    override: str | None = None,
    rebuild: bool = False,
    reads: bool = True,
    on_step: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    within: Callable[[Connection, str, Check], None] = lambda connection, edition, check: None,
) -> Outcome:
    """Publish every approved passage.

    `within` is called in the transaction that makes the edition live, before it does; what it raises stops the publish,
    as does what `on_step` and `on_progress` raise. Whatever stops it, no file of the new edition is left.

    `reads` says whether passages are read before one is shown; `override` is the reason of someone who publishes
    although the questions went wrong or the gate was set for other models; `rebuild` takes nothing over from the live
    edition. Raises `PublishError`, `EncoderError`, `ReaderError`, `ModelError` or `EditionError`; then nothing changed.
    """
    ready = build_approved(
        engine, data, model, editions_folder(data), rebuild=rebuild, on_step=on_step, on_progress=on_progress
    )
    built, edition, live = ready.built, ready.edition, ready.live
    try:
        check = _checked(
            engine, data, ready, policy, reads=reads, override=override, on_step=on_step, on_progress=on_progress
        )  # fmt: skip
        on_step("Making it live")
        changed = live is None or live.edition != edition.digest
        _make_live(engine, data, built, edition, check, within, who=who, why=override or why)
    except BaseException:
        _leave_nothing(engine, built)
        raise
    return Outcome(edition.digest, len(edition.passages), built.encoded, built.kept, check, changed)


class Ready(Struct, frozen=True):
    """An edition of all that is approved, built and opened, and what it was built from.

    `curated` is the newest row of the history that it knows, `live` what was live when it was begun.
    """

    built: Built
    edition: Edition
    encoder: ExportedEncoder
    questions: tuple[CuratedQuestion, ...]
    curated: int
    live: Published | None


def build_approved(
    engine: Engine,
    data: Path,
    model: Model,
    into: Path,
    *,
    rebuild: bool = False,
    on_step: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Ready:
    """Build the edition of all that is approved into a folder and check its files. Raises as `publish` does."""
    with reading(engine) as connection:
        curated = newest_change(connection)
        passages = with_phrasings(connection, approved_passages(connection))
        texts = approved_texts(connection)
        questions, live = curated_questions(connection), publishing.live(connection)
    if not passages:
        raise PublishError(
            "there is no approved passage to publish. Import articles with `wellcited import FILE…` "
            "and approve them with `wellcited approve`."
        )
    on_step("Preparing the encoder")
    encoder = prepared_encoder(model, encoders_folder(data), lambda line: on_step(f"Preparing the encoder: {line}"))
    before = None if rebuild or live is None else editions_folder(data) / live.edition

    def build_from(before: Path | None) -> tuple[Built, Edition]:
        on_step("Encoding what is new")
        built = build(passages, texts, encoder, into, questions=questions, before=before, on_progress=on_progress)
        on_step("Checking the edition")
        return built, open_edition(built.folder)

    try:
        built, edition = build_from(before)
    except EditionError:
        built, edition = build_from(None)  # a part that was taken over is damaged
    return Ready(built, edition, encoder, tuple(questions), curated, live)


def _checked(
    engine: Engine,
    data: Path,
    ready: Ready,
    policy: Policy,
    *,
    reads: bool,
    override: str | None,
    on_step: Callable[[str], None],
    on_progress: Callable[[int, int], None],
) -> Check:
    """Ask a new edition its questions. Raises `PublishError` when it must not go live, unless somebody overrides that."""
    with reading(engine) as connection:
        # Opening the reader takes a third of a second, and where nothing will be asked it reads nothing.
        reader = Rereader(opened_reader(), kept_readings(data)) if reads and ready.questions else None
        library = Library(ready.edition, ready.encoder, withdrawn_passages(connection), reader)
        library = with_companions(connection, library)
    if ready.questions:
        on_step("Asking the questions")
    before = cache(lambda: _live_library(engine, data, ready, reader))
    check = check_questions(library, ready.questions, policy, on_progress)
    failed = failures(engine, data, policy, library, before, ready.questions)
    check = replace(check, failures=(*failed, *_regressed(engine, policy, library, before, check)))
    if not check.passed and not override:
        raise CheckFailedError(check, reads)
    if not override:
        _check_decisions(policy, ready.encoder.weights, checked_digest() if reads else None)
    return check


def _live_library(engine: Engine, data: Path, ready: Ready, reader: Reads | None) -> Library | None:
    """Open what is live as it was published, to say what it answered; None where nothing is live, or it cannot be opened.

    What was withdrawn since, or gave way to a newer text, is told too: that is the change that somebody looks for.
    """
    if ready.live is None:
        return None
    try:
        with reading(engine) as connection:
            edition = opened_edition(connection, data, ready.live.edition)
            encoder = opened_encoder(connection, data, edition, ready.encoder)
            library = Library(edition, encoder, frozenset(), reader)
            return with_companions(connection, library)
    except (EditionError, EncoderError, publishing.PublishingError):
        return None


def _regressed(
    engine: Engine, policy: Policy, new: Library, before: Callable[[], Library | None], check: Check
) -> tuple[Failure, ...]:
    """Of the measured questions that are wrong, return those that the live edition gets right.

    What was withdrawn is no right answer any more, on either side: whoever withdrew it meant that. A text that gave way to
    a newer one still is, and so is what is told.
    """
    live = before() if check.lost else None
    if live is None:
        return ()
    with reading(engine) as connection:
        hidden = withdrawn_passages(connection) - superseded_passages(connection)
    return regressions(replace(live, hidden=hidden), new, check.lost, policy)


def _leave_nothing(engine: Engine, built: Built) -> None:
    """Remove the files of an edition that did not go live, unless it is known from an earlier time."""
    with writing(engine) as connection:
        if not publishing.is_known(connection, built.folder.name):
            shutil.rmtree(built.folder, ignore_errors=True)


def _check_decisions(policy: Policy, weights: str, reader: str | None) -> None:
    """Raise `PublishError` when the policy's thresholds were set for other models than those in use."""
    void = [name for name, one in (("nearness", policy.nearness), ("gate", policy.gate)) if one.encoder != weights]
    if reader is not None and policy.gate.reader != reader:
        void.append("gate")
    if void:
        raise PublishError(
            f"the policy's {' and '.join(dict.fromkeys(void))} was set for another encoder or reader, so its threshold "
            "means nothing here. Set it with `python -m assistant.calibrate`, put what that prints into policy.toml, and "
            'publish again; or publish all the same with --override "REASON", which the log keeps.'
        )


def _failed(check: Check, reads: bool) -> str:
    end = 'publish all the same with --override "REASON", which the log keeps.'
    if check.enough:
        shown = "; ".join(
            f"{one.question} (expected {one.expected}; before {one.before}; now {one.now})"
            for one in check.failures[:5]
        )
        return f"{' '.join(check.failed)} {shown}. The live edition is unchanged. Mend the articles or the questions, or {end}"
    shown = "; ".join(check.wrong[:5])
    mend = "Mend the articles" if reads else "Publish with the reader (WELLCITED_READER=on), mend the articles"
    return (
        f"the new edition answers {check.answered} of {check.to_answer} curated questions in its first three passages and "
        f"refuses {check.refused} of {check.to_refuse}, which is too few ({shown}). The live edition is unchanged. "
        f"{mend}, or {end}"
    )


def _make_live(
    engine: Engine,
    data: Path,
    built: Built,
    edition: Edition,
    check: Check,
    within: Callable[[Connection, str, Check], None],
    *,
    who: str,
    why: str,
) -> None:
    with writing(engine) as connection:
        within(connection, edition.digest, check)
        if not built.folder.exists():
            raise PublishError("another publish of the same passages was stopped meanwhile. Publish again.")
        if connection.dialect.name == "postgresql":
            publishing.share_files(connection, built.folder)
            publishing.share_files(connection, encoders_folder(data) / edition.encoder)
        publishing.add_edition(connection, edition.digest, built.manifest)
        publishing.make_live(connection, edition.digest, who=who, why=why)
        body: dict[str, Any] = {
            "who": who,
            "why": why,
            "edition": edition.digest,
            "passages": len(edition.passages),
            "answered": check.answered,
            "to_answer": check.to_answer,
            "refused": check.refused,
            "to_refuse": check.to_refuse,
        }
        if check.failures:
            body["failed"] = [name_of(one.question) for one in check.failures]
        log.append(connection, [log.Entry("publish", body)])


def roll_back(engine: Engine, to: str | None, *, who: str, why: str) -> str:
    """Make an earlier edition live again and log it; returns its digest."""
    with writing(engine) as connection:
        edition = publishing.roll_back(connection, to, who=who, why=why)
        log.append(connection, [log.Entry("rollback", {"who": who, "why": why, "edition": edition})])
    return edition
