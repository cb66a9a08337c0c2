"""What is being asked, and is the person safe? Decided by reviewed rules alone: no model, no database, no network.

The rules are data (`rules.toml`). Each has a reason and sentences it must and must not fire on, and the tests hold
it to them. A level, once reached, is never lowered by another rule.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

import tomli
from msgspec import Struct

from assistant.clues import clues_of, runs
from assistant.language import Languages, open_languages
from assistant.normalise import normalise
from assistant.outcome import Level
from assistant.pattern import Pattern, PatternError

T = TypeVar("T")

# What an answer's record names when the language, and no rule of the file, brought the notice.
ANOTHER_LANGUAGE = "another-language"
_KINDS = frozenset({"", "dose", "someone_else"})
_FIELDS = frozenset({"id", "level", "kind", "reason", "pattern", "unless", "takes_out", "must", "must_not"})
_NAMED_WORDS = re.compile(r"<([a-z_]+)>")


class RulesError(ValueError):
    """A rules file that cannot be used. Names the rule, the field, the value and the next step."""

    def __init__(self, rule: str, field: str, value: object, next_step: str):
        self.rule, self.field, self.value, self.next_step = rule, field, value, next_step
        super().__init__(f"rules file: rule {rule!r}, field {field!r}, value {value!r}: {next_step}")


class Rule(Struct, frozen=True):
    """One reviewed rule. `pattern` is searched in the plain spelling of a question (see `plain`).

    A rule that `takes_out` removes what it matched before the other rules look: a figure of speech, or a statement
    of what is over or denied. One with `unless` does not fire where that is found anywhere in the text. Of `clues` (see
    `clues.py`) every text that the pattern fits holds one; None if that is not known.
    """

    id: str
    level: Level
    kind: str
    reason: str
    pattern: Pattern
    unless: Pattern | None
    takes_out: bool
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    clues: frozenset[str] | None = None

    def fires(self, text: str) -> bool:
        """Whether it fires on a question in its plain spelling."""
        return self.pattern.found_in(text) and not (self.unless and self.unless.found_in(text))


class Rules(Struct, frozen=True, dict=True):
    """All rules of one file, compiled once, in the file's order; and what tells languages apart.

    That is small words, and a table; without the table the small words do it alone.
    """

    version: int
    rules: tuple[Rule, ...]
    known_words: frozenset[str]
    foreign_words: frozenset[str]
    languages: Languages | None = None

    def that_may_fit(self, text: str) -> frozenset[str]:
        """Ids of the rules whose pattern can fit a text, as far as its runs of letters tell."""
        by_clue = self._by_clue
        return self._without_clues.union(*(by_clue[run] for run in by_clue.keys() & runs(text)))

    @cached_property
    def _by_clue(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for rule in self.rules:
            for clue in rule.clues or ():
                found[clue].append(rule.id)
        return dict(found)

    @cached_property
    def _without_clues(self) -> frozenset[str]:
        return frozenset(rule.id for rule in self.rules if rule.clues is None)


class Triage(Struct, frozen=True):
    """What the rules say of a question.

    level         ordinary, personal_advice, crisis or emergency: the most urgent that fired
    mention       whether the one-line crisis notice belongs above whatever is shown
    rules         ids of the rules that fired, in the file's order
    about_dose    whether personal advice on an amount is asked
    someone_else  whether only rules about another person made it a crisis (or, below that, a mention)
    """

    level: Level = Level.ordinary
    mention: bool = False
    rules: tuple[str, ...] = ()
    about_dose: bool = False
    someone_else: bool = False

    @property
    def urgent(self) -> bool:
        """Whether a card for a person in danger is shown, and nothing else."""
        return self.level in (Level.crisis, Level.emergency)


def triage(question: str, rules: Rules) -> Triage:
    """What the rules say of the question. Pure; reads the whole text, so the caller bounds its length."""
    spelling = normalise(question)
    text, fired = _without_apostrophes(spelling), []
    fitting = rules.that_may_fit(text)
    for rule in rules.rules:
        if rule.takes_out and rule.id in fitting:
            text, times = rule.pattern.replaced(text, " ; ")
            if times:
                fired.append(rule)
                fitting = rules.that_may_fit(text)
    fired += [rule for rule in rules.rules if not rule.takes_out and rule.id in fitting and rule.fires(text)]
    level = max(
        (rule.level for rule in fired if rule.level is not Level.mention), key=Level.urgency, default=Level.ordinary
    )
    ids = {rule.id for rule in fired}
    named = tuple(rule.id for rule in rules.rules if rule.id in ids)
    elsewhere = _in_another_language(question, spelling, rules)
    return Triage(
        level=level,
        mention=elsewhere or any(rule.level is Level.mention for rule in fired),
        rules=(*named, ANOTHER_LANGUAGE) if elsewhere else named,
        about_dose=any(rule.kind == "dose" for rule in fired),
        someone_else=_only_someone_else(level, fired),
    )


def triage_safely(question: str, rules: Rules) -> Triage:
    """As `triage`; if anything goes wrong inside it, an ordinary question under the one-line notice. Never raises."""
    try:
        return triage(question, rules)
    except Exception:  # whatever failed, the visitor still sees where help is
        return Triage(mention=True, rules=("triage-failed",))


def plain(question: str) -> str:
    """The spelling the patterns are written for: normalised, and without apostrophes ("im", "dont", "ive")."""
    return _without_apostrophes(normalise(question))


def _without_apostrophes(spelling: str) -> str:
    return spelling.replace("'", "")


def _only_someone_else(level: Level, fired: Iterable[Rule]) -> bool:
    """Whether the rules that decided are all about another person; the first person's card covers both."""
    deciding = level if level in (Level.crisis, Level.emergency) else Level.mention
    kinds = {rule.kind for rule in fired if rule.level is deciding}
    return kinds == {"someone_else"} if deciding is not Level.mention else "someone_else" in kinds


