"""The pages of staff: one frozen class per template, and `render`, which turns one into HTML.

As on the visitor's pages, a template sees its page and nothing else, and every text is escaped where it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct, field

from sources.near import Known, Near
from web.access import EVERYBODY_SIGNED_IN, Role
from web.pages import environment
from web.staff.builds import Failed
from web.staff.comparing import Compared


class Part(Struct, frozen=True):
    """A part of the site: its name, address and words, and who may use it."""

    name: str
    address: str
    words: str
    roles: frozenset[Role] = EVERYBODY_SIGNED_IN


_EDITORS = frozenset((Role.CURATOR, Role.CLINICIAN))
GROUPS = (
    (
        "Library",
        (
            Part("articles", "/staff/articles", "Articles"),
            Part("bring-in", "/staff/bring-in", "Bring in", frozenset((Role.CURATOR,))),
            Part("review-queue", "/staff/review-queue", "Waiting"),
            Part("differences", "/staff/differences", "Differences"),
            Part("publish", "/staff/publish", "Publish"),
        ),
    ),
    (
        "Answers",
        (
            Part("try", "/staff/try", "Try"),
            Part("questions", "/staff/questions", "Questions"),
            Part("misses", "/staff/misses", "Not found", _EDITORS),
            Part("coverage", "/staff/coverage", "What is used", _EDITORS),
            Part("review", "/review", "Answers", frozenset((Role.CLINICIAN,))),
        ),
    ),
    (
        "Settings",
        (
            Part("people", "/staff/people", "People", frozenset((Role.ADMIN,))),
            Part("library", "/staff/library", "In and out", frozenset((Role.ADMIN,))),
            Part("log", "/review/log", "Log", frozenset((Role.ADMIN,))),
        ),
    ),
)


class StaffFrame(Struct, frozen=True):
    """What every page carries: whose it is, where one can go, the secret for its forms, and what was just done."""

    site_name: str
    nonce: str
    name: str | None = None
    roles: frozenset[Role] = frozenset()
    form_token: str = ""
    place: str = ""
    said: str = ""

    @property
    def groups(self) -> tuple[tuple[str, tuple[Part, ...]], ...]:
        """The parts of the site that this person may use, in groups with a word for each."""
        may = [(words, tuple(one for one in parts if one.roles & self.roles)) for words, parts in GROUPS]
        return tuple((words, parts) for words, parts in may if parts)

    @property
    def here(self) -> str:
        """The part of the site that this page belongs to, in words; empty where it is none of those."""
        return next((one.words for _, parts in GROUPS for one in parts if one.name == self.place), "")


class OwnPage(Struct, frozen=True):
    """A page that names its template itself: those of a part of staff's work stand together in a module of their own."""

    template: ClassVar[str]
    frame: StaffFrame


class SignInPage(Struct, frozen=True):
    """The form to sign in; `error` is one sentence for all that can be wrong. `provider`: one may sign in elsewhere, too."""

    frame: StaffFrame
    name: str = ""
    error: str | None = None
    provider: bool = False


class LinkPage(Struct, frozen=True):
    """What a one-time link opens: a password to choose. `person` is None where it makes the first admin."""

    frame: StaffFrame
    path: str
    person: str | None
    sign_in_name: str = ""
    name: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


class AccountPage(Struct, frozen=True):
    """One's own password, codes and sessions; `secret` waits for its first code."""

    frame: StaffFrame
    sign_in_name: str
    uses_codes: bool
    codes_needed: bool
    secret: str | None
    picture: str | None
    sessions: int
    errors: Mapping[str, str] = field(default_factory=dict)


class PersonRow(Struct, frozen=True):
    """A person in the list; `state` says in words whether they can sign in."""

    id: str
    name: str
    sign_in_name: str
    roles: frozenset[Role]
    state: str
    active: bool
    uses_codes: bool
    errors: Mapping[str, str] = field(default_factory=dict)


