"""A question that compares two things is looked up for each of them, so that both sides can be shown.

"Which works faster, ketamine or an SSRI?" becomes "Which works faster, ketamine?" and "Which works faster, an SSRI?":
hardly any passage speaks of both, and one that answers for one side alone would be half an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, zip_longest

from assistant.gate import Judged, judge
from assistant.policy import Policy
from index.desk import Library

_MOST_WORDS = 3
_MOST_BETWEEN = 6
_WORD = re.compile(r"[^\s,;:.?!()\"]+|[,;:.?!()\"]")
_JOINING = frozenset({"or", "vs", "versus", "than"})
_JOINING_PAIRS = frozenset({("compared", "to"), ("compared", "with"), ("opposed", "to"), ("different", "from")})
# "and" joins two sides only where the question says that it compares.
_BETWEEN = re.compile(
    r"\b(?:differences?|compar(?:e|es|ed|ing|ison)|differ|distinguish|similar|alike|the same)\b", re.I
)
_COMPARES = re.compile(
    r"\b(?:which|better|worse|best|safer|stronger|weaker|faster|quicker|slower|sooner|longer|shorter|cheaper|easier|"
    r"harder|milder|more|less|fewer|higher|lower|riskier|nicer|vs|versus|than|rather|instead|either|both|"
    r"differences?|differ|different|compar\w+|similar|alike|same)\b",
    re.I,
)
# Words that end the name of a side.
_WORDS_THAT_END_IT = """
a an the is are was were be been do does did will would can could should may might has have had which what who how why
when where between of for with without in on at to from by as and or vs versus than but if i me my you your it its they
them their we our he she his her this that these those work works worked act acts help helps cause causes last lasts
take takes taking get gets getting use using used make makes faster better worse safer stronger longer more less fewer
quicker slower cheaper easier best worst most least good bad about like so there any some not no yes one thing really
actually just compared opposed different difference differences same similar rather instead either both
"""
_NOT_A_NAME = frozenset(_WORDS_THAT_END_IT.split())
_ARTICLES = frozenset({"a", "an", "the", "taking", "using", "getting"})


def sides(question: str) -> tuple[str, str] | None:
    """Return the question about each of the two things it compares; None when it compares nothing.

    Pure; its work grows with the length of the text and no faster.
    """
    if not _COMPARES.search(question):
        return None
    words = list(_WORD.finditer(question))
    plain = [match[0].casefold().rstrip(".") for match in words]
    for place, length in _joinings(plain, bool(_BETWEEN.search(question))):
        first, end = _name_before(plain, place)
        begin, last = _name_after(plain, place + length, end - first)
        if first < end and begin < last:
            start, stop = words[first].start(), words[end - 1].end()
            joint, after = words[place].start(), words[last - 1].end()
            rest, other = question[after:], question[words[begin].start() : after]
            return _tidy(question[:joint] + rest), _tidy(question[:start] + other + question[stop:joint] + rest)
    return None


def wordings(question: str) -> tuple[str, ...]:
    """Return what is looked up for a question: itself, or one question for each side of a comparison."""
    return sides(question) or (question,)


def look_up(library: Library, question: str, policy: Policy) -> tuple[Judged, ...]:
    """Search, read and judge for one question, both sides of a comparison, as answering it does."""
    return side_by_side([judge(library, library.search(text), policy) for text in wordings(question)])


def side_by_side(judgements: Sequence[tuple[Judged, ...]]) -> tuple[Judged, ...]:
    """Put first what passes on every side, by its lesser probability; then the best of all sides in turn.

    Each passage comes once, with the best of its judgements; those that do not pass come after those that do.
    """
    if len(judgements) == 1:
        return judgements[0]
    of_passage: dict[str, list[Judged]] = {}
    for judged in chain.from_iterable(judgements):
        of_passage.setdefault(judged.candidate.listed.id, []).append(judged)
    best = {id_: max(own, key=lambda judged: judged.probability) for id_, own in of_passage.items()}
    joint = [own for own in of_passage.values() if len(own) == len(judgements) and all(one.passed for one in own)]
    joint.sort(key=lambda own: -min(one.probability for one in own))
    first = [best[own[0].candidate.listed.id] for own in joint]
    in_turn = chain.from_iterable(zip_longest(*(_own(side, best) for side in judgements)))
    found = list({id(judged): judged for judged in (*first, *in_turn) if judged is not None}.values())
    return tuple(sorted(found, key=lambda judged: (judged.logit is None, not judged.passed)))


def _own(side: tuple[Judged, ...], best: dict[str, Judged]) -> list[Judged]:
    """Judgements of a side that are not better on the other one."""
    return [judged for judged in side if best[judged.candidate.listed.id] is judged]


def _joinings(plain: list[str], between: bool) -> list[tuple[int, int]]:
    """Place and length, in words, of what may join two sides; the surest kind first."""
    pairs = [(n, 2) for n in range(len(plain) - 1) if (plain[n], plain[n + 1]) in _JOINING_PAIRS]
    single = [(n, 1) for n, word in enumerate(plain) if word in _JOINING]
    weak = [(n, 1) for n, word in enumerate(plain) if word == "and" and between]
    return [*pairs, *single, *weak]


def _name_before(plain: list[str], place: int) -> tuple[int, int]:
    """First and end of the name before a place; words that compare may stand between ("is A safer than B")."""
    end = place
    while end > 0 and not _of_a_name(plain[end - 1]) and place - end < _MOST_BETWEEN:
        end -= 1
    first = end
    while first > 0 and end - first < _MOST_WORDS and _of_a_name(plain[first - 1]):
        first -= 1
    return first, end


def _name_after(plain: list[str], place: int, most: int) -> tuple[int, int]:
    """First and end of the name at a place, as long as the other one at most: what follows belongs to both sides."""
    begin = place
    while begin < len(plain) and plain[begin] in _ARTICLES:
        begin += 1
    end = begin
    while end < len(plain) and end - begin < most and _of_a_name(plain[end]):
        end += 1
    return begin, end


def _of_a_name(word: str) -> bool:
    return word[:1].isalnum() and word not in _NOT_A_NAME


def _tidy(text: str) -> str:
    return re.sub(r"\s+([?,.!])", r"\1", re.sub(r"\s+", " ", text)).strip(" ,")
