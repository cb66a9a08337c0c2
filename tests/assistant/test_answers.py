"""Checking a quote works everything out again, finds whatever was tampered with, and says which step failed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from assistant import curate, schema
from assistant.answer import Answer
from assistant.answers import Finding, showing_now, verify_answer, verify_quotation
from index.desk import editions_folder
from sources import schema as library
from sources.database import reading, writing
from sources.library import LibraryError
from tests.assistant.test_publish import BRIDGES, GEESE, assistant_over, folder, go_live, put_in
from tests.conftest import unguarded

__all__ = ["folder"]


@dataclass(frozen=True)
class Given:
    """A published library and an answer that quotes from it."""

    engine: Engine
    folder: Path
    answer: Answer

    @property
    def passage_id(self) -> str:
        return self.answer.passages[0].passage_id

    @property
    def revision(self) -> str:
        return self.answer.passages[0].source.revision

    @property
    def edition(self) -> Path:
        return editions_folder(self.folder) / self.answer.edition

    def failed(self) -> list[str]:
        """The first words of each step that failed, the same for a visitor and for an auditor."""
        with reading(self.engine) as connection:
            showing = showing_now(connection, self.folder)
            one = verify_quotation(connection, self.folder, self.answer.id, self.passage_id, showing)
            all_ = verify_answer(connection, self.folder, self.answer.id)
        assert one is not None
        assert [finding.what for finding in one] == [finding.what for finding in all_]
        return [finding.what for finding in one if not finding.passed]

    def write(self, statement: sa.Executable) -> None:
        with writing(self.engine) as connection:
            unguarded(connection)
            assert connection.execute(statement).rowcount == 1


@pytest.fixture
def given(engine: Engine, folder: Path) -> Given:
    put_in(engine, "Geese", GEESE)
    go_live(engine, folder)
    assistant, _, recorder = assistant_over(engine, folder)
    answer = assistant.answer("Do geese rest on lakes along the way?")
    recorder.close()
    return Given(engine, folder, answer)


def test_a_genuine_quote_passes_every_step_in_plain_words(given: Given) -> None:
    assert given.failed() == []
    with reading(given.engine) as connection:
        findings = verify_answer(connection, given.folder, given.answer.id)
    assert [finding.what.split(".")[0] for finding in findings] == [
        "The answer is exactly the one that was written to our log before it was shown",
        "The edition of the library that was quoted from is stored as it was published",
        "The article’s text was not changed: its fingerprint (SHA-256), worked out again just now, is its name",
        "The words shown are those that stand there in the article’s text, letter for letter",
        "The passage is still approved, and visitors are shown it today",
    ]
    assert findings[2].detail == given.revision


def other_words(given: Given) -> None:
    r = library.revisions
    given.write(r.update().values(text=sa.func.replace(r.c.text, "lakes", "roofs")))


def no_text(given: Given) -> None:
    p, r = library.passages, library.revisions
    with writing(given.engine) as connection:
        connection.execute(p.delete())
        connection.execute(library.dropped.delete())
        connection.execute(r.delete())


def another_answer(given: Given) -> None:
    a = schema.answers
    given.write(a.update().values(body=sa.func.replace(a.c.body, "lakes", "roofs")))


def another_span(given: Given) -> None:
    body = json.loads(json.dumps(dict(given.answer.stored())))
    body["passages"][0] |= {"start": 5, "text": GEESE[5:]}
    given.write(schema.answers.update().values(body=json.dumps(body)))


def no_json(given: Given) -> None:
    given.write(schema.answers.update().values(body="{"))


def another_entry(given: Given) -> None:
    table = schema.log
    given.write(table.update().where(table.c.kind == "answer").values(at="2020-01-01T00:00:00.000+00:00"))


def edition_bytes(given: Given) -> None:
    file = given.edition / "revisions.json"
    content = file.read_bytes()
    file.write_bytes(content.replace(b"lakes", b"roofs"))


def edition_and_its_manifest(given: Given) -> None:
    """Somebody who changes the words and the digest that the manifest gives of them."""
    from hashlib import sha256

    file, manifest = given.edition / "revisions.json", given.edition / "manifest.json"
    before = sha256(file.read_bytes()).hexdigest()
    edition_bytes(given)
    manifest.write_text(manifest.read_text().replace(before, sha256(file.read_bytes()).hexdigest()))


def no_edition(given: Given) -> None:
    shutil.rmtree(given.edition)
    with writing(given.engine) as connection:
        connection.execute(sa.text("DELETE FROM edition_files"))


def withdrawn(given: Given) -> None:
    curate.withdraw(given.engine, given.passage_id, who="Noor", why="outdated")


def newer_text(given: Given) -> None:
    put_in(given.engine, "Geese", GEESE.replace("autumn", "the fall"))


def not_live(given: Given) -> None:
    put_in(given.engine, "Bridges", BRIDGES)
    edition = go_live(given.engine, given.folder)
    live = editions_folder(given.folder) / edition / "passages.json"
    live.write_bytes(b"{}")


TAMPERED: list[tuple[Callable[[Given], None], list[str]]] = [
    (other_words, ["The article’s text was changed", "The words shown are not those"]),
    (another_answer, ["The answer is not the one", "The words shown are not those"]),
    (another_span, ["The answer is not the one", "The words shown are not those"]),
    (another_entry, ["The answer is not the one"]),
    (edition_bytes, ["The edition of the library"]),
    (edition_and_its_manifest, ["The edition of the library", "The passage is approved, but"]),
    (no_edition, ["The edition of the library", "The passage is approved, but"]),
    (withdrawn, ["The passage is no longer approved"]),
    (newer_text, ["The passage is no longer approved"]),
    (not_live, ["The passage is approved, but"]),
]


@pytest.mark.parametrize(("tamper", "said"), TAMPERED, ids=[one.__name__ for one, _ in TAMPERED])
def test_what_was_tampered_with_is_found_and_named(
    given: Given, tamper: Callable[[Given], None], said: list[str]
) -> None:
    tamper(given)
    failed = given.failed()
    assert len(failed) == len(said), failed
    assert [what.startswith(first) for what, first in zip(failed, said, strict=True)] == [True] * len(said), failed


def test_a_text_that_is_gone_is_said_to_be_gone(given: Given) -> None:
    no_text(given)
    assert any(what.startswith("The article’s text is no longer stored") for what in given.failed())


def test_an_answer_that_cannot_be_read_is_a_finding_and_no_failure_of_ours(given: Given) -> None:
    no_json(given)
    with reading(given.engine) as connection:
        (finding,) = verify_answer(connection, given.folder, given.answer.id)
    assert not finding.passed


def test_only_what_may_change_by_itself_is_marked_so(given: Given) -> None:
    withdrawn(given)
    with reading(given.engine) as connection:
        findings = verify_answer(connection, given.folder, given.answer.id)
    assert [finding.current for finding in findings if not finding.passed] == [True]
    assert [finding.current for finding in findings].count(True) == 1


def test_a_machine_without_the_edition_on_its_disk_checks_against_the_database(given: Given) -> None:
    if given.engine.dialect.name != "postgresql":
        pytest.skip("only there are editions kept in the database")
    shutil.rmtree(given.folder / "editions")
    assert given.failed() == []
    assert not (given.folder / "editions").exists()


def test_what_was_not_quoted_cannot_be_checked(given: Given) -> None:
    with reading(given.engine) as connection:
        assert verify_quotation(connection, given.folder, given.answer.id, "0" * 24, ()) is None
        assert verify_quotation(connection, given.folder, "0" * 32, given.passage_id, ()) is None
        with pytest.raises(LibraryError, match="there is none of this id"):
            verify_answer(connection, given.folder, "0" * 32)


def test_a_finding_that_failed_tells_staff_where_to_look(given: Given) -> None:
    edition_bytes(given)
    with reading(given.engine) as connection:
        failed = [one for one in verify_answer(connection, given.folder, given.answer.id) if not one.passed]
    hints: list[Finding] = [one for one in failed if one.hint]
    assert "wellcited publish --rebuild" in hints[0].hint
