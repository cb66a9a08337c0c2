"""Answering several questions side by side, so that what is cheaper together is done together.

Each question takes its own steps, written as a generator. It stops at a `yield` to say what it needs: a text to be read
by the encoder, or an answer to be recorded. All that wait for the same are served at once, then each goes on.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from itertools import islice
from typing import cast

from msgspec import Struct

from assistant.answer import Answer
from assistant.recorder import Record, Recorder
from index.desk import Library
from index.search import Asked


class ToRead(Struct, frozen=True):
    """Texts that the encoder of a library is to read (see `Library.read`); `yield` gives them back as `Asked`."""

    library: Library
    texts: tuple[str, ...]
    as_written: tuple[str, ...] = ()


Need = ToRead | Record
# A record gives nothing back: the answer is durable when the steps go on.
Steps = Generator[Need, list[Asked], Answer]


def together(many: Sequence[Steps], recorder: Recorder) -> list[Answer | Exception]:
    """Take all steps to their end; returns each answer, or the error that ended its steps, in their order."""
    ended: dict[int, Answer | Exception] = {}
    needs: dict[int, Need] = {}

    def go_on(place: int, given: list[Asked] | Exception | None) -> None:
        steps = many[place]
        try:
            # The first `send` of a generator, and the one after a record, give nothing.
            needs[place] = steps.throw(given) if isinstance(given, Exception) else steps.send(cast(list[Asked], given))
        except StopIteration as end:
            ended[place] = end.value
        except Exception as error:
            ended[place] = error

    for place in range(len(many)):
        go_on(place, None)
    while needs:
        waiting, needs = needs, {}
        for place, given in _served(waiting, recorder).items():
            go_on(place, given)
    return [ended[place] for place in range(len(many))]


def _served(waiting: dict[int, Need], recorder: Recorder) -> dict[int, list[Asked] | Exception | None]:
    """What each step waited for: first all texts, then all records."""
    texts = {place: need for place, need in waiting.items() if isinstance(need, ToRead)}
    records = {place: need for place, need in waiting.items() if isinstance(need, Record)}
    given: dict[int, list[Asked] | Exception | None] = {}
    # A publish may come between two questions; then two libraries are asked.
    for library in {id(need.library): need.library for need in texts.values()}.values():
        given |= _read(library, {place: need for place, need in texts.items() if need.library is library})
    if records:
        given |= dict.fromkeys(records, _recorded(recorder, list(records.values())))
    return given


def _read(library: Library, needs: Mapping[int, ToRead]) -> dict[int, list[Asked] | Exception | None]:
    searched = [text for need in needs.values() for text in need.texts]
    as_written = [text for need in needs.values() for text in need.as_written]
    try:
        found = library.read(searched, as_written)
    except Exception as error:  # each question hears of it, and none of the others' steps is lost
        return dict.fromkeys(needs, error)
    first, second = iter(found[: len(searched)]), iter(found[len(searched) :])
    return {
        place: [*islice(first, len(need.texts)), *islice(second, len(need.as_written))] for place, need in needs.items()
    }


def _recorded(recorder: Recorder, records: Sequence[Record]) -> Exception | None:
    try:
        recorder.record(records)
    except Exception as error:
        return error
    return None