class PeoplePage(Struct, frozen=True):
    """Everybody with an account, and the form to invite another; `link` is shown once, to be passed on."""

    frame: StaffFrame
    people: tuple[PersonRow, ...]
    roles: tuple[tuple[Role, str], ...]
    sign_in_name: str = ""
    name: str = ""
    chosen: frozenset[Role] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None
    link_for: str = ""


class ArticleRow(Struct, frozen=True):
    """An article in the list. Dates are written out; `overdue` says that its day to be looked at again has passed."""

    id: str
    title: str
    publisher: str
    published: str
    states: tuple[str, ...]
    passages: int
    flagged: int
    review_by: str
    overdue: bool
    sample: bool


class ArticlesPage(Struct, frozen=True):
    """The articles that match what was looked for, `page` of `pages`; `every` is how many there are in all."""

    frame: StaffFrame
    rows: tuple[ArticleRow, ...]
    found: int
    every: int
    words: str = ""
    state: str = ""
    page: int = 1
    pages: int = 1


class RevisionRow(Struct, frozen=True):
    """A revision of an article, by whom and when it came in."""

    digest: str
    ordinal: int
    state: str
    who: str
    when: str
    file_name: str


class PassageRow(Struct, frozen=True):
    """A passage of a revision: `state` says in words whether visitors may see it, and `stays_out` why not.

    It `waits` where a clinician has to let its claims pass.
    """

    id: str
    heading: tuple[str, ...]
    text: str
    state: str
    stays_out: bool
    claims: tuple[tuple[str, str], ...] = ()
    waits: bool = False


class HistoryRow(Struct, frozen=True):
    """One change: when, who, what, why."""

    when: str
    who: str
    what: str
    why: str


class Action(Struct, frozen=True):
    """Something that can be done to a revision; `refused` says why this person cannot, where that is not plain."""

    name: str
    words: str
    primary: bool = False
    needs_reason: bool = False
    refused: str | None = None


class DeskView(Struct, frozen=True):
    """Who looks after an article, when it was last reviewed and until when it is shown, and what staff said about it.

    `people` are those it can be handed to: id and name.
    """

    owner: str
    mine: bool
    people: tuple[tuple[str, str], ...]
    last_review: str
    shown_until: str
    no_longer_shown: bool
    comments: tuple[HistoryRow, ...]


