"""Publishing: what it would change, the publish itself with its progress, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from assistant.publish import roll_back
from index import publishing
from index.desk import Desk
from index.edition import Edition
from index.publishing import Published, PublishingError
from sources.database import reading, writing
from sources.library import approved_passages
from sources.phrasings import with_phrasings
from web.access import Role, only
from web.staff import builds
from web.staff.addresses import STAFF
from web.staff.article_views import moment
from web.staff.building import start
from web.staff.builds import Build, BuildState, BusyError, Purpose
from web.staff.differing import Changes, changes
from web.staff.frame import frame_of, shown
from web.staff.guard import Visit, Visited
from web.staff.pages import BuildView, EditionRow, PublishPage

PUBLISH = f"{STAFF}/publish"
router = APIRouter(prefix=PUBLISH, include_in_schema=False, default_response_class=HTMLResponse)

_BUSY = "Another publish or draft is under way. Wait until it is done, or cancel it."
_SHOWN_FOR_SECONDS = 24 * 3600
_HISTORY = 500


@router.get("")
@only()
def publish_page(request: Request, visit: Visited, said: str = "") -> Response:
    """Show what a publish would change, the one under way, and the editions one can go back to."""
    return shown(_page(request, visit, said))


@router.post("")
@only(Role.CURATOR)
def publish(request: Request, visit: Visited) -> Response:
    """Begin a publish."""
    return _begin(request, visit, visit.text("why").strip() or "published in the browser", all_the_same=False)


@router.post("/all-the-same")
@only(Role.CLINICIAN, Role.ADMIN)
def publish_all_the_same(request: Request, visit: Visited) -> Response:
    """Begin a publish although curated questions go wrong, with a reason."""
    why = visit.text("why").strip()
    if not why:
        wrong = {"all-the-same": "Say why it may go live all the same; the log keeps it."}
        return shown(replace(_page(request, visit), errors=wrong), 422)
    return _begin(request, visit, why, all_the_same=True)


@router.post("/cancel")
@only()
def cancel(request: Request, visit: Visited) -> Response:
    """Ask the publish under way to stop; it leaves nothing behind."""
    with writing(request.app.state.engine) as connection:
        builds.cancel(connection, visit.text("build"))
    return RedirectResponse(PUBLISH, 303)


@router.post("/back")
@only(Role.CURATOR, Role.CLINICIAN)
def go_back(request: Request, visit: Visited) -> Response:
    """Make an earlier edition live again."""
    try:
        roll_back(
            request.app.state.engine, visit.text("edition"), who=visit.person.name, why="rolled back in the browser"
        )
    except PublishingError:
        wrong = {"back": "There is no such edition to go back to. The list shows those there are."}
        return shown(replace(_page(request, visit), errors=wrong), 422)
    return RedirectResponse(f"{PUBLISH}?said=rolled_back", 303)


def _begin(request: Request, visit: Visit, why: str, *, all_the_same: bool) -> Response:
    engine = request.app.state.engine
    try:
        with writing(engine) as connection:
            build_id = builds.begin(connection, visit.person, why, visit.now, all_the_same=all_the_same)
    except BusyError:
        return shown(replace(_page(request, visit), errors={"publish": _BUSY}), 422)
    start(request.app.state.settings, engine, build_id)
    return RedirectResponse(PUBLISH, 303)


def _page(request: Request, visit: Visit, said: str = "") -> PublishPage:
    with reading(request.app.state.engine) as connection:
        build = builds.newest(connection, visit.now, Purpose.PUBLISH)
        live, earlier = _editions(connection)
        # While a publish is under way the page is asked for every second, and would say what soon is no longer so.
        compares = build is None or build.state not in builds.UNDER_WAY
        approved = with_phrasings(connection, approved_passages(connection)) if compares else []
    differ = changes(_live_edition(request.app.state.assistant.desk, live), approved) if compares else Changes()
    roles = visit.person.roles
    return PublishPage(
        frame=frame_of(request, "publish", said),
        live=live,
        comes_in=differ.comes_in,
        goes_out=differ.goes_out,
        changed=differ.changed,
        details_changed=differ.details,
        phrased=differ.phrased,
        passages=len(approved) if compares else None,
        build=build_view(build, visit.now),
        earlier=earlier,
        may_publish=Role.CURATOR in roles,
        may_override=bool(roles & {Role.CLINICIAN, Role.ADMIN}),
    )


def _live_edition(desk: Desk, live: EditionRow | None) -> Edition | None:
    """Return what visitors search now; this server looks for a new edition twice a second, and may be about to."""
    library = desk.library_if_any()
    if live is not None and (library is None or library.edition.digest != live.digest):
        desk.look()
        library = desk.library_if_any()
    return library.edition if library else None


def _editions(connection: Connection) -> tuple[EditionRow | None, tuple[EditionRow, ...]]:
    """Return the live edition and those one can go back to, each with when it last went live."""
    past: dict[str, Published] = {}
    for one in publishing.history(connection, _HISTORY):
        past.setdefault(one.edition, one)
    live = publishing.live(connection)
    choices = [past[digest] for digest in publishing.rollback_choices(connection) if digest in past]
    return (_edition_row(live) if live else None), tuple(_edition_row(one) for one in choices)


def _edition_row(one: Published) -> EditionRow:
    return EditionRow(one.edition, moment(one.at), one.who, one.why)


def build_view(build: Build | None, now: int) -> BuildView | None:
    """Return a publish or a draft for the page; one that ended a day ago is no news."""
    if build is None or (build.state not in builds.UNDER_WAY and build.started_at < now - _SHOWN_FOR_SECONDS):
        return None
    began = moment(datetime.fromtimestamp(build.started_at, UTC))
    said = "Stopping …" if build.state is BuildState.CANCELLING else build.said
    return BuildView(
        build.id, build.state, build.person, began, build.step, build.done, build.total, said, build.wrong, build.failures
    )  # fmt: skip
