"""From a question to a recorded answer: `Assistant.answer` reads top to bottom as the seven steps."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy.engine import Engine

from assistant import conversation as conversations
from assistant.answer import Answer, Notice, Quotation
from assistant.circumstances import Circumstances, circumstances_of
from assistant.companions import accompanied, evidence, shows_difference
from assistant.comparison import look_up, side_by_side, wordings
from assistant.compose import choose
from assistant.conversation import Conversation
from assistant.gate import Judged, judge
from assistant.masking import Masked, mask
from assistant.outcome import Level, Outcome
from assistant.policy import Policy
from assistant.raising import Heard, Raiser, RaisingError, open_raiser, raised, to_hear
from assistant.recorder import OutdatedError, Record, Recorder, RecordError
from assistant.together import Steps, ToRead, together
from assistant.triage import Triage, triage_safely
from assistant.turns import Recalled
from index.desk import Desk, Library
from index.search import Asked, SearchResult
from sources.database import reading

_CANDIDATES_KEPT = 10
_SUGGESTIONS = 3
# Curated questions that a page offers while one types; more would make a list too large to be fetched for that.
_OFFERED = 400
# Between two curated questions that are tried in the background, so that visitors' questions come first: the pause is taken
# again when somebody asked meanwhile, up to so many times.
_PAUSE_SECONDS = 0.25
_MOST_PAUSES = 20
# Between two looks at whether another edition is live, whose curated questions are to be tried.
_LOOK_EVERY_SECONDS = 1.0
# How often a question is answered anew because the library was curated meanwhile; each look takes milliseconds.
_LOOKS_AGAIN = 5
# How long a card may wait for the log before it is shown all the same.
_CARD_PATIENCE_SECONDS = 1.0


class Question(Struct, frozen=True):
    """What a visitor asked, and the conversation it belongs to, if any; `forget_topic` drops what that was about.

    `triaged` is what the rules say of it, where they were asked before (`Assistant.triage`). Of a question that is asked
    once more, `masked` and `talk` are what it was masked to and the conversation as it stood then.
    """

    text: str
    conversation: str | None = None
    forget_topic: bool = False
    triaged: Triage | None = None
    masked: Masked | None = None
    talk: Conversation | None = None


class QuestionTooLongError(Exception):
    """A question over the limit that is no plea for help."""

    def __init__(self, characters: int, limit: int) -> None:
        super().__init__(f"question: {characters} characters, and the limit is {limit}. Please shorten it.")
        self.characters, self.limit = characters, limit


class Finding(Struct, frozen=True):
    """What steps 2 to 5 found, for composing and for the log; `masked` is the question as it is searched and stored."""

    recalled: Recalled
    masked: Masked
    judged: tuple[Judged, ...] = ()
    missing: tuple[str, ...] = ()
    passages: tuple[Quotation, ...] = ()
    suggestions: tuple[str, ...] = ()
    heard: Heard | None = None


class Offer(Struct, frozen=True):
    """Curated questions that get an answer, to be offered while one types.

    `key` names the edition and what was withdrawn of it; `whole` says whether all of its questions have been tried.
    """

    key: str
    questions: tuple[str, ...]
    whole: bool


class Assistant:
    """Answers questions from the live edition of one installation."""

    def __init__(self, engine: Engine, policy: Policy, desk: Desk, recorder: Recorder) -> None:
        self.policy = policy
        self.desk = desk
        self._engine = engine
        self._recorder = recorder
        self._raiser = self._opened_raiser()
        self._public_numbers = tuple(line.number for line in policy.helplines)
        # Whether a curated question gets an answer, by edition, withdrawn passages and question; a search each, once.
        self._answered: dict[tuple[str, frozenset[str], str], bool] = {}
        self._circumstances: tuple[Library | None, Circumstances] | None = None
        # How often visitors asked so far.
        self._asked = 0

    def _opened_raiser(self) -> Raiser | None:
        try:
            return open_raiser(self.policy.raising)
        except RaisingError as error:  # the rules decide alone, as they were written to
            self.desk.report(str(error))
            return None

    @property
    def listener(self) -> str | None:
        """Digest of the model that listens; None where the rules decide alone."""
        return self._raiser.digest if self._raiser else None

    def answer(self, question: str, conversation: str | None = None, *, forget_topic: bool = False) -> Answer:
        """Answer a question.

        Raises `QuestionTooLongError`, `LibraryUnavailableError` or `RecordError`. A crisis or emergency card is given
        even when it cannot be recorded: it quotes nothing, and a person in danger must not wait for a disk.
        """
        (answer,) = self.answer_together([Question(question, conversation, forget_topic)])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def answer_together(self, questions: Sequence[Question]) -> list[Answer | Exception]:
        """Answer questions that were asked at the same time, each as `answer` does, or say which error it met.

        They share what is cheaper together: one run of the encoder, and one transaction of the log.
        """
        self._asked += 1
        return together([self._steps(question) for question in questions], self._recorder)

    def triage(self, question: str) -> Triage:
        """Return what the rules say of a question: the first step, also for those who must know it before the others."""
        return triage_safely(question[: self.policy.limits.triaged_characters], self.policy.rules)

    def masked(self, question: str) -> Masked:
        """Return a question as it may be searched, stored and shown: without what tells who wrote it.

        If that fails, nothing of the question is left: a card is given all the same, and no word is stored unmasked.
        """
        try:
            return mask(question, self._public_numbers)
        except Exception:
            self.desk.report("a question could not be masked, so its words were not kept")
            return Masked("[words removed]", "", ("words",))

    def card_of(self, triaged: Triage) -> Notice:
        """Return the card for somebody whose words are urgent."""
        words = self.policy.wordings
        if triaged.level is Level.emergency:
            return Notice("emergency_card", words.emergency_card)
        return Notice("crisis_card", words.crisis_card_someone_else if triaged.someone_else else words.crisis_card)

    def _steps(self, asked: Question, looks: int = _LOOKS_AGAIN) -> Steps:
        """Answer a question in seven steps; at a `yield` it waits for what is done for several questions together.

        `looks` is how often it may begin again because the library was curated meanwhile.
        """
        # 1 triage: what is being asked, and is the person safe? Needs nothing but the rules.
        triaged = asked.triaged or self.triage(asked.text)
        if triaged.urgent:
            return self._card(asked, triaged)
        # A model may hear more danger than the rules did, never less; for most of what it hears it needs no library.
        listened = self._listened(asked.text)
        library = self.desk.library_if_any()
        screened = library is not None and self._screens(library, listened)
        heard = None if screened else self._heard(listened)
        triaged = raised(triaged, heard, self.policy.raising)
        if triaged.urgent:
            return self._card(asked, triaged, heard)
        if library is None:
            self._check_length(asked)
            library = self.desk.library()  # says why there is none
        # From here on the question is without what tells who wrote it; danger is heard in the words as they were written.
        masked = asked.masked or self.masked(asked.text)
        # 2 recall: the topic of the conversation
        from assistant.recall import recall

        talk = asked.talk or self._conversation(asked.conversation)
        recalled = recall(masked.searched, () if asked.forget_topic else talk.recent, self.policy.topics)
        # The encoder reads what is searched for (of a comparison, each side), and the question as it is written: by that
        # the model's screen can tell what need not be listened to. A text that is too long is only listened to.
        sides = () if self._too_long(asked) else tuple(wordings(recalled.text))
        read = yield ToRead(library, sides, listened if screened else ())
        if screened:
            heard = self._heard(listened, library, read[len(sides) :])
            triaged = raised(triaged, heard, self.policy.raising)
            if triaged.urgent:
                return self._card(asked, triaged, heard)
        self._check_length(asked)
        # 3 search: how near each passage is, as a whole, by sentence and word by word
        results = [library.found(one) for one in read[: len(sides)]]
        # 4 read the nearest, and 5 decide: one gate on the final evidence
        judged = side_by_side([judge(library, result, self.policy) for result in results])
        # 6 compose
        found = self._compose(library, Finding(recalled, masked, judged, results[0].missing), results[0], triaged)
        finding = replace(found, heard=heard)
        answer = self._answer(talk, triaged, finding, library.edition.digest)
        # 7 record, before anyone is shown anything
        try:
            yield self._record(answer, talk, triaged, finding, library, forgot=asked.forget_topic)
        except OutdatedError as error:
            # Something was withdrawn, or bound to a passage, a moment ago: the answer is found again without it.
            if not looks:
                raise RecordError("the library is being changed all the time, so the answer is not shown") from error
            self.desk.look()
            answer = yield from self._steps(asked, looks - 1)
        return answer

    def _too_long(self, asked: Question) -> bool:
        # What was taken out may be shorter than the words that say so: what was answered once is not too long.
        return asked.talk is None and len(asked.text) > self.policy.limits.question_characters

    def _check_length(self, asked: Question) -> None:
        """Say that a text is too long to be answered, now that no danger was found in it."""
        if self._too_long(asked):
            raise QuestionTooLongError(len(asked.text), self.policy.limits.question_characters)

    def _listened(self, question: str) -> tuple[str, ...]:
        """Return the texts in which the model is to listen, of as much of a question as the rules look at."""
        return to_hear(question[: self.policy.limits.triaged_characters]) if self._raiser is not None else ()

    def _screens(self, library: Library, listened: Sequence[str]) -> bool:
        """Whether the model's screen, by what the encoder of this library makes of them, decides what is listened to."""
        return self._raiser is not None and self._raiser.screens(listened, library.encoder.weights)

    def _heard(
        self, listened: Sequence[str], library: Library | None = None, read: Sequence[Asked] = ()
    ) -> Heard | None:
        if self._raiser is None:
            return None
        return self._raiser.hear(listened, library.encoder.weights if library else "", read)

    def prepare_suggestions(self, closing: threading.Event) -> None:
        """Find out which curated questions get an answer before a visitor waits for it; gives way to visitors.

        Goes on with every edition that becomes live, until `closing`.
        """
        import assistant.recall  # noqa: F401 - many patterns, that the first visitor need not wait for, nor the start

        prepared: Library | None = None
        while True:
            library = self.desk.library_if_any()
            if library is not None and library is not prepared and self._try_all(library, closing):
                prepared = library
            if closing.wait(_LOOK_EVERY_SECONDS):
                return

    def _try_all(self, library: Library, closing: threading.Event) -> bool:
        """Try every curated question; returns whether that came to its end while the edition was live."""
        # What was found out about others is of no use any more.
        kept = [(key, answers) for key, answers in list(self._answered.items()) if key == _key(library, key[2])]
        self._answered = dict(kept)
        for question in library.varied_questions():
            if self._rest(closing) or self.desk.library_if_any() is not library:
                return False
            self._answers(library, question)
        return True

    def _rest(self, closing: threading.Event) -> bool:
        """Pause until nobody asks for a moment, or for long enough; returns whether the server closes."""
        for _ in range(_MOST_PAUSES):
            before = self._asked
            if closing.wait(_PAUSE_SECONDS):
                return True
            if self._asked == before:
                break
        return False

    def offer(self) -> Offer:
        """Curated questions to be offered while one types, as far as they have been tried; none where search is gone."""
        library = self.desk.library_if_any()
        if library is None:
            return Offer("", (), whole=True)
        tried = [(one, self._answered.get(_key(library, one))) for one in library.varied_questions()[:_OFFERED]]
        return Offer(
            key=_offer_key(library),
            questions=tuple(one for one, answers in tried if answers),
            whole=all(answers is not None for _, answers in tried),
        )

    def offer_key(self) -> str:
        """The key of `offer`, which every page names; empty where search is gone."""
        library = self.desk.library_if_any()
        return _offer_key(library) if library else ""

    def starters(self, most: int) -> tuple[str, ...]:
        """Curated questions to begin with, which show what the library is about. Raises `LibraryUnavailableError`."""
        library = self.desk.library()
        return self._that_answer(library, library.varied_questions(), most)

    def _that_answer(self, library: Library, questions: Iterable[str], most: int) -> tuple[str, ...]:
        """Take the first so many of these questions that get an answer, and not a notice or a card, from the library."""
        return tuple(islice((one for one in questions if self._answers(library, one)), most))

    def _answers(self, library: Library, question: str) -> bool:
        key = _key(library, question)
        known = self._answered.get(key)
        if known is None:
            heard = self._raiser.hear_alone(self._listened(question), library) if self._raiser else None
            triaged = raised(self.triage(question), heard, self.policy.raising)
            calm = triaged.level is Level.ordinary and not triaged.mention
            known = calm and any(one.passed for one in look_up(library.for_curated_questions, question, self.policy))
            self._answered[key] = known
        return known

    def _compose(self, library: Library, finding: Finding, result: SearchResult, triaged: Triage) -> Finding:
        # All that pass: one that is shown with another anyway makes room for the next.
        chosen = [] if triaged.about_dose else choose(finding.judged, len(finding.judged))
        passages = accompanied(library, chosen, self.policy.limits.passages_shown, self.policy.wordings)
        near = [] if passages else library.near_questions(result.asked, 3 * _SUGGESTIONS)
        suggestions = self._that_answer(library, near, _SUGGESTIONS)
        if passages and triaged.level is Level.ordinary and not triaged.mention:
            from assistant.recall import settled

            first = passages[0]
            about = (first.text, *first.heading, first.source.attributes.title or "")
            finding = replace(finding, recalled=settled(finding.recalled, *about))
        return replace(finding, passages=passages, suggestions=suggestions)

    def _answer(self, talk: Conversation, triaged: Triage, finding: Finding, edition: str) -> Answer:
        outcome = Outcome.answered if finding.passages else Outcome.no_answer
        if triaged.level is Level.personal_advice:
            outcome = Outcome.personal_advice
        words = self.policy.wordings
        notices = []
        if triaged.mention or talk.crisis:
            notices.append(Notice("crisis_line", words.crisis_line))
        if triaged.level is Level.personal_advice:
            notices.append(Notice("personal_advice", words.personal_advice))
        if triaged.about_dose:
            notices.append(Notice("withheld_dose", words.withheld_dose))
        if finding.masked.kinds:
            notices.append(Notice("masked", words.masked))
        if shows_difference(finding.passages):
            notices.append(Notice("conflict", words.conflict))
        if outcome is Outcome.no_answer:
            notices.append(Notice("no_answer", words.no_answer))
        return Answer(
            id=conversations.new_id(),
            conversation=talk.id,
            outcome=outcome,
            topic=finding.recalled.topic,
            notices=tuple(notices),
            passages=finding.passages,
            suggestions=finding.suggestions,
            disclaimer=words.disclaimer,
            edition=edition,
            policy=self.policy.digest,
        )

    def _card(self, asked: Question, triaged: Triage, heard: Heard | None = None) -> Answer:
        words, notice = self.policy.wordings, self.card_of(triaged)
        outcome = Outcome.emergency if triaged.level is Level.emergency else Outcome.crisis
        talk = asked.talk or Conversation(asked.conversation or conversations.new_id())
        masked = asked.masked or self.masked(asked.text)
        # Below the card: whoever left a number must not wait for a call.
        also = (Notice("masked", words.masked),) if masked.kinds else ()
        answer = Answer(
            id=conversations.new_id(),
            conversation=talk.id,
            outcome=outcome,
            topic=None,
            notices=(notice, *also),
            passages=(),
            suggestions=(),
            disclaimer=words.disclaimer,
            edition="",
            policy=self.policy.digest,
        )
        try:
            talk, library = asked.talk or self._conversation(talk.id), self.desk.library_if_any()
            answer = replace(answer, conversation=talk.id, edition=library.edition.digest if library else "")
            record = self._record(answer, talk, triaged, Finding(Recalled(None, ""), masked, heard=heard), library)
            self._recorder.record([record], _CARD_PATIENCE_SECONDS)
        except Exception:  # the card must reach the person whatever else is broken; the desk reports the fault
            self.desk.report("a crisis or emergency card was shown but could not be recorded")
        return answer

    def _conversation(self, conversation: str | None) -> Conversation:
        if conversation is None:
            return Conversation(conversations.new_id())
        with reading(self._engine) as connection:
            return conversations.load(connection, conversation)

    def _record(
        self,
        answer: Answer,
        talk: Conversation,
        triaged: Triage,
        finding: Finding,
        library: Library | None,
        *,
        forgot: bool = False,
    ) -> Record:
        return Record(
            answer=answer,
            question=finding.masked.text,
            searched=finding.recalled.text,
            turn=talk.turns + 1,
            crisis=talk.crisis or answer.outcome is Outcome.crisis,
            evidence={**_evidence(triaged, finding), "forgot_topic": forgot},
            circumstances=self._under(library),
            curated=library.curated if library and answer.passages else None,
        )

    def _under(self, library: Library | None) -> Circumstances:
        """Return the circumstances of an answer; worked out once for a library."""
        known = self._circumstances
        if known is None or known[0] is not library:
            known = self._circumstances = library, circumstances_of(self.policy, library, self.listener)
        return known[1]


