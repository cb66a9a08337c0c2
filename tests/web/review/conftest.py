"""Answers that nobody gave, written as the assistant writes them, for pages and figures that only read what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import recorder
from assistant.answer import Answer, Notice, Quotation, Source
from assistant.circumstances import circumstances_of, keep
from assistant.outcome import Outcome
from assistant.policy import load_policy
from assistant.recorder import Record
from sources.article import Attributes
from sources.database import writing
from tests.web.staff.conftest import Browsing, site, somebody
from web.access import Role

OUTCOMES = (*Outcome, Outcome.answered, Outcome.answered, Outcome.answered)
POLICY = load_policy()
UNDER = circumstances_of(POLICY, None, None)


def record_of(n: int) -> Record:
    """Return answer number `n`: one in eight is a crisis, its passage is one of 97, and its probability one of 100."""
    outcome = OUTCOMES[n % len(OUTCOMES)]
    card = outcome in (Outcome.crisis, Outcome.emergency)
    shown = () if card or outcome is Outcome.no_answer else (_quotation(n % 97),)
    candidate: dict[str, Any] = {
        "passage": f"{n % 97:024x}", "passed": bool(shown), "probability": (n % 100) * 10_000, "similarity": 500_000,
        "sentence_similarity": 400_000, "word_similarity": 300_000, "coverage": 200_000, "logit": 100_000,
        "contrast": 0, "dense_rank": 1, "lexical_rank": None, "fused": 100_000,
    }  # fmt: skip
    answer = Answer(
        id=f"{n:032x}", conversation=f"{n // 2:032x}", outcome=outcome, topic=None,
        notices=(Notice("crisis_card", POLICY.wordings.crisis_card),) if card else (),
        passages=shown, suggestions=(), disclaimer=POLICY.wordings.disclaimer,
        edition="" if card else f"e{n % 3}" + 62 * "0", policy=POLICY.digest,
    )  # fmt: skip
    evidence = {
        "triage": {"level": "ordinary", "mention": False, "rules": ["self-harm"] if card else []},
        "candidates": [] if card else [candidate],
    }
    question = f"Question {n} about geese?"
    return Record(answer, question, question, n % 2 + 1, crisis=card, evidence=evidence, circumstances=UNDER)


def _quotation(n: int) -> Quotation:
    text = f"Passage {n} says that geese fly south in autumn."
    source = Source(f"article-{n % 10}", 64 * "a", Attributes(title=f"Geese, part {n % 10}", publisher="River Office"))
    return Quotation(f"{n:024x}", source, 0, len(text), text, (), (), ())


def fill(engine: Engine, count: int) -> None:
    """Write so many answers."""
    with writing(engine) as connection:
        keep(connection, [UNDER])
        recorder.write(connection, [record_of(n) for n in range(count)])


@pytest.fixture
def client(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """The application over 60 answers, with clinicians, on SQLite and on PostgreSQL."""
    fill(engine, 60)
    for name in ("ada", "bo", "cy"):
        somebody(engine, name, f"Dr. {name.title()}", Role.CLINICIAN)
    yield from site(tmp_path, database_url if database_url.startswith("postgresql") else "")


@pytest.fixture
def ada(client: TestClient) -> Browsing:
    """A clinician who has signed in."""
    return signed_in(client, "ada")


def signed_in(client: TestClient, name: str) -> Browsing:
    """Return somebody at a browser of their own."""
    browsing = Browsing(TestClient(client.app, raise_server_exceptions=False))
    browsing.sign_in(name)
    return browsing
