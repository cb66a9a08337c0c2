"""Pairs of sentences of different articles that do not say the same: other numbers, or a yes against a no.

What is found is only proposed to curators. It is meant to be precise rather than complete: most of the words must be
shared, and both must be about the same subject, so that a curator who looks at ten proposals finds most of them real.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import Stemmer
from msgspec import Struct

from sources.library import Passage
from sources.quantities import Amount, amounts, differ
from sources.sentences import sentence_spans

Subjects = Callable[[str], frozenset[str]]
"""Names the subjects of a text, such as the topics of the policy whose words it holds."""

# Shares of the words that must be common: of the shorter sentence where numbers differ, for the longer one may say more
# beside; of both where one says yes and the other no, for any word beside may be what makes the no right.
LEAST_SHARED_OF_AMOUNTS = 0.6
LEAST_SHARED_OF_POLARITY = 0.75
_FEWEST_SHARED = 3

_stem = Stemmer.Stemmer("english")
_STOP = frozenset(
    re.findall(
        r"\S+",
        """
    a an the and or but of to in on at by for from with as is are was were be been being it its this that
    these those they them their there he she his her we our you your i my who which what when where how than
    then so such also about around over under up down out into after before during while if unless because can
    could may might will would should must do does did done have has had not no never nor cannot only just
    even more most less least many much some any all each every other another one two often usually typically
    generally sometimes mostly commonly per cent percent second minute hour day week month year sec min hr wk
    yr between within until still however long time several few longer people person patient individual adult
    someone anyone
    """,
    )
)
# Words that say the same in these articles: each stands for the first of its row.
_SAME = (
    "improve improvement better relief relieve benefit help lift reduction reduce ease",
    "feel notice see experience report",
    "begin start take effect work working onset act",
    "stop discontinue quit withdraw",
    "cause lead produce trigger",
    "last persist remain endure",
    "meaningful significant substantial marked",
    "addictive addiction",
    "symptom sign",
    "medicine medication drug",
    "visit session treatment",
)
_NEGATION = re.compile(r"\b(?:not|no|never|cannot|none|neither|nor|without)\b|n['’]t\b", re.IGNORECASE)
# A no that leaves the yes standing: "may not", "not always", "not only", "no one knows".
_WEAK_NEGATION = re.compile(
    r"\b(?:may|might|could|need) not\b"
    r"|\bnot (?:always|all|only|every\w*|just|yet|necessarily|as|enough|clear|known|sure|the same)\b"
    r"|\bno (?:one|more|longer|matter|doubt)\b|\bnot\b[^,;.]*\bbut\b|\b(?:if|unless|whether)\b|\?",
    re.IGNORECASE,
)
_CITATION = re.compile(r"\([^()]*\b(?:19|20)\d\d\b[^()]*\)")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def _root(word: str) -> str:
    return str(_stem.stemWord(word))


# "weeks" and "patients" are stopped as "week" and "patient" are.
_STOP_ROOTS = {_root(word) for word in _STOP}
_ROOTS = {_root(word): _root(row.split()[0]) for row in _SAME for word in row.split()}


class Statement(Struct, frozen=True, dict=True):
    """A sentence with what it is about, ready to be held against others."""

    passage: Passage
    text: str
    subjects: frozenset[str]

    @cached_property
    def plain(self) -> str:
        """The sentence without its references to the literature."""
        return _CITATION.sub("", self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Roots of its content words; words that say the same count as one."""
        found = (word.casefold().replace("’", "'").removesuffix("'s") for word in _WORD.findall(self.plain))
        roots = {_root(word) for word in found if word not in _STOP and len(word) > 1}
        return frozenset(_ROOTS.get(root, root) for root in roots - _STOP_ROOTS)

    @cached_property
    def amounts(self) -> Mapping[str, Amount]:
        """Its amount of each kind it has exactly one of: of several, nobody can say which is meant."""
        found = list(amounts(self.plain))
        kinds = Counter(amount.kind for amount in found)
        return {amount.kind: amount for amount in found if kinds[amount.kind] == 1}

    @cached_property
    def negative(self) -> bool:
        """Whether it says no."""
        return _NEGATION.search(self.plain) is not None

    @cached_property
    def plainly(self) -> bool:
        """Whether it says yes or no without an if or a perhaps."""
        return _WEAK_NEGATION.search(self.plain) is None and len(_NEGATION.findall(self.plain)) <= 1


class Difference(Struct, frozen=True):
    """Two sentences of different articles that do not say the same; `because` says why a curator should look."""

    first: Statement
    second: Statement
    because: str
    shared: float

    @property
    def id(self) -> str:
        """Name of the pair of passages: 12 hex digits, whichever of them comes first."""
        return difference_id(self.first.passage.id, self.second.passage.id)


def difference_id(one: str, other: str) -> str:
    """Name a pair of passages."""
    return hashlib.sha256("\n".join(sorted((one, other))).encode()).hexdigest()[:12]


def statements(passages: Iterable[Passage], subjects: Subjects) -> Iterator[Statement]:
    """Cut passages into sentences; one that names no subject is about that of its passage, heading or title."""
    for passage in passages:
        around = (passage.text, " ".join(passage.heading), passage.article.attributes.title or "")
        for start, end in sentence_spans(passage.text):
            text = passage.text[start:end]
            about = next((found for words in (text, *around) if (found := subjects(words))), frozenset[str]())
            yield Statement(passage, text, about)


def differences(all_statements: Sequence[Statement]) -> list[Difference]:
    """Propose pairs of passages that differ, the most alike first; of two passages only the likest sentences."""
    best: dict[str, Difference] = {}
    for one, other in _pairs(all_statements):
        found = compared(one, other)
        if found and (found.id not in best or best[found.id].shared < found.shared):
            best[found.id] = found
    return sorted(best.values(), key=lambda found: (-found.shared, found.id))


def compared(one: Statement, other: Statement) -> Difference | None:
    """Say how two sentences differ, if they are about the same and do."""
    if one.passage.article.id == other.passage.article.id or not one.subjects & other.subjects:
        return None
    shared = one.words & other.words
    if len(shared) < _FEWEST_SHARED:
        return None
    share = len(shared) / min(len(one.words), len(other.words))
    for kind in one.amounts.keys() & other.amounts.keys():
        a, b = one.amounts[kind], other.amounts[kind]
        if share >= LEAST_SHARED_OF_AMOUNTS and one.negative == other.negative and differ(a, b):
            return Difference(one, other, f"other numbers: {a.words} and {b.words}", share)
    share = len(shared) / len(one.words | other.words)
    if one.plainly and other.plainly and share >= LEAST_SHARED_OF_POLARITY and one.negative != other.negative:
        return Difference(one, other, "one says yes where the other says no", share)
    return None


def _pairs(all_statements: Sequence[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """Pairs that share enough content words, each pair once; the others could not be alike."""
    holding: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(all_statements):
        shared = Counter(before for word in one.words for before in holding[word])
        for before, count in shared.items():
            if count >= _FEWEST_SHARED:
                yield all_statements[before], one
        for word in one.words:
            holding[word].append(place)