def in_another_language(question: str, rules: Rules) -> bool:
    """Whether the text is likely in a language the rules do not read, so that they may have missed something.

    Another script, small words of another language outnumbering those of English and Spanish, or what the table of
    languages says. It only ever adds the one-line notice, so it may err towards yes; a lone name or a typing slip has
    no small words and stays no.
    """
    return _in_another_language(question, normalise(question), rules)


def _in_another_language(question: str, spelling: str, rules: Rules) -> bool:
    folded = unicodedata.normalize("NFKC", question)
    letters = [c for c in folded if c.isalpha()]
    if sum(not _is_latin(c) for c in letters) * 2 > len(letters):
        return True
    words = set(re.findall(r"[^\W\d_]+", spelling))
    foreign = len(words & rules.foreign_words)
    if foreign > len(words & rules.known_words) and (foreign > 1 or len(words) < 7):
        return True
    return rules.languages is not None and rules.languages.foreign(folded)


def _is_latin(letter: str) -> bool:
    # Latin letters end with Latin Extended-B; the second block holds those with two marks, as in Vietnamese.
    return letter < "\u0250" or "\u1e00" <= letter < "\u1f00"


def load_rules(data: bytes) -> Rules:
    """The rules of a file. Raises RulesError, which names the rule and the field, if any of it cannot be used."""
    try:
        table = tomli.loads(data.decode())
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError("(the whole file)", "toml", str(error), "write it as TOML in UTF-8") from error
    words = _named_words(_of("(file)", table, "words", dict, {}))
    clues = clues_of(data)
    rows = enumerate(_of("(file)", table, "rules", list), start=1)
    rules = tuple(_rule(number, row, words, clues) for number, row in rows)
    for rule in rules:
        if sum(rule.id == other.id for other in rules) > 1:
            raise RulesError(rule.id, "id", rule.id, "give every rule an id of its own")
    languages = _of("(file)", table, "languages", dict, {})
    return Rules(
        version=_of("(file)", table, "version", int),
        rules=rules,
        known_words=frozenset(_strings("(languages)", languages, "known")),
        foreign_words=frozenset(_strings("(languages)", languages, "foreign")),
        languages=open_languages(_of("(languages)", languages, "table", str, "")),
    )


