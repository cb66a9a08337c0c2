"""What the model that raises levels is taught: the messages of `triage_sets/train`, each with what it should say of them.

`tune` sets thresholds and stops nothing else; `report` is never read here.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from assistant.evaluation.disguises import DISGUISES, disguised
from assistant.evaluation.triaging import DANGER, Message, messages
from assistant.raising import COLUMNS, to_hear
from index.training.material import half_of
from index.training.reading import ARTICLES, read_written, read_xquad, rows
from index.training.sources import PUBLIC, training_questions

SEARCHES = 1200
EXCERPTS = 500
NOISE = 360
_DISGUISED = 0.25
# The share of messages that are shown among harmless ones, and how long that may get: as long as a text is heard whole.
_AMONG_OTHERS, _MOST_CHARACTERS = 0.15, 390
_ABOUT_ONESELF = re.compile(r"\b(?:i|im|ive|my|me|mine|we|our|us)\b", re.IGNORECASE)


def wanted(column: str, message: Message) -> bool | None:
    """Say whether a message belongs to a column; None if it must not teach that column anything."""
    danger = message.kind in DANGER
    urgent = danger or message.kind == "emergency"
    if column == "someone_else":
        return message.about == "someone_else" if danger else None
    if column == "crisis":
        # An emergency and a call for help may be the same message; it is found either way.
        return None if message.kind == "emergency" else danger or message.level == "crisis"
    if column == "emergency":
        return message.kind == "emergency"
    if column == "dose":
        return message.topic == "dose" if message.kind == "advice" else None
    if column == "named":
        # Whoever is in danger gets a card, which says more than the notice that a mention gets.
        return None if urgent else message.level == "mention"
    # What is asked in danger gets a card, whatever advice it asks for; a short search says too little about whom it is.
    return None if urgent or message.kind == "search" else message.level == "personal_advice"


def targets(message: Message) -> list[float]:
    """Return 1 or 0 for each of COLUMNS, and NaN where the message teaches nothing."""
    said = [wanted(column, message) for column in COLUMNS]
    return [float("nan") if one is None else float(one) for one in said]


def needs_listening(message: Message) -> bool:
    """Whether a message is more than an ordinary question, so that the model must hear it."""
    return message.kind in DANGER | {"emergency", "advice"} or message.level != "ordinary"


def taught() -> list[Message]:
    """Return the messages of `train`, three quarters of the ordinary searches, and much that is about something else."""
    return [*messages("train"), *_searches()[: SEARCHES * 3 // 4], *_excerpts(), *_noise(), *_other_subjects(PUBLIC)]


def judged() -> list[Message]:
    """Return the messages of `tune` and the last quarter of the ordinary searches."""
    return [*messages("tune"), *_searches()[SEARCHES * 3 // 4 :]]


def drawn_text(message: Message, random: Random) -> str:
    """Return a text to learn from: the message or a disguise of it, as it is heard; of a long one a part."""
    text = message.text if message.kind == "search" else among_others(message, random)
    if random.random() < _DISGUISED:
        # Typing errors twice as often as the others: they are what happens most, and cannot be undone by rule.
        text = disguised(text, random.choice(["typos", *DISGUISES]))
    parts = to_hear(text)
    # The danger of a long message may stand in any part of it; the first is as good a guess as another.
    return parts[0] if message.kind in DANGER else random.choice(parts)


def among_others(message: Message, random: Random) -> str:
    """Return a message, now and then with calm ones before and after it: what matters is often said in passing."""
    said = [message.text]
    while random.random() < (_AMONG_OTHERS if len(said) == 1 else 0.7):
        other = random.choice(_small_talk(message.language))
        if sum(map(len, said)) + len(said) + len(other) > _MOST_CHARACTERS:
            break
        said.insert(random.choice((0, len(said))), other)
    return " ".join(said)


@cache
def _small_talk(language: str) -> list[str]:
    """Calm, ordinary messages of a language, short enough to stand beside another."""
    own = [one for one in messages("train") if one.language == language and one.kind == "calm"]
    return [one.text for one in own if one.level == "ordinary" and len(one.text) < _MOST_CHARACTERS // 2]


def _excerpts() -> list[Message]:
    """Stretches of written articles, as visitors paste them."""
    subjects = [one for one in read_written(ARTICLES).subjects.values() if not one.held]
    pieces = [own.text for one in subjects for own in one.pieces]
    return [_ordinary(text) for text in Random(21).sample(pieces, EXCERPTS)]  # noqa: S311 - chance that can be repeated


def _other_subjects(public: Path) -> list[Message]:
    """Questions and requests that have nothing to do with health, of public sets: XQuAD's and half of CLINC150's.

    The other half of CLINC150 is for measuring. Without the sets the model is trained without them.
    """
    found = []
    for language in ("en", "es"):
        file = public / f"xquad.{language}.json"
        if file.exists():
            found += [_ordinary(one.text, language) for one in training_questions(read_xquad(file))]
    requests = public / "clinc_oos_val.jsonl"
    if requests.exists():
        texts = [str(row["text"]) for row in rows(requests)]
        found += [_ordinary(text) for text in texts if half_of(text) == "tune"]
    return found


def _noise() -> list[Message]:
    """Texts that say nothing: words in no order, one thing over and over, keys pressed at random, markup."""
    random = Random(22)  # noqa: S311 - chance that can be repeated
    words = [word for one in _searches() for word in one.text.split()]
    made: tuple[Callable[[], str], ...] = (
        lambda: " ".join(random.choices(words, k=random.randint(1, 40))),
        lambda: " ".join([" ".join(random.choices(words, k=random.randint(1, 4)))] * random.randint(2, 40)),
        lambda: " ".join([random.choice(_searches()).text] * random.randint(2, 12)),
        lambda: "".join(random.choices(string.ascii_lowercase + "     ", k=random.randint(2, 120))),
        lambda: "".join(random.choices(string.printable, k=random.randint(2, 120))),
        lambda: " ".join(f"<{random.choice(words)}>{random.choice(words)}</b>" for _ in range(random.randint(1, 20))),
    )
    return [_ordinary(made[n % len(made)]()) for n in range(NOISE)]


def _ordinary(text: str, language: str = "en") -> Message:
    return Message(text, "search", "ordinary", language, "", "")


@cache
def _searches() -> list[Message]:
    """Questions of the written articles that are not about whoever asks."""
    every = [one.text for one in read_written(ARTICLES).questions if not _ABOUT_ONESELF.search(one.text)]
    chosen = Random(20).sample(every, SEARCHES)  # noqa: S311 - chance that can be repeated
    return [_ordinary(text) for text in chosen]