def _evidence(triaged: Triage, finding: Finding) -> dict[str, Any]:
    """Return the part of the log entry by which a clinician can follow how the answer came about."""
    return {
        "triage": {"level": triaged.level.value, "mention": triaged.mention, "rules": list(triaged.rules)},
        "heard": finding.heard and {name: _millionths(value) for name, value in asdict(finding.heard).items()},
        "topic": finding.recalled.topic,
        # How many words of the question the library does not have; not which, for the log cannot be erased.
        "missing_words": len(finding.missing),
        "shown": [passage.passage_id for passage in finding.passages],
        "companions": evidence(finding.passages),
        "candidates": [_kept(one) for one in finding.judged[:_CANDIDATES_KEPT]],
    }


def _offer_key(library: Library) -> str:
    edition = "\n".join([library.edition.digest, *sorted(library.hidden)])
    return hashlib.sha256(edition.encode()).hexdigest()[:16]


def _key(library: Library, question: str) -> tuple[str, frozenset[str], str]:
    return library.edition.digest, library.hidden, question


def _kept(one: Judged) -> dict[str, Any]:
    """Return a candidate for the log; its measurements in millionths, for a hash needs numbers that are written one way."""
    candidate = one.candidate
    return {
        "passage": candidate.listed.id,
        "passed": one.passed,
        "probability": _millionths(one.probability),
        "similarity": _millionths(candidate.similarity),
        "sentence_similarity": _millionths(candidate.sentence_similarity),
        "word_similarity": _millionths(candidate.word_similarity),
        "coverage": _millionths(candidate.coverage),
        "logit": None if one.logit is None else _millionths(one.logit),
        "contrast": one.contrast,
        "dense_rank": candidate.dense_rank,
        "lexical_rank": candidate.lexical_rank,
        "fused": _millionths(candidate.fused),
        **({"by_hand": True} if one.by_hand else {}),
    }


def _millionths(share: float) -> int:
    return round(share * 1_000_000)
