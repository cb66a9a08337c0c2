"""A small model that may raise the level of a question, and never lowers one.

Rules read words; most people in danger do not use theirs. The listener, a small transformer trained on messages written
for that (`triage_sets/train`; `python -m assistant.training`), reads what is asked and says how much of each kind it
hears; what its words and pairs of words speak for is added (`phrases.py`). Reading costs a few milliseconds, and most
questions are plainly ordinary. So a screen looks first at what the sentence encoder made of the question anyway, and lets
the listener hear whatever is not plainly ordinary: of the tuning messages in danger it lets through all but 1 in 500. What
it would not let through is listened to all the same where the words alone speak for danger. Some is listened to in any
case, and before the encoder reads it: Spanish, which the encoder hardly knows, and what is longer than a question for the
library would be. Where the library has another encoder than the screen was made for, or there is no library, everything is
listened to. Without the model the rules decide alone.

The folder `raising_model/` holds

model.onnx           input_ids -> logits [6], one for each of COLUMNS; weights in bytes, and multiplied as bytes
tokenizer.json       the word pieces
phrases.safetensors  what words and pairs of words speak for, added to what the transformer makes of the text (`phrases.py`)
words_often.tsv      words that messages use often, by which slips of the keys are mended before (`spelling.py`)
words_*.tsv          Spanish and slang in plain English words, which are what the listener reads (`glosses.py`)
screen.safetensors   the screen's two layers and the value from which on it lets a question through
manifest.json        for which encoder the screen is, and the SHA-256 of the others
CARD.md              what it was trained on and how well it does
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from assistant.glosses import WORD_FILES, Glosses
from assistant.outcome import Level
from assistant.phrases import PHRASES_FILE, Phrases, words_of
from assistant.policy import Raising
from assistant.spelling import OFTEN_FILE, Spelling
from assistant.triage import Triage, plain
from index.desk import Library
from index.exported import TOKENIZER_FILE, ExportedError, open_session, open_tokenizer, read_record
from index.model import file_sha256
from index.search import Asked

SHIPPED = Path(__file__).with_name("raising_model")
MODEL_FILE = "model.onnx"
SCREEN_FILE = "screen.safetensors"
MANIFEST_FILE = "manifest.json"
FILES = (MODEL_FILE, TOKENIZER_FILE, SCREEN_FILE, PHRASES_FILE, OFTEN_FILE, *WORD_FILES)
# In the order of the model's outputs. The last three are no levels: whose danger a crisis is, whether advice is on an amount,
# whether suicide or self-harm is named without danger.
COLUMNS = ("crisis", "emergency", "personal_advice", "someone_else", "dose", "named")
_DANGERS = 2  # the first of them
RULE = "heard-by-the-model"
MAX_TOKENS = 128
# A longer text is heard part by part: one dangerous sentence must not drown in many.
_MOST_CHARACTERS = 400
_PART_CHARACTERS = 300
# Of many parts the most alarming are listened to; each takes some milliseconds.
_MOST_PARTS = 6
# The encoder takes longer for a longer text than the listener does, and of messages over this length most are listened to
# anyway; nearly all questions for the library are shorter.
_LONGEST_SCREENED = 70
# Where the words alone speak so much for danger, the screen has no say: at this value 5 in 100 ordinary searches more are
# listened to, and of 8 pleas by new hands that the screen took for ordinary ("on the platform, I want to jump") 7.
_WORDS_OF_DANGER = -2.0
_DECIMALS = 4
# A word or two ("sertraline", "hi there") says nothing of anyone, and the model guesses wildly; rules know the cries for help
# that are so short. A longer "word" is several, written without spaces.
_FEWEST_WORDS, _LONGEST_WORDS = 3, 28

Floats = NDArray[np.float32]


class RaisingError(ExportedError):
    """A model that cannot be used; the rules decide alone."""

    next_step = "Install Wellcited again: the model comes with it. Until then the rules decide alone"


class Heard(Struct, frozen=True):
    """What the listener makes of a question: a logit for each of COLUMNS, above 0 for rather yes."""

    crisis: float
    emergency: float
    personal_advice: float
    someone_else: float
    dose: float
    named: float


class Screen(Struct, frozen=True, eq=False):
    """Says how far a text is from plainly ordinary, by the encoder whose weights have the SHA-256 `encoder`.

    It does so twice: how near the text is to danger, and to a wish for advice. `mean` has shape [features], `first`
    [features, hidden], `first_bias` [hidden], `second` [hidden, 2] and `second_bias` [2]; from `least`, shape [2], on in
    either, a text is listened to.
    """

    encoder: str
    mean: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    least: Floats

    @classmethod
    def open(cls, path: Path, encoder: str) -> Screen:
        """Open a screen's file."""
        return cls(encoder=encoder, **load_file(path))

    def values(self, features: Floats) -> Floats:
        """Return for each row of features [texts, features] its two values, shape [texts, 2]."""
        hidden = np.maximum((features - self.mean) @ self.first + self.first_bias, 0)
        found: Floats = hidden @ self.second + self.second_bias
        return found

    def look(self, features: Floats) -> Floats:
        """Return for each row of features [texts, features] how far it is above `least`, 0 and more to be listened to."""
        above: Floats = (self.values(features) - self.least).max(axis=1)
        return above


