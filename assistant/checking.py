"""How an edition does on its curated questions, and which of them it gets wrong that the live one gets right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct

from assistant.comparison import look_up
from assistant.compose import choose
from assistant.expecting import Failure, expected, shortened
from assistant.policy import Policy
from index.desk import Library
from sources.questions import CuratedQuestion, Kind

# Shares of the curated questions an edition must get right; chosen below what the starter library reaches on the half
# of its questions that set no threshold, so that a fault shows and chance does not.
LEAST_RIGHT_IN_3 = 0.8
LEAST_REFUSED = 0.6


class Check(Struct, frozen=True):
    """How an edition did on the curated questions that concern it; `wrong` names those it got wrong.

    `lost` are measured questions that it gets wrong, whether or not it has a right passage. `failures` are questions that
    staff keep and that did not come out as expected, and measured ones that the live edition gets right; one of these
    is one too many.
    """

    answered: int
    to_answer: int
    refused: int
    to_refuse: int
    wrong: tuple[str, ...]
    lost: tuple[CuratedQuestion, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it did well enough to go live."""
        return self.enough and not self.failures

    @property
    def enough(self) -> bool:
        """Whether enough of the measured questions come out right."""
        return self.answered >= LEAST_RIGHT_IN_3 * self.to_answer and self.refused >= LEAST_REFUSED * self.to_refuse

    @property
    def failed(self) -> tuple[str, ...]:
        """Say how many of the questions that staff keep, and of those that came with the library, went wrong."""
        count = Counter(one.kept for one in self.failures)
        said = []
        if kept := count[True]:
            said.append(f"{kept} of the questions that staff keep {'comes' if kept == 1 else 'come'} out wrong.")
        if others := count[False]:
            said.append(
                f"{others} of the questions that came with the library {'is' if others == 1 else 'are'} answered rightly by "
                "the live edition, and would not be any more."
            )
        return tuple(said)


def check_questions(
    library: Library,
    questions: Sequence[CuratedQuestion],
    policy: Policy,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Check:
    """Ask an edition the curated questions it has a right passage for, and, where it has any, those to be refused.

    A passage that must not be shown today, such as one that nobody has reviewed for long, is no right one.
    """
    hidden = library.hidden - library.companions.blocked.keys()
    answerable = {one.question for one in library.edition.questions if one.passage_id not in hidden}
    measured = [one for one in questions if one.kind is None]
    to_answer = [one for one in measured if one.must_answer and one.question in answerable]
    gone = [one for one in measured if one.must_answer and one.question not in answerable]
    to_refuse = [one for one in measured if not one.must_answer] if to_answer else []
    asked = [*to_answer, *to_refuse]
    wrong = []
    for done, one in enumerate(asked, 1):
        if not _right(one, _shown(library, one.question, policy)):
            wrong.append(one)
        on_progress(done, len(asked))
    answered = len(to_answer) - sum(one.must_answer for one in wrong)
    return Check(
        answered=answered,
        to_answer=len(to_answer),
        refused=len(to_refuse) - sum(not one.must_answer for one in wrong),
        to_refuse=len(to_refuse),
        wrong=tuple(f"{'not in the first three' if one.must_answer else 'answered'}: {one.question}" for one in wrong),
        lost=(*wrong, *gone),
    )


def regressions(live: Library, new: Library, lost: Sequence[CuratedQuestion], policy: Policy) -> tuple[Failure, ...]:
    """Of questions that a new edition gets wrong, return those that the live one gets right, with what each shows."""
    found = []
    for one in lost:
        before = _shown(live, one.question, policy)
        if _right(one, before):
            now = _shown(new, one.question, policy)
            kind = Kind.MUST_ANSWER if one.must_answer else Kind.MUST_REFUSE
            what = Failure(one.question, kind, expected(one, kind), _told(one, before), _told(one, now), kept=False)
            found.append(what)
    return tuple(found)


def _right(question: CuratedQuestion, texts: Sequence[str]) -> bool:
    return any(map(question.answered_by, texts)) if question.must_answer else not texts


def _shown(library: Library, question: str, policy: Policy) -> list[str]:
    chosen = choose(look_up(library, question, policy), policy.limits.passages_shown)
    return [one.candidate.listed.passage.text for one, _ in chosen]


def _told(question: CuratedQuestion, texts: Sequence[str]) -> str:
    """Say in words which passages are shown: the right one with its place, or else the first."""
    if not texts:
        return "no passage"
    for place, text in enumerate(texts, 1):
        if question.must_answer and question.answered_by(text):
            return f"number {place} of {len(texts)}: “{shortened(text)}”"
    return f"“{shortened(texts[0])}”" + (f" and {len(texts) - 1} more" if len(texts) > 1 else "")
