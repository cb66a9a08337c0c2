"""Bringing articles in: send files or paste a text, look at what cleaning made of it, then keep it as a draft."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.engine import Connection, Engine
from starlette.exceptions import HTTPException

from assistant import curate
from sources import canonical
from sources.article import Attributes, BlockKind, Document
from sources.cleaning import Cleaned, clean
from sources.database import reading, writing
from sources.formats import FORMATS
from sources.library import LibraryError, Status, recognised, revision_text
from sources.near import gone, near_passages
from sources.overview import article_line
from sources.reading import Limits, ReadingError
from web.access import Role, only
from web.staff import arrivals
from web.staff.addresses import BRING_IN, STAFF
from web.staff.arrivals import Arrival, TooManyError
from web.staff.article_views import moment
from web.staff.comparing import compared
from web.staff.details import read_day, read_details, written_out
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.staff.pages import ArrivalPage, ArrivalRow, BringInPage, PreviewBlock

router = APIRouter(prefix=BRING_IN, include_in_schema=False, default_response_class=HTMLResponse)

_LOOK_AGAIN_AFTER_YEARS = 1
# Others wait in line meanwhile.
_MOST_SECONDS = 60.0
_READING: RunVar[CapacityLimiter] = RunVar("uploads being read")


class Checked(Struct, frozen=True):
    """What somebody typed about an article: attributes, blocks to bring back, the day to look again, and what is wrong."""

    attributes: Attributes
    restored: frozenset[int]
    review_by: date | None
    values: dict[str, str]
    errors: dict[str, str]


@router.get("")
@only(Role.CURATOR)
def bring_in_page(request: Request, visit: Visited, said: str = "") -> Response:
    """Show the forms and what waits."""
    return shown(_page(request, visit, said))


@router.post("")
@only(Role.CURATOR)
async def bring_in(request: Request, visit: Visited) -> Response:
    """Read what was sent; what can be read waits to be looked at, and of the rest it is said why not."""
    return await to_thread.run_sync(_bring_in, request, visit, limiter=waiting_in_line())


def waiting_in_line() -> CapacityLimiter:
    """Return what lets one upload at a time be read: the threads that answer visitors are few, and not for this."""
    try:
        return _READING.get()
    except LookupError:
        _READING.set(CapacityLimiter(1))
        return _READING.get()


def _bring_in(request: Request, visit: Visit) -> Response:
    errors: dict[str, list[str]] = {"files": [], "pasted": [], "address": []}
    added: list[str] = []
    pasted, address = visit.text("pasted"), visit.text("address").strip()
    until = time.monotonic() + _MOST_SECONDS
    for file in visit.files("files"):
        name = arrivals.file_name(file.filename or "")
        if time.monotonic() > until:
            errors["files"].append(f"{name}: the files before it took too long to read. Send it by itself.")
            continue
        added += _take(request, visit, name, file.file.read(), errors["files"])
    if pasted.strip():
        added += _take(request, visit, f"{arrivals.PASTED}.txt", pasted.encode(), errors["pasted"])
    if address:
        added += _fetch(request, visit, address, errors["address"])
    if not (visit.files("files") or pasted.strip() or address):
        errors["files"].append("Choose at least one file, or paste a text below.")
    if any(errors.values()):
        page = replace(_page(request, visit), errors=tuple(errors["files"]))
        wrong = {name: found[0] for name, found in errors.items() if found and name != "files"}
        typed = {"pasted": pasted, "address": address}
        kept = {name: typed[name] for name in wrong}
        return shown(replace(page, wrong=wrong, typed=kept), 422)
    return RedirectResponse(f"{BRING_IN}/{added[0]}" if len(added) == 1 else BRING_IN, 303)


def _fetch(request: Request, visit: Visit, address: str, errors: list[str]) -> list[str]:
    """Bring in what an address leads to, where the settings allow it; the article gets the address it came from."""
    state = request.app.state
    if not state.settings.fetches:
        errors.append("This site does not fetch addresses. An admin can allow it with WELLCITED_FETCH.")
        return []
    # Imported late: few sites fetch, and what it takes would stay in every server's memory.
    from web.fetching import FetchError, Network, fetch

    try:
        found = fetch(address, network=state.network or Network())
    except FetchError as error:
        errors.append(f"{address[:200]}: {error}")
        return []
    return _take(request, visit, arrivals.file_name(found.file_name), found.content, errors, found.address)


@router.get("/{arrival_id}")
@only(Role.CURATOR)
def preview(request: Request, visit: Visited, arrival_id: str) -> Response:
    """Show what cleaning made of a document, with the details that it states."""
    arrival = _arrival(request, visit, arrival_id)
    found = clean(arrival.document).attributes
    return shown(_arrival_page(request, arrival, _found(found, visit.now)))


@router.post("/{arrival_id}")
@only(Role.CURATOR)
def look_again(request: Request, visit: Visited, arrival_id: str) -> Response:
    """Show the preview anew with what was typed; nothing is kept by this."""
    said = _checked(visit)
    # What has yet to be answered is no mistake before somebody wants to keep the text.
    errors = {field: words for field, words in said.errors.items() if said.values[field]}
    return shown(_arrival_page(request, _arrival(request, visit, arrival_id), replace(said, errors=errors)))


@router.post("/{arrival_id}/keep")
@only(Role.CURATOR)
def keep(request: Request, visit: Visited, arrival_id: str) -> Response:
    """Put a document into the library as a draft."""
    engine, arrival, said = request.app.state.engine, _arrival(request, visit, arrival_id), _checked(visit)
    if said.errors:
        return shown(_arrival_page(request, arrival, said), 422)
    person = visit.person
    try:
        imported = curate.import_document(
            engine, arrival.document, file_name=arrival.file_name, who=person.name, given=said.attributes,
            restored=said.restored, person=person.id, complete=True,
        )  # fmt: skip
    except LibraryError:
        wrong = replace(said, errors={"blocks": "Nothing is left to keep. Bring at least one block back."})
        return shown(_arrival_page(request, arrival, wrong), 422)
    if imported.status is Status.NEW and said.review_by:
        curate.set_review_by(engine, imported.article_id, said.review_by, who=person.name)
    with writing(engine) as connection:
        arrivals.remove(connection, arrival)
    return RedirectResponse(f"{STAFF}/articles/{imported.article_id}?revision={imported.revision}&said=kept", 303)


@router.post("/{arrival_id}/discard")
@only(Role.CURATOR)
def discard(request: Request, visit: Visited, arrival_id: str) -> Response:
    """Throw a document away that waits."""
    arrival = _arrival(request, visit, arrival_id)
    with writing(request.app.state.engine) as connection:
        arrivals.remove(connection, arrival)
    return RedirectResponse(f"{BRING_IN}?said=discarded", 303)


def preview_blocks(document: Document, given: Attributes, restored: frozenset[int]) -> tuple[PreviewBlock, ...]:
    """Every block of a document in its place, with the reason where a rule leaves it out or would."""
    reasons = {one.ordinal: one.reason for one in clean(document, given, complete=True).dropped}
    left_out = {one.ordinal: one.reason for one in clean(document, given, restored, complete=True).dropped}
    return tuple(
        PreviewBlock(n, block.kind, block.text, left_out.get(n) or reasons.get(n), n in restored and n not in left_out)
        for n, block in enumerate(document.blocks)
    )


def _take(
    request: Request, visit: Visit, name: str, content: bytes, errors: list[str], address: str | None = None
) -> list[str]:
    try:
        documents = arrivals.read_file(name, content)
    except (ReadingError, TooManyError) as error:
        errors.append(str(error))
        return []
    documents = tuple(_from(address, one) for one in documents)
    with writing(request.app.state.engine) as connection:
        return arrivals.add(connection, visit.person, name, documents, visit.now)


def _from(address: str | None, document: Document) -> Document:
    """Return a document with the address it was fetched from, where it states none."""
    if address is None or document.attributes.url:
        return document
    return replace(document, attributes=replace(document.attributes, url=address))


def _page(request: Request, visit: Visit, said: str = "") -> BringInPage:
    with reading(request.app.state.engine) as connection:
        found = arrivals.waiting(connection, visit.person)
    rows = tuple(_row(one, visit) for one in found)
    most = f"{Limits().bytes / 10**6:,.0f} MB"
    fetches = request.app.state.settings.fetches
    return BringInPage(frame_of(request, "bring-in", said), tuple(FORMATS), most, rows, fetches)


def _row(one: Arrival, visit: Visit) -> ArrivalRow:
    title = clean(one.document).attributes.title or one.file_name
    return ArrivalRow(one.id, title, one.file_name, moment(datetime.fromtimestamp(one.at, UTC)), visit.person.name)


def _arrival(request: Request, visit: Visit, arrival_id: str) -> Arrival:
    with reading(request.app.state.engine) as connection:
        found = arrivals.one(connection, visit.person, arrival_id)
    if found is None:
        raise HTTPException(404)
    return found


def _found(found: Attributes, now: int) -> Checked:
    """Return what a document says of itself, to be checked."""
    today = datetime.fromtimestamp(now, UTC).date()
    again = today.replace(year=today.year + _LOOK_AGAIN_AFTER_YEARS, day=min(today.day, 28))
    return Checked(found, frozenset(), again, {**written_out(found), "review_by": again.isoformat()}, {})


def _checked(visit: Visit) -> Checked:
    """Read the form about an article; what cannot be used stays in its field, with the reason."""
    details, errors = read_details(visit), dict[str, str]()
    typed = visit.text("review_by").strip()
    again = read_day(typed, "review_by", errors)
    restored = frozenset(int(one) for one in visit.texts("restored") if one.isdecimal())
    values = {**details.values, "review_by": typed}
    return Checked(details.attributes, restored, again, values, {**details.errors, **errors})


def _arrival_page(request: Request, arrival: Arrival, said: Checked) -> ArrivalPage:
    cleaned = clean(arrival.document, said.attributes, said.restored, complete=True)
    blocks = preview_blocks(arrival.document, said.attributes, said.restored)
    page = ArrivalPage(
        frame=frame_of(request, "bring-in"),
        id=arrival.id,
        file_name=arrival.file_name,
        values=said.values,
        blocks=blocks,
        kept=len(blocks) - len(cleaned.dropped),
        left_out=len(cleaned.dropped),
        remarks=cleaned.remarks,
        missing=_missing(cleaned),
        errors=said.errors,
    )
    return _with_what_is_known(request.app.state.engine, page, cleaned)


def _missing(cleaned: Cleaned) -> tuple[str, ...]:
    words = {"title": "title", "publisher": "publisher", "url": "address", "published": "date of publication"}
    return tuple(words[name] for name in cleaned.missing)


def _with_what_is_known(engine: Engine, page: ArrivalPage, cleaned: Cleaned) -> ArrivalPage:
    """Say which article a document is a text of, how it differs from the newest revision, and what stands elsewhere, too."""
    with reading(engine) as connection:
        article_id, status = recognised(connection, cleaned, page.file_name)
        page = replace(page, near=tuple(near_passages(connection, cleaned.text, article_id)))
        if article_id is None:
            return page
        title, before = _newest(connection, article_id)
        page = replace(page, known=(article_id, title), gone=tuple(gone(connection, article_id, cleaned.text)))
    if status is Status.UNCHANGED:
        return replace(page, unchanged=True)
    return replace(page, compared=compared(_as_read(before), _as_read(cleaned.text)))


def _as_read(text: str) -> str:
    """Write a canonical text as people read it, a block a line, without the marks of headings."""
    blocks = (line.block for line in canonical.lines(text))
    return "\n".join(canonical.BULLET + one.text if one.kind is BlockKind.ITEM else one.text for one in blocks)


def _newest(connection: Connection, article_id: str) -> tuple[str, str]:
    line = article_line(connection, article_id)
    assert line is not None
    text = revision_text(connection, article_id, line.newest.digest)
    return line.article.attributes.title or article_id, text or ""