class Words(Struct, frozen=True):
    """Which words a text is told to the model in."""

    glosses: Glosses
    spelling: Spelling

    @classmethod
    def open(cls, folder: Path, tokenizer: Tokenizer) -> Words:
        """Read the tables of a model folder. Raises OSError or ValueError, as `Glosses` and `Spelling` do."""
        glosses = Glosses.open(folder)
        return cls(glosses, Spelling.open(folder, lambda word: is_word(word, glosses, tokenizer)))

    def told(self, text: str) -> str:
        """Return the text with slips of the keys mended, in plain English words where there are such."""
        return self.glosses.told(self.spelling.mended(text))


def is_word(word: str, glosses: Glosses, tokenizer: Tokenizer) -> bool:
    """Whether a word in small letters is whole to the model, or has a gloss."""
    return tokenizer.token_to_id(word) is not None or word in glosses


class Raiser(Struct, frozen=True, eq=False):
    """The model folder, open. Any number of threads may use it at once."""

    digest: str
    screen: Screen
    _session: Any
    _tokenizer: Tokenizer
    _words: Words
    _phrases: Phrases

    @classmethod
    def open(cls, folder: Path = SHIPPED) -> Raiser:
        """Open a model folder. Raises RaisingError when a file is missing or is not the one the manifest names."""
        manifest = read_record(
            folder / MANIFEST_FILE, RaisingError, "manifest of a model that raises levels", _is_whole
        )
        try:
            tokenizer = open_tokenizer(folder / TOKENIZER_FILE, MAX_TOKENS)
            return cls(
                digest=file_sha256(folder / MANIFEST_FILE),
                screen=Screen.open(folder / SCREEN_FILE, manifest["encoder"]),
                # One core, as everywhere: shared among cores, the sums of a long product could round differently.
                _session=open_session(folder / MODEL_FILE, 1),
                _tokenizer=tokenizer,
                _words=Words.open(folder, tokenizer),
                _phrases=Phrases.open(folder),
            )
        except Exception as error:  # onnxruntime and tokenizers raise their own kinds, some of them bare Exception
            raise RaisingError(folder, f"cannot be opened ({error})") from error

    def screens(self, texts: Sequence[str], encoder: str) -> bool:
        """Whether the screen has a say in what of a question's parts is listened to, where this encoder reads them."""
        if encoder != self.screen.encoder or not any(map(_says_something, texts)):
            return False
        if len(texts) > 1:
            return True
        (text,) = texts
        if len(text) > _LONGEST_SCREENED or self._words.glosses.is_spanish(text):
            return False
        return self._danger(text) < _WORDS_OF_DANGER

    def hear(self, texts: Sequence[str], encoder: str = "", read: Sequence[Asked] = ()) -> Heard | None:
        """Listen to the parts of a question; None when all of it is plainly ordinary, or but a word or two.

        `read` is what the encoder with weights `encoder` made of the same texts, where it `screens` them. Otherwise all is
        listened to. Of several parts the highest of each column counts.
        """
        rows = [row for row, text in enumerate(texts) if _says_something(text)]
        if read and encoder == self.screen.encoder:
            above = self.screen.look(np.stack([features_of(one) for one in read])).tolist()
            if len(texts) > 1:  # of a single one `screens` has asked the words
                above = [
                    max(one, self._danger(text) - _WORDS_OF_DANGER) for one, text in zip(above, texts, strict=True)
                ]
            rows = [row for row in rows if above[row] >= 0 or self._words.glosses.is_spanish(texts[row])]
            rows = sorted(rows, key=lambda row: -above[row])[:_MOST_PARTS]
        found = [self._logits(texts[row]) for row in rows]
        return Heard(*(round(float(value), _DECIMALS) for value in np.max(found, axis=0))) if found else None

    def hear_alone(self, texts: Sequence[str], library: Library) -> Heard | None:
        """Listen to the parts of a question that nothing else is asked of the encoder of this library for."""
        encoder = library.encoder.weights
        return self.hear(texts, encoder, library.read((), texts) if self.screens(texts, encoder) else ())

    def transformed(self, told: str) -> Floats:
        """Return the transformer's own logits of a text that is told in its words, shape [columns]."""
        ids = np.array([self._tokenizer.encode(told).ids], dtype=np.int64)
        logits: Floats = self._session.run(["logits"], {"input_ids": ids})[0]
        return logits

    def _logits(self, text: str) -> Floats:
        told = self._words.told(text)
        return self.transformed(told) + self._phrases.logits(told)

    def _danger(self, text: str) -> float:
        """The higher of what the words alone speak for: a crisis, or an emergency."""
        return float(self._phrases.logits(self._words.told(text))[:_DANGERS].max())


