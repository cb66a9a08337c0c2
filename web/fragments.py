"""The link to a publisher's page opens it at the quote: text fragments (https://wicg.github.io/scroll-to-text-fragment/).

`#:~:text=[prefix-,]start[,end][,-suffix]` tells a browser which words to look for. It takes the first place that
matches: each term within one block, at word boundaries, whatever the case and the accents, blanks counted as one. So
a directive is offered only if nothing else in the article's title and text could match, and everything is compared
more loosely here than browsers do: words that end inside another word count as a match, too.

It is built from the approved text. The publisher's page may differ from that: it may have been changed since, it has
menus, comments and other articles around the text, which may say the same words first, and what cleaning left out
(captions, share bars, notes) may stand between two blocks. Words that are closed up or scripted in, such as a folded
section, may not be found. Then the browser opens the page at the top, or where its own `#…` leads, as it does where it
knows no text fragments or the page forbids them (`Document-Policy: force-load-at-top`). Nothing of it reaches the
publisher's server, for a browser keeps all that follows `#` to itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile
from urllib.parse import quote

from msgspec import Struct

from sources import canonical

# A page has more words than the article, so a term of a longer quote has some words even where one would do, and a short
# quote is looked for as a whole.
_FEWEST_WORDS = 3
_FEWEST_LEFT_OUT = 3
# More words of context than this would be more likely to differ on the page than to help.
_MOST_CONTEXT = 8

_DIRECTIVE = ":~:"
# What a browser takes for the same: its collation leaves these apart where Unicode gives them no decomposition.
_SAME = str.maketrans("‘’‚‛“”„‟‐‑‒–—―−øđłħıŧ", "''''\"\"\"\"-------odlhit") | {"æ": "ae", "œ": "oe", "þ": "th"}

Span = tuple[int, int]


def at_quote(url: str, title: str, text: str, *spans: Span) -> str:
    """Return the address with a text directive for the first of the spans of an article that has one, or as it is.

    `text` is the canonical text of a revision and a span a stretch of it, `[start, end)` in characters. An element that
    the address points to is kept, for browsers that know no text fragments; a directive that it has is replaced.

    >>> at_quote("https://a.example/#rest", "Geese", "Geese rest on lakes.", (0, 20))
    'https://a.example/#rest:~:text=Geese%20rest%20on%20lakes.'
    """
    if not re.match("https?:", url, re.IGNORECASE):
        return url
    found = next((one for span in spans if (one := directive(title, text, *span))), None)
    if found is None:
        return url
    page, _, element = url.partition("#")
    return f"{page}#{element.partition(_DIRECTIVE)[0]}{_DIRECTIVE}{found}"


@lru_cache(maxsize=1024)
def directive(title: str, text: str, start: int, end: int) -> str | None:
    """Return the shortest `text=…` that leads to this stretch of a canonical text and to no other, or None.

    It begins and ends with whole words: those that the stretch touches. `None` where there is no unique one.
    """
    article = _article(title, text)
    inside = [n for n, word in enumerate(article.words) if word.start < end and word.end > start]
    if not inside:
        return None
    offers = [*_whole(article, inside[0], inside[-1]), *_ranges(article, inside[0], inside[-1])]
    return min((offer.written(text) for offer in offers), key=len, default=None)


class _Word(Struct, frozen=True):
    """A word between blanks: where it stands in the canonical text, where in the folded one, and in which block."""

    start: int
    end: int
    at: int
    to: int
    block: int


class _Article(Struct, frozen=True):
    """Words in order, and all of them folded: one blank between words, a line break between blocks.

    `folded` begins with the title: pages show it, but none of its words serves as context.
    """

    words: tuple[_Word, ...]
    folded: str

    def term(self, first: int, last: int) -> str:
        """Return the words from `first` to `last`, folded; they must be of one block."""
        return self.folded[self.words[first].at : self.words[last].to]

    def places(self, term: str, begin: int = 0) -> Iterator[int]:
        """Find where a folded term stands, even inside of words, from `begin` on."""
        while (begin := self.folded.find(term, begin)) >= 0:
            yield begin
            begin += 1

    def one_block(self, first: int, last: int) -> bool:
        return self.words[first].block == self.words[last].block


class _Offer(Struct, frozen=True):
    """A directive as stretches of the canonical text."""

    start: Span
    end: Span | None = None
    prefix: Span | None = None
    suffix: Span | None = None

    def written(self, text: str) -> str:
        """Return it percent-encoded; a dash, a comma or an ampersand of the text would be taken for a part of it."""
        parts = [
            self.prefix and _encoded(text, self.prefix) + "-",
            _encoded(text, self.start),
            self.end and _encoded(text, self.end),
            self.suffix and "-" + _encoded(text, self.suffix),
        ]
        return "text=" + ",".join(part for part in parts if part)


def _encoded(text: str, span: Span) -> str:
    return quote(text[slice(*span)], safe="").replace("-", "%2D")


@lru_cache(maxsize=64)
def _article(title: str, text: str) -> _Article:
    words: list[_Word] = []
    folded = [" ".join(map(folded_word, title.split())) + "\n"]
    at = len(folded[0])
    for number, line in enumerate(canonical.lines(text)):
        place = line.end - len(line.block.text)  # after the mark of a heading or an item
        for word in line.block.text.split():
            place = text.index(word, place)
            same = folded_word(word)
            words.append(_Word(place, place + len(word), at, at + len(same), number))
            folded.append(same + " ")
            place, at = place + len(word), at + len(same) + 1
        folded.append("\n")
        at += 1
    return _Article(tuple(words), "".join(folded))


def folded_word(word: str) -> str:
    """Return a word such that two which a browser may take for the same are the same: no case, accents or ligatures.

    >>> folded_word("“Naïve”") == folded_word('"NAIVE"')
    True
    """
    plain = unicodedata.normalize("NFKD", word).casefold().translate(_SAME)
    return "".join(one for one in unicodedata.normalize("NFKD", plain) if unicodedata.category(one)[0] not in "MC")


def _whole(article: _Article, first: int, last: int) -> Iterator[_Offer]:
    """The stretch as one term, with as much context as makes it the only one."""
    if not article.one_block(first, last):
        return
    words = article.words
    here, term = words[first].at, article.term(first, last)
    for before in _contexts(article, first, -1):
        for after in _contexts(article, last, +1):
            others = (at for at in article.places(term) if at != here)
            if not any(_beside(article, at, at + len(term), before, after) for at in others):
                yield _Offer((words[first].start, words[last].end), None, _span(article, before), _span(article, after))
                break


def _ranges(article: _Article, first: int, last: int) -> Iterator[_Offer]:
    """The stretch from its first words to its last, where those in between need not be given."""
    words = article.words
    for before in _contexts(article, first, -1):
        for opening in _term_ends(article, first, last):
            term = article.term(first, opening)
            others = (at for at in article.places(term) if at != words[first].at)
            if any(_beside(article, at, at + len(term), before, None) for at in others):
                continue
            if ending := _ending(article, opening, first, last):
                closing, after = ending
                yield _Offer(
                    (words[first].start, words[opening].end),
                    (words[closing].start, words[last].end),
                    _span(article, before),
                    _span(article, after),
                )
            break


def _ending(article: _Article, opening: int, first: int, last: int) -> tuple[int, Span | None] | None:
    """The fewest last words that do not come before in the stretch, and a context where they need one."""
    words = article.words
    for after in _contexts(article, last, +1):
        for closing in _term_ends(article, last, first):
            if closing - opening <= _FEWEST_LEFT_OUT:
                break
            term = article.term(closing, last)
            places = article.places(term, words[opening].to)
            found = next(at for at in places if _beside(article, at, at + len(term), None, after))
            if found == words[closing].at:
                return closing, after
    return None


def _term_ends(article: _Article, edge: int, far: int) -> Iterator[int]:
    """Words where a term may end that begins at one edge of a stretch: a few words on, or where its block ends, and on."""
    step = 1 if edge < far else -1
    ends = list(takewhile(lambda end: article.one_block(edge, end), range(edge, far + step, step)))
    yield from ends[min(_FEWEST_WORDS, len(ends)) - 1 :]


def _contexts(article: _Article, edge: int, step: int) -> Iterator[Span | None]:
    """No context, then one, two, … words of the block beside a word, as numbers of the first and the last of them."""
    yield None
    beside = edge + step
    for count in range(_MOST_CONTEXT):
        far = beside + count * step
        if not 0 <= far < len(article.words) or not article.one_block(beside, far):
            return
        yield (min(beside, far), max(beside, far))


def _beside(article: _Article, at: int, to: int, before: Span | None, after: Span | None) -> bool:
    """Whether these words stand right before and right after a stretch of the folded text, be it in another block."""
    return (before is None or article.folded[:at].rstrip().endswith(article.term(*before))) and (
        after is None or article.folded[to:].lstrip().startswith(article.term(*after))
    )


def _span(article: _Article, words: Span | None) -> Span | None:
    return words and (article.words[words[0]].start, article.words[words[1]].end)
