"""The log as clinicians and admins take it out: a checkpoint to keep elsewhere, and exports in every form, by days.

Who took what out is an entry of the log itself, written before the checkpoint that the export carries is signed.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from msgspec.structs import replace
from starlette.background import BackgroundTask

from assistant import log, proof
from assistant.exporting import NO_ENTRY, Form, export, part_of
from assistant.log import LogError
from assistant.review.facts import bounds
from assistant.signing import sign
from sources.database import reading, writing
from web.access import Role, only
from web.review.pages import LogPage, review_frame, shown
from web.staff.article_views import moment
from web.staff.guard import REVIEW, Visit, Visited
from web.wording import days_of, sentence

LOG = f"{REVIEW}/log"
router = APIRouter(prefix=LOG, include_in_schema=False, default_response_class=HTMLResponse)
FORMS: Mapping[Form, str] = {
    Form.bundle: "Bundle with its own verifier (ZIP): for whoever checks the log without this program",
    Form.csv: "Spreadsheet (CSV)",
    Form.jsonl: "Entries as they are in the log (JSON Lines)",
    Form.fhir: "FHIR R4 AuditEvents (JSON)",
}
_FILES: Mapping[Form, tuple[str, str]] = {
    Form.bundle: ("zip", "application/zip"),
    Form.csv: ("csv", "text/csv; charset=utf-8"),
    Form.jsonl: ("jsonl", "application/jsonl"),
    Form.fhir: ("json", "application/fhir+json"),
}


@router.get("")
@only(Role.CLINICIAN, Role.ADMIN)
def show(request: Request, visit: Visited) -> Response:
    """Show how long the log is, how far it is signed and by which key, and what can be taken out."""
    return shown(_page(request))


@router.post("/checkpoint")
@only(Role.CLINICIAN, Role.ADMIN)
def checkpoint(request: Request, visit: Visited) -> Response:
    """Sign the log as it stands and hand the checkpoint out."""
    try:
        signed = sign(request.app.state.engine, request.app.state.settings.key_file)
    except LogError as error:
        return _refused(request, {}, {"checkpoint": sentence(error)})
    headers = {"Content-Disposition": f'attachment; filename="checkpoint-{signed.size}.txt"'}
    return Response(signed.note, media_type="text/plain; charset=utf-8", headers=headers)


@router.post("/export")
@only(Role.CLINICIAN, Role.ADMIN)
def take_out(request: Request, visit: Visited) -> Response:
    """Hand the log out, or what it has of some days."""
    values = {name: visit.text(name).strip() for name in ("since", "until", "form")}
    days, errors = days_of(values)
    if values["form"] not in list(Form):
        errors["form"] = "Choose one."
    if not errors and _nothing_of(request, days):
        errors["since"] = sentence(NO_ENTRY)
    if errors:
        return _refused(request, values, errors)
    folder = Path(tempfile.mkdtemp(prefix="wellcited-export-"))
    try:
        file = _written(request, visit, Form(values["form"]), days, folder)
    except LogError as error:
        shutil.rmtree(folder)
        return _refused(request, values, {"form": sentence(error)})
    except BaseException:
        shutil.rmtree(folder)
        raise
    kind = _FILES[Form(values["form"])][1]
    return FileResponse(file, media_type=kind, filename=file.name, background=BackgroundTask(shutil.rmtree, folder))


def _refused(request: Request, values: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    page = _page(request)
    return shown(replace(page, values={**page.values, **values}, errors=errors), 422)


def _nothing_of(request: Request, days: Mapping[str, date]) -> bool:
    """Whether the log has nothing of these days; its end, to which this very export is added, is never nothing."""
    with reading(request.app.state.engine) as connection:
        first, last = bounds(connection, days.get("since"), days.get("until"))
    return first > last and "until" in days and days["until"] < datetime.now(UTC).date()


def _written(request: Request, visit: Visit, form: Form, days: Mapping[str, date], folder: Path) -> Path:
    """Log who takes what out, sign the log, and write it; returns the file."""
    engine = request.app.state.engine
    told = {name: days[name].isoformat() if name in days else None for name in ("since", "until")}
    with writing(engine) as connection:
        log.append(connection, [log.Entry("export", {"who": visit.person.name, "form": form.value, **told})])
    signed = sign(engine, request.app.state.settings.key_file)
    name = f"wellcited-log-{datetime.now(UTC).date().isoformat()}"
    out = folder / (name if form is Form.bundle else f"{name}.{_FILES[form][0]}")
    with reading(engine) as connection:
        export(connection, part_of(connection, signed, days.get("since"), days.get("until")), form, out)
    return _packed(out) if form is Form.bundle else out


def _packed(folder: Path) -> Path:
    file = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.iterdir()):
            archive.write(one, f"{folder.name}/{one.name}")
    return file


def _page(request: Request) -> LogPage:
    with reading(request.app.state.engine) as connection:
        state, newest, keys = proof.state(connection), proof.newest(connection), proof.log_keys(connection)
    return LogPage(
        frame=review_frame(request),
        size=state.size,
        signed=state.signed,
        when=moment(newest.at.isoformat()) if newest else "",
        keys=tuple(map(str, keys)),
        forms=tuple((one.value, words) for one, words in FORMS.items()),
        values={"form": Form.bundle.value, "since": "", "until": ""},
    )