def open_raiser(chosen: Raising) -> Raiser:
    """Open the model for which the policy's thresholds were set. Raises RaisingError when it is another one."""
    raiser = shipped()
    if raiser.digest != chosen.model:
        raise RaisingError(
            SHIPPED, f"is the model {raiser.digest[:12]}, and the policy's thresholds were set for another"
        )
    return raiser


@cache
def shipped() -> Raiser:
    """Open the model that comes with Wellcited, once a process: open, it takes 20 MB. Raises RaisingError."""
    return Raiser.open()


def features_of(asked: Asked) -> Floats:
    """Return what the screen looks at: the text's vector and the largest of each component over its tokens."""
    found: Floats = np.concatenate([asked.vector, asked.peaks / np.linalg.norm(asked.peaks)])
    return found


def to_hear(question: str) -> tuple[str, ...]:
    """Return the texts to read for a question: as it is written, or with a disguise undone, a long one in parts."""
    text = " ".join((question if question.isascii() else "".join(map(_plain_letter, question))).split())
    if words_of(text) != words_of(plain(text)):
        text = plain(text)
    return tuple(_parts(text)) or (text,)


def raised(triaged: Triage, heard: Heard | None, thresholds: Raising) -> Triage:
    """Return the triage with its level raised where the model hears more than the rules do."""
    if heard is None:
        return triaged
    level = triaged.level
    if heard.emergency >= thresholds.emergency:
        level = Level.emergency
    elif heard.crisis >= thresholds.crisis:
        level = Level.crisis
    elif heard.personal_advice >= thresholds.personal_advice:
        level = Level.personal_advice
    level = max(level, triaged.level, key=Level.urgency)
    mention = triaged.mention or heard.crisis >= thresholds.mention or heard.named >= thresholds.named
    about_dose = triaged.about_dose or (level is Level.personal_advice and heard.dose >= thresholds.dose)
    now = replace(triaged, level=level, mention=mention, about_dose=about_dose)
    if level is not triaged.level:
        now = replace(now, someone_else=level is Level.crisis and heard.someone_else >= 0)
    return replace(now, rules=(*triaged.rules, RULE)) if now != triaged else triaged


def _is_whole(manifest: object) -> bool:
    return (
        isinstance(manifest, dict)
        and isinstance(manifest.get("encoder"), str)
        and isinstance(manifest.get("files"), dict)
        and manifest["files"].keys() == set(FILES)
    )


def _plain_letter(letter: str) -> str:
    """Full-width and mathematical letters as the plain ones, which are all that the model knows.

    A sign that stands for a whole phrase stays one: a text must not become many times as long by it.
    """
    plainly = unicodedata.normalize("NFKC", letter)
    return plainly if len(plainly) <= 2 else letter


def _says_something(text: str) -> bool:
    return len(text) > _LONGEST_WORDS or len(words_of(text)) >= _FEWEST_WORDS


def _parts(text: str) -> list[str]:
    """Runs of whole sentences, each as long as may be, so that every sentence stands in one; a short text stays whole."""
    if len(text) <= _MOST_CHARACTERS:
        return [text]
    sentences = [
        piece
        for sentence in re.findall(r"[^.!?]+[.!?]*|[.!?]+", text)
        for piece in re.findall(rf".{{1,{_PART_CHARACTERS}}}(?:\s|$)|\S+", sentence)
    ]
    found, reached = [], 0
    for first in range(len(sentences)):
        length, end = 0, first
        while end < len(sentences) and (end == first or length + len(sentences[end]) <= _PART_CHARACTERS):
            length += len(sentences[end])
            end += 1
        if end > reached:  # one that ends where the last one did holds nothing new
            found.append("".join(sentences[first:end]).strip())
            reached = end
    return found
