"""What the reader is shown at a time: one question, and windows that answer it or nearly do.

The windows are cut as they are when serving, by the same function. Those that do not answer are the honest ones: other
passages of the same subject, the passage itself without the sentences that answer, passages that a person named as
easily confused, and the nearest ones of other subjects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from index.reader import window
from index.training.material import Gold, Material, Piece, Question, Subject
from index.training.vectors import VectorStore

Vectors = NDArray[np.float32]
_NEAREST = 10
# How often a group is made the other way round, and how often a question is put in other words.
_TWINS = 0.35
# The reader has to do with short windows as well as with whole passages.
_MOST_WORDS = (45, 60, 80, 80)
_REWORDED = 0.75
_SAME_SUBJECT = 6


class Group(Struct, frozen=True):
    """Pairs of question and window that belong together; in the first `answering` of them the window answers."""

    pairs: tuple[tuple[str, str], ...]
    answering: int


class Groups:
    """Makes the groups of one source's questions."""

    def __init__(self, material: Material, questions: Sequence[Question], store: VectorStore, size: int = 6) -> None:
        self.questions = list(questions)
        self._material = material
        self._store = store
        self._size = size
        used = {one.subject for one in questions}
        self._places = [
            (key, n) for key, one in material.subjects.items() if key in used for n in range(len(one.pieces))
        ]
        every = [self._piece(place).text for place in self._places]
        store.add([*every, *texts_of(material, questions)])
        self._vectors = store.of(every)
        self._kinds = {(one.subject, gold.piece): one.kind for one in questions for gold in one.gold if one.kind}
        self._about: dict[str, list[Question]] = defaultdict(list)
        for one in questions:
            self._about[one.subject].append(one)

    def group(self, question: Question, random: Random) -> Group:
        """Return one group for a question; each time other windows, and another wording where there are several.

        Most groups are a question with its windows; some are a passage's window with questions it does not answer.
        """
        style = _Style(_heading(random), random.choice(_MOST_WORDS))
        asked, cutter = self._asked(question, style, random)
        subject = self._material.subjects[question.subject]
        answering = self._answering(question, subject, cutter, random)
        if answering and random.random() < _TWINS:
            twins = self._twins(question, subject, style, random)
            if twins:
                return Group(((asked, answering[0]), *twins[: self._size - 1]), 1)
        others = self._others(question, subject, cutter, random)
        kept = [one for one in dict.fromkeys(others) if one not in answering]
        windows = (*answering, *kept[: self._size - len(answering)])
        return Group(tuple((asked, one) for one in windows), len(answering))

    def _asked(self, question: Question, style: _Style, random: Random) -> tuple[str, _Cutter]:
        asked = question.text
        if question.wordings and random.random() < _REWORDED:
            asked = random.choice(question.wordings)
        return asked, _Cutter(self._store.of([asked])[0], self._store, style)

    def _twins(self, question: Question, subject: Subject, style: _Style, random: Random) -> list[tuple[str, str]]:
        """Other questions about the subject with the window of a passage that answers this one, but none of them."""
        piece = random.choice(question.gold).piece
        others = [one for one in self._about[question.subject] if piece not in {gold.piece for gold in one.gold}]
        random.shuffle(others)
        others.sort(key=lambda one: piece not in one.near)
        found = []
        for one in others[: self._size]:
            asked, cutter = self._asked(one, style, random)
            found.append((asked, cutter.window(subject, subject.pieces[piece])))
        return found

    def _piece(self, place: tuple[str, int]) -> Piece:
        return self._material.subjects[place[0]].pieces[place[1]]

    def _answering(self, question: Question, subject: Subject, cutter: _Cutter, random: Random) -> list[str]:
        if not question.gold:
            return []
        gold = random.choice(self._likeliest(question, subject, cutter.asked))
        own = subject.pieces[gold.piece]
        if not gold.spans:
            return [cutter.window(subject, own)]
        served = cutter.window(subject, own)
        holds = any(_plain(own.text[start:end]) in served for start, end in gold.spans)
        return [served if holds and random.random() < 0.8 else cutter.window(subject, own, favoured=gold.spans)]

    def _likeliest(self, question: Question, subject: Subject, asked: Vectors) -> list[Gold]:
        """Of an answer of several passages, the first and the two nearest to the question: not every part answers."""
        if len(question.gold) <= 2 or any(gold.spans for gold in question.gold):
            return list(question.gold)
        near = self._store.of(subject.pieces[gold.piece].text for gold in question.gold) @ asked
        best = sorted(range(len(near)), key=lambda n: -near[n])[:2]
        return [question.gold[n] for n in dict.fromkeys([0, *best])]

    def _others(self, question: Question, subject: Subject, cutter: _Cutter, random: Random) -> list[str]:
        found = [cutter.window(subject, subject.pieces[n]) for n in question.near]
        random.shuffle(found)
        found = found[:2]
        spanned = [gold for gold in question.gold if gold.spans]
        if spanned and random.random() < 0.6:
            gold = random.choice(spanned)
            rest = cutter.window(subject, subject.pieces[gold.piece], without=gold.spans)
            found += [rest] if rest else []
        found += self._same_subject(question, subject, cutter, random)[: 3 if question.gold else 4]
        return found + self._elsewhere(question, cutter, random)

    def _same_subject(self, question: Question, subject: Subject, cutter: _Cutter, random: Random) -> list[str]:
        answers = {gold.piece for gold in question.gold}
        left = [n for n in range(len(subject.pieces)) if n not in answers]
        if not left:
            return []
        near = self._store.of(subject.pieces[n].text for n in left) @ cutter.asked
        best = [left[n] for n in np.argsort(-near, kind="stable")[:_SAME_SUBJECT]]
        # The nearest of all is the one a search would show; it is nearly always read.
        chosen = best[:1] if random.random() < 0.7 else []
        chosen += random.sample(best, min(3, len(best)))
        return [cutter.window(subject, subject.pieces[n]) for n in dict.fromkeys(chosen)]

    def _elsewhere(self, question: Question, cutter: _Cutter, random: Random) -> list[str]:
        """Windows of other subjects: the nearest to the question, of its own kind first where kinds are known."""
        near = self._vectors @ cutter.asked
        order = np.argsort(-near, kind="stable")[: 20 * _NEAREST]
        places = [self._places[n] for n in order if self._places[n][0] != question.subject]
        same_kind = [place for place in places if question.kind and self._kinds.get(place) == question.kind]
        pool = (same_kind if same_kind and random.random() < 0.6 else places)[:_NEAREST]
        chosen = random.sample(pool, min(3, len(pool)))
        return [cutter.window(self._material.subjects[key], self._piece((key, n))) for key, n in chosen]


