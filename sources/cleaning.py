"""What is left out of an article before anyone reads it, and why: shown to the curator, and restorable.

Each rule looks at one block in its place and gives the reason to drop it, or None. Cleaning never edits words: a
block stays whole or goes whole. What a rule learns on the way (title, author, date) becomes the article's attributes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from sources.article import UNKNOWN, Attributes, Block, BlockKind, Document, Dropped
from sources.canonical import compose
from sources.dates import DATE, found_date
from sources.promotion import seller_named

# A title or caption is short, and a repeated paragraph long enough that nobody says it twice by chance.
_SHORT_WORDS = 16
_REPEAT_WORDS = 12
_TITLE_CHARACTERS = 70
_TEASER_WORDS = 60

_COUNTER = re.compile(r"[\d.,]+k?\s+(?:views?|shares?|likes?|comments?|reads?|followers?)|\d+ min(?:ute)?s? read", re.I)
_COMMENTS = re.compile(r"comments? (?:off|closed)\b.*|no comments?|leave a (?:comment|reply)|post a comment", re.I)
_LAYOUT = re.compile(
    r"blog layout|skip to (?:main )?content|menu|home|search|back to top|read more|more posts|load more|previous|next"
    r"|related (?:posts|articles)|you may also like|subscribe|view this page as a pdf\.?|print this page\.?"
    r"|to use the sharing features on this page, please enable javascript\.?|advertisement|table of contents",
    re.I,
)
_SHARING = re.compile(
    r"share(?: (?:by|this|on))?(?: (?:post|page|article))?:?|(?:tweet|facebook|twitter|linkedin|pinterest|email|whatsapp"
    r"|copy link)(?:[ |,/]+(?:tweet|facebook|twitter|linkedin|pinterest|email|whatsapp|copy link))*",
    re.I,
)
_CATEGORY = re.compile(r"(?:article )?(?:categor(?:y|ies)|tags?|filed under|posted in)\s*:(?P<rest>.*)", re.I)
_BYLINE = re.compile(r"(?:(?:written|posted|published|reviewed) )?by\b:?\s*(?P<name>[^.!?]{0,60}?)\s*", re.I)
_NAME = re.compile(r"(?:Dr\.? )?[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){1,3}(?:,? [A-Z][A-Za-z.]{1,5})?")
_LINK = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,6}(?:/\S*)?", re.I)
_LAST = re.compile(r"last (?:reviewed|updated|modified)\s*:?.{0,30}", re.I)
_STAMP = re.compile(r"(?:(?:published|updated|posted|last (?:updated|reviewed))(?: on)?:?\s*)?", re.I)
_REVIEWED = re.compile(r"(?:last |medically )?reviewed(?: on)?\s*:?", re.I)


class Cleaned(Struct, frozen=True):
    """A document after cleaning: canonical text, what was found out, what was dropped, and what to look at.

    `missing` names the attributes that neither file nor curator gave; `remarks` are sentences for the curator.
    """

    text: str
    attributes: Attributes
    dropped: tuple[Dropped, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]


def clean(
    document: Document, given: Attributes = UNKNOWN, restored: Collection[int] = (), *, complete: bool = False
) -> Cleaned:
    """Clean a document.

    `given` are attributes a curator states, which win over what is found; with `complete` a curator has looked at all of
    them, and one that is None stays unknown whatever is found. `restored` are ordinals of blocks that a curator wants
    back although a rule would drop them.
    """
    blocks = document.blocks
    found = _found(document)
    attributes = replace(given, sample=found.sample or given.sample) if complete else _merged(found, given)
    reasons = {n: why for n, why in _reasons(blocks, attributes).items() if n not in restored}
    kept = [block for n, block in enumerate(blocks) if n not in reasons]
    title = attributes.title or _first_words(kept)
    return Cleaned(
        text=compose(kept),
        attributes=replace(attributes, title=title),
        dropped=tuple(Dropped(n, blocks[n].text, why) for n, why in sorted(reasons.items())),
        missing=tuple(name for name in ("title", "publisher", "url", "published") if getattr(attributes, name) is None),
        remarks=_remarks(kept),
    )


def _merged(found: Attributes, given: Attributes) -> Attributes:
    names = ("title", "publisher", "author", "url", "published", "reviewed", "licence", "sells_treatment", "funding")
    stated = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    return replace(found, sample=found.sample or given.sample, **stated)


def _found(document: Document) -> Attributes:
    """Attributes the file states, else those that stand in the text before its first long paragraph or call."""
    stated, blocks = document.attributes, document.blocks
    head = _head(blocks)
    seller = next((name for block in blocks if (name := seller_named(block.text))), None)
    return replace(
        stated,
        title=stated.title or next((b.text for b in head if b.kind is BlockKind.HEADING and not _noise(b.text)), None),
        author=stated.author or next((name for b in head if (name := _author(b.text))), None),
        published=stated.published
        or next((day for b in head if not _reviewed(b.text) and (day := found_date(b.text))), None),
        reviewed=stated.reviewed or next((day for b in blocks if (day := _reviewed(b.text))), None),
        publisher=stated.publisher or seller,
        sells_treatment=True if stated.sells_treatment is None and seller else stated.sells_treatment,
    )


def _head(blocks: Sequence[Block]) -> list[Block]:
    body = next((n for n, block in enumerate(blocks) if _words(block.text) > _SHORT_WORDS), len(blocks))
    return list(blocks[:body])


def _reviewed(text: str) -> date | None:
    """Return the day of a line that says when the article was reviewed; None for any other, and for a month alone."""
    return found_date(text) if _REVIEWED.fullmatch(_without_date(text)) else None


def _without_date(text: str) -> str:
    return DATE.sub("", text).strip(" •|,-–—·")


def _author(text: str) -> str | None:
    rest = _without_date(text)
    byline = _BYLINE.fullmatch(rest)
    name = byline["name"] if byline else rest if rest != text and found_date(text) else ""
    return name if _NAME.fullmatch(name) else None


def _noise(text: str) -> bool:
    return _is_byline(text) or any(pattern.fullmatch(text.strip()) for pattern, _ in _ALONE)


def _reasons(blocks: Sequence[Block], attributes: Attributes) -> dict[int, str]:
    """Why each dropped block is dropped, by ordinal. Rules that look at one block go first, then those that look around."""
    reasons = {n: why for n, block in enumerate(blocks) if (why := _alone(block, attributes))}
    for around in _AROUND:
        reasons |= around(blocks, reasons, attributes)
    return reasons


def _alone(block: Block, attributes: Attributes) -> str | None:
    text = block.text.strip()
    if _reviewed(text):
        return "the day of the last review, kept as the article's"
    for pattern, reason in _ALONE:
        if pattern.fullmatch(text):
            return reason
    if attributes.title and _same(text, attributes.title):
        return "the title, kept as the article's title"
    if _is_byline(text):
        return "a byline or date line, kept as the article's author and date"
    return "a picture's caption" if _is_caption(text, attributes.title) else None


_ALONE = (
    (re.compile(r"\W*"), "no words"),
    (_COUNTER, "a view or share counter"),
    (_COMMENTS, "a line about comments"),
    (_LAYOUT, "page furniture"),
    (_SHARING, "a share bar"),
    (_CATEGORY, "a category line"),
    (_LINK, "a bare link"),
    (_LAST, "a line that dates the page"),
)


def _is_byline(text: str) -> bool:
    if _words(text) > _SHORT_WORDS:
        return False
    rest = _without_date(text)
    return bool(_BYLINE.fullmatch(rest)) or (found_date(text) is not None and _only_name(rest))


def _only_name(rest: str) -> bool:
    return bool(_STAMP.fullmatch(rest) or _NAME.fullmatch(rest))


def _is_caption(text: str, title: str | None) -> bool:
    """All lower case, no full stop, nothing the title does not say: the alternative text of a picture."""
    words = re.findall(r"\w+", text)
    known = set(re.findall(r"\w+", (title or "").casefold()))
    return 1 < len(words) <= 6 and text == text.lower() and text[-1].isalnum() and set(words) <= known


def _categories(blocks: Sequence[Block], reasons: dict[int, str], _: Attributes) -> dict[int, str]:
    """The words under a category line belong to it when the line itself names none."""
    found = {}
    for n in list(reasons):
        match = _CATEGORY.fullmatch(blocks[n].text.strip())
        if match and not match["rest"].strip() and n + 1 < len(blocks) and _is_label(blocks[n + 1]):
            found[n + 1] = "a category line"
    return found


def _teasers(blocks: Sequence[Block], reasons: dict[int, str], _: Attributes) -> dict[int, str]:
    """A list of other posts at the end: each a short line, a byline with its date, a sentence."""
    body = len(_head(blocks))
    stamps = [n for n in range(body, len(blocks)) if _is_byline(blocks[n].text) and found_date(blocks[n].text)]
    if len(stamps) < 2:
        return {}
    listed = {n for stamp in stamps for n in (stamp - 1, stamp, stamp + 1) if _in_list(blocks, n, stamp)}
    return {n: "a link to another post" for n in listed if n not in reasons or n in stamps}


def _in_list(blocks: Sequence[Block], n: int, stamp: int) -> bool:
    """Whether block `n` belongs to the teaser of this date line: the line itself, its title before, its words after."""
    if n >= len(blocks):
        return False
    return n == stamp or (_is_label(blocks[n]) if n < stamp else _words(blocks[n].text) <= _TEASER_WORDS)


def _closing_links(blocks: Sequence[Block], reasons: dict[int, str], _: Attributes) -> dict[int, str]:
    """Titles of other posts, imprints and dates after the last sentence of the article."""
    found = {}
    for n in reversed(range(len(blocks))):
        if n in reasons:
            continue
        if blocks[n].kind is BlockKind.ITEM or not _is_label(blocks[n]) or blocks[n].text.rstrip().endswith(":"):
            break
        found[n] = "a short line after the last sentence"
    # Where nothing but short lines was left, they are the article.
    return found if len(found) + len(reasons) < len(blocks) else {}


def _labels_alone(blocks: Sequence[Block], reasons: dict[int, str], _: Attributes) -> dict[int, str]:
    """A line such as "Sources:" whose list was dropped."""
    return {
        n: "a label with nothing under it"
        for n, block in enumerate(blocks)
        if n not in reasons
        and block.text.rstrip().endswith(":")
        and _words(block.text) <= 3
        and (n + 1 == len(blocks) or n + 1 in reasons)
    }


def _repeats(blocks: Sequence[Block], reasons: dict[int, str], _: Attributes) -> dict[int, str]:
    seen: set[str] = set()
    found = {}
    for n, block in enumerate(blocks):
        words = " ".join(block.text.casefold().split())
        if n in reasons or _words(words) < _REPEAT_WORDS:
            continue
        if words in seen:
            found[n] = "repeats an earlier paragraph word for word"
        seen.add(words)
    return found


def _headings_alone(blocks: Sequence[Block], reasons: dict[int, str], _: Attributes) -> dict[int, str]:
    """Headings with no words left under them, read from the end so that a heading over empty ones goes too."""
    found: dict[int, str] = {}
    following: Block | None = None
    for n in reversed(range(len(blocks))):
        block = blocks[n]
        if n in reasons:
            continue
        if block.kind is BlockKind.HEADING and _nothing_under(block, following):
            found[n] = (
                "the heading of a part that was dropped" if n + 1 in reasons else "a heading with nothing under it"
            )
        else:
            following = block
    return found


def _nothing_under(heading: Block, following: Block | None) -> bool:
    return following is None or (following.kind is BlockKind.HEADING and following.level <= heading.level)


_Around = Callable[[Sequence[Block], dict[int, str], Attributes], dict[int, str]]
_AROUND: tuple[_Around, ...] = (_categories, _teasers, _closing_links, _labels_alone, _repeats, _headings_alone)


def _remarks(kept: Sequence[Block]) -> tuple[str, ...]:
    glued = _glued(kept)
    if not glued:
        return ()
    shown = ", ".join(f"“{word}”" for word in glued[:5])
    return (
        f"spaces may be missing in {len(glued)} places, such as {shown}; compare with the original before approving",
    )


# A link's neighbours: where its markup was removed with the spaces around it, one of these runs into another word.
_SMALL = frozenset(
    [
        "about",
        "and",
        "are",
        "can",
        "for",
        "from",
        "has",
        "have",
        "learn",
        "more",
        "other",
        "see",
        "such",
        "than",
        "that",
        "the",
        "their",
        "these",
        "this",
        "using",
        "visit",
        "when",
        "with",
        "your",
    ]
)
_SMALL_AFTER = _SMALL | {"as", "to", "of", "or", "is", "by", "if", "at", "on"}
_RUN_ON = re.compile(r"\b[a-z]{3,}[.,;:?!)](?=[A-Za-z][a-z]{2,})[A-Za-z]+|\b[a-z]{4,}(?<!Mc)[A-Z][a-z]{2,}\b")


def _glued(kept: Sequence[Block]) -> list[str]:
    """Words that look like two run together: a lost space after a comma, a capital inside, or two known words."""
    texts = [_LINK.sub(" ", block.text) for block in kept]
    run_on = [match[0] for text in texts for match in _RUN_ON.finditer(text)]
    counts: dict[str, int] = {}
    for text in texts:
        for word in re.findall(r"\b[a-z]{2,}\b", text):
            counts[word] = counts.get(word, 0) + 1
    return run_on + [word for word in counts if _two_words(word, counts)]


def _two_words(word: str, counts: dict[str, int]) -> bool:
    if counts[word] > 1 or len(word) < 8:
        return False
    parts = ((word[:cut], word[cut:]) for cut in range(2, len(word) - 1))
    return any(
        (before in _SMALL and after in counts and len(after) > 3 and after not in ("self", "selves"))
        or (after in _SMALL_AFTER and before in counts and len(before) > 3)
        for before, after in parts
    )


def _first_words(kept: Sequence[Block]) -> str | None:
    """A stand-in for a missing title: the article's own first words, cut between words."""
    if not kept:
        return None
    text = kept[0].text
    return text if len(text) <= _TITLE_CHARACTERS else text[:_TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _is_label(block: Block) -> bool:
    return _words(block.text) <= _SHORT_WORDS and block.text.rstrip()[-1:] not in (".", "!")


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W+", " ", one).casefold().strip() == re.sub(r"\W+", " ", other).casefold().strip()


def _words(text: str) -> int:
    return len(text.split())