def _rule(number: int, row: object, words: Mapping[str, str], clues: Mapping[str, frozenset[str]]) -> Rule:
    unnamed = f"number {number}"
    if not isinstance(row, dict):
        raise RulesError(unnamed, "rules", row, "write each rule as a [[rules]] table")
    name = _of(unnamed, row, "id", str)
    for field in row.keys() - _FIELDS:
        raise RulesError(name, field, row[field], f"use only these fields: {', '.join(sorted(_FIELDS))}")
    kind = _of(name, row, "kind", str, "")
    if kind not in _KINDS:
        raise RulesError(name, "kind", kind, "use dose or someone_else, or leave it out")
    reason = _of(name, row, "reason", str)
    if not reason.strip():
        raise RulesError(name, "reason", reason, "say in one line why the rule exists")
    takes_out = _of(name, row, "takes_out", bool, False)
    if takes_out and "unless" in row:
        raise RulesError(
            name, "unless", row["unless"], "write it into the pattern: what is taken out is taken out always"
        )
    return Rule(
        id=name,
        level=_level(name, _of(name, row, "level", str)),
        kind=kind,
        reason=reason,
        pattern=_pattern(name, "pattern", _strings(name, row, "pattern"), words, checked=bool(clues)),
        unless=_pattern(name, "unless", _strings(name, row, "unless"), words, checked=bool(clues))
        if "unless" in row
        else None,
        takes_out=takes_out,
        must=_strings(name, row, "must"),
        must_not=_strings(name, row, "must_not"),
        clues=clues.get(name),
    )


def _level(rule: str, value: str) -> Level:
    try:
        return Level(value)
    except ValueError as error:
        raise RulesError(rule, "level", value, f"use one of {', '.join(Level)}") from error


def _pattern(rule: str, field: str, ways: tuple[str, ...], words: Mapping[str, str], *, checked: bool) -> Pattern:
    """One pattern that fires where any of the ways does. A `checked` one is of a file whose clues were found."""
    whole = "|".join(f"(?:{_written_out(rule, field, way, words)})" for way in ways)
    if checked:
        return Pattern(whole, checked=True)
    try:
        compiled = Pattern(whole)
    except PatternError as error:
        raise RulesError(rule, field, ways, f"mend the regular expression: {error}") from error
    if not ways or compiled.fits_empty:
        raise RulesError(rule, field, ways, "write at least one way, none of which fits an empty text")
    return compiled


def _named_words(table: Mapping[str, object]) -> dict[str, str]:
    """The named groups of words, each written out; one may use those above it."""
    words: dict[str, str] = {}
    for name, value in table.items():
        if not isinstance(value, str):
            raise RulesError("(words)", name, value, "write it as one regular expression in quotes")
        words[name] = f"(?:{_written_out('(words)', name, value, words)})"
    return words


def _written_out(rule: str, field: str, way: str, words: Mapping[str, str]) -> str:
    def word(found: re.Match[str]) -> str:
        if found[1] not in words:
            raise RulesError(rule, field, found[0], "name a group of words from the [words] table, above its use")
        return words[found[1]]

    return _NAMED_WORDS.sub(word, way)


def _strings(rule: str, row: Mapping[str, object], field: str) -> tuple[str, ...]:
    values: list[object] = _of(rule, row, field, list)
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise RulesError(rule, field, value, "write a list of texts, none of them empty")
    return tuple(map(str, values))


def _of(rule: str, row: Mapping[str, object], field: str, kind: type[T], default: T | None = None) -> T:
    """The field's value, of the kind it must have; the default where it is left out and there is one."""
    value = row.get(field, default)
    if value is None:
        raise RulesError(rule, field, None, "add the field")
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise RulesError(rule, field, value, f"write it as {kind.__name__}")
    return value