class _Style(Struct, frozen=True):
    """How a group's windows are cut: which heading, and how long."""

    heading: str
    most_words: int


class _Cutter:
    """Cuts windows for one asked question, all in one style."""

    def __init__(self, asked: Vectors, store: VectorStore, style: _Style) -> None:
        self.asked = asked
        self._store = store
        self._style = style

    def window(
        self,
        subject: Subject,
        own: Piece,
        favoured: Sequence[tuple[int, int]] = (),
        without: Sequence[tuple[int, int]] = (),
    ) -> str:
        """Cut a passage's window; around the `favoured` words, or of what is left `without` their sentences."""
        heading = heading_of(subject, own, self._style.heading)
        if without:
            kept = [own.text[a:b] for a, b in own.sentences if not any(a < end and start < b for start, end in without)]
            if not kept:
                return ""
            near = self._store.of(kept) @ self.asked
            return window(*_joined(kept, heading), near.tolist(), self._style.most_words)
        near = self._store.of(own.text[a:b] for a, b in own.sentences) @ self.asked
        similarities = [
            1.0 + near[n] if any(a < end and start < b for start, end in favoured) else float(near[n])
            for n, (a, b) in enumerate(own.sentences)
        ]
        return window(own.text, heading, own.sentences, similarities, self._style.most_words)


def _joined(sentences: Sequence[str], heading: str) -> tuple[str, str, list[tuple[int, int]]]:
    spans, at = [], 0
    for one in sentences:
        spans.append((at, at + len(one)))
        at += len(one) + 1
    return " ".join(sentences), heading, spans


def heading_of(subject: Subject, own: Piece, style: str) -> str:
    """Return what stands before a window: the title, the passage's own heading, both or nothing."""
    if style == "none":
        return ""
    if style == "title" or not own.heading:
        return subject.title
    return own.heading if style == "heading" else f"{subject.title}, {own.heading}"


def _heading(random: Random) -> str:
    return random.choices(("both", "title", "heading", "none"), (40, 20, 30, 10))[0]


def texts_of(material: Material, questions: Sequence[Question]) -> list[str]:
    """Return every text whose vector is needed to cut windows for these questions."""
    subjects = [material.subjects[key] for key in dict.fromkeys(one.subject for one in questions)]
    pieces = [own for subject in subjects for own in subject.pieces]
    asked = [text for one in questions for text in (one.text, *one.wordings)]
    return [*(own.text for own in pieces), *(own.text[a:b] for own in pieces for a, b in own.sentences), *asked]


def _plain(text: str) -> str:
    return " ".join(text.split())
