"""A library of nothing but the passages that a labelled file brings along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from assistant.evaluation.labelled import OwnPassage
from index.building import build
from index.companions import NONE
from index.desk import Library
from index.edition import open_edition
from sources import canonical
from sources.article import Attributes
from sources.library import Article, Passage


def library_over(passages: Sequence[OwnPassage], live: Library, into: Path) -> Library:
    """Build an edition of these passages, each an article of its own; the models are those of the live library."""
    made = [_as_passage(n, one) for n, one in enumerate(passages)]
    texts = {one.revision: one.text for one in made}
    edition = open_edition(build(made, texts, live.encoder, into).folder)
    return replace(live, edition=edition, hidden=frozenset(), companions=NONE)


def _as_passage(n: int, own: OwnPassage) -> Passage:
    article = Article(f"passage-{n:05d}", Attributes())
    heading = (own.heading,) if own.heading else ()
    return Passage(f"{n:024x}", article, canonical.digest(own.text), 0, len(own.text), heading, own.text)