class ArticlePage(Struct, frozen=True):
    """An article: what is known of it, its revisions, and the passages of one of them.

    `values` are its details as the form to change them holds them, for somebody who may.
    """

    frame: StaffFrame
    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    url: str | None
    review_by: str
    may_curate: bool
    revisions: tuple[RevisionRow, ...]
    chosen: RevisionRow
    passages: tuple[PassageRow, ...]
    history: tuple[HistoryRow, ...]
    actions: tuple[Action, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    edits_waiting: int = 0
    desk: DeskView | None = None
    gone: tuple[Known, ...] = ()
    values: Mapping[str, str] | None = None
    may_accept: bool = False
    may_publish: bool = False
    ticked: frozenset[str] = frozenset()
    why: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


class PassagePage(Struct, frozen=True):
    """One passage: its words, its claims, what can be done, and the past answers that showed it."""

    frame: StaffFrame
    article_id: str
    title: str
    revision: str
    passage: PassageRow
    may_accept: bool
    may_withdraw: bool
    answers: tuple[tuple[str, str], ...]
    why: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


class ArrivalRow(Struct, frozen=True):
    """A document that was read and waits to be kept or thrown away."""

    id: str
    title: str
    file_name: str
    when: str
    who: str


class BringInPage(Struct, frozen=True):
    """The forms to bring articles in, and what waits. `errors` are of files, `wrong` and `typed` of the other fields."""

    frame: StaffFrame
    endings: tuple[str, ...]
    most: str
    waiting: tuple[ArrivalRow, ...]
    fetches: bool = False
    errors: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


class PreviewBlock(Struct, frozen=True):
    """A block of a document in its place. With a `reason` a rule leaves it out; `restored` brings it back all the same."""

    ordinal: int
    kind: str
    text: str
    reason: str | None = None
    restored: bool = False


class ArrivalPage(Struct, frozen=True):
    """What cleaning made of a document, with its details to check; nothing is in the library yet.

    `known` is the article (id, title) that it is a text of; `unchanged` says that this very text is there already; `near`
    are passages of other articles that it nearly repeats, `gone` those of its own whose words it no longer holds.
    """

    frame: StaffFrame
    id: str
    file_name: str
    values: Mapping[str, str]
    blocks: tuple[PreviewBlock, ...]
    kept: int
    left_out: int
    remarks: tuple[str, ...]
    missing: tuple[str, ...]
    known: tuple[str, str] | None = None
    unchanged: bool = False
    compared: Compared | None = None
    near: tuple[Near, ...] = ()
    gone: tuple[Known, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


class ChangedPassage(Struct, frozen=True):
    """A passage that comes in, goes out, or is there in other words."""

    title: str
    heading: tuple[str, ...]
    text: str
    compared: Compared | None = None


class BuildView(Struct, frozen=True):
    """A publish under way or ended: `state` is "running", "cancelling", "done", "failed" or "cancelled"."""

    id: str
    state: str
    who: str
    when: str
    step: str
    done: int
    total: int
    said: str
    wrong: tuple[str, ...] = ()
    failures: tuple[Failed, ...] = ()


class EditionRow(Struct, frozen=True):
    """An edition that is or was live."""

    digest: str
    when: str
    who: str
    why: str


class PublishPage(Struct, frozen=True):
    """What a publish would change, the one under way, and the editions one can go back to.

    `passages` would be live; None while a publish is under way, when nothing is compared.
    """

    frame: StaffFrame
    live: EditionRow | None
    comes_in: tuple[ChangedPassage, ...]
    goes_out: tuple[ChangedPassage, ...]
    changed: tuple[ChangedPassage, ...]
    details_changed: tuple[str, ...]
    passages: int | None
    build: BuildView | None
    earlier: tuple[EditionRow, ...]
    may_publish: bool
    may_override: bool
    phrased: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """How many passages and articles a publish would change."""
        return len(self.comes_in) + len(self.goes_out) + len(self.changed) + len(self.details_changed) + self.phrased


class StaffErrorPage(Struct, frozen=True):
    """What went wrong, in one heading and one sentence, and what to do next."""

    frame: StaffFrame
    status: int
    heading: str
    detail: str
    next_step: str


class StaffPatternsPage(Struct, frozen=True):
    """What the pages of staff are made of beyond the visitor's components, in every state."""

    frame: StaffFrame
    states: tuple[str, ...]
    compared: Compared
    values: Mapping[str, str]
    errors: Mapping[str, str]


StaffPage = (
    SignInPage
    | LinkPage
    | AccountPage
    | PeoplePage
    | ArticlesPage
    | ArticlePage
    | PassagePage
    | BringInPage
    | ArrivalPage
    | PublishPage
    | StaffErrorPage
    | StaffPatternsPage
)

TEMPLATES: Mapping[type[StaffPage], str] = {
    SignInPage: "sign_in.html",
    LinkPage: "link.html",
    AccountPage: "account.html",
    PeoplePage: "people.html",
    ArticlesPage: "articles.html",
    ArticlePage: "article.html",
    PassagePage: "passage.html",
    BringInPage: "bring_in.html",
    ArrivalPage: "arrival.html",
    PublishPage: "publish.html",
    StaffPatternsPage: "patterns.html",
    StaffErrorPage: "error.html",
}


def render(page: StaffPage | OwnPage) -> str:
    """The page as one HTML document."""
    template = page.template if isinstance(page, OwnPage) else TEMPLATES[type(page)]
    return environment().get_template(f"staff/{template}").render(page=page, nonce=page.frame.nonce)
