"""The log in the terms of FHIR R4 (https://hl7.org/fhir/R4/auditevent.html): one AuditEvent for each entry."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_ACTIVITY = ("110100", "Application Activity")
_TYPES = {
    "answer": ("110112", "Query"),
    "import": ("110107", "Import"),
    "export": ("110106", "Export"),
    "sign_in": ("110114", "User Authentication"),
}
# What was done: C created, U updated, D removed, E executed.
_ACTIONS = {
    "import": "C",
    "feedback": "C",
    "curation": "U",
    "publish": "U",
    "rollback": "U",
    "warning": "U",
    "sample": "C",
    "verdict": "C",
    "action": "C",
    "action check": "C",
    "gap": "C",
    "question": "U",
    "settings": "U",
    "people": "U",
    "erasure": "D",
}
_BY_VISITORS = ("answer", "feedback")


def audit_event(origin: str, row: Any, body: Mapping[str, Any], entry: str, question: str = "") -> dict[str, Any]:
    """Return the AuditEvent of a row of the log; `entry` is its canonical JSON, which goes in whole.

    `origin` names the log, `question` is put in as what was asked, where it is not empty.
    """
    code, display = _TYPES.get(row.kind, _ACTIVITY)
    return {
        "resourceType": "AuditEvent",
        "type": {"system": _DICOM, "code": code, "display": display},
        "subtype": [{"code": re.sub("[ _]", "-", row.kind), "display": row.kind}],
        "action": _ACTIONS.get(row.kind, "E"),
        "recorded": row.at,
        "outcome": "0",
        "agent": [{"who": {"display": _who(row.kind, body)}, "requestor": True}],
        "source": {"observer": {"display": origin}},
        "entity": [_entity(row, body, entry, question)],
    }


def checkpoint_binary(note: str) -> dict[str, Any]:
    """Return the signed checkpoint, given in base64, as a resource."""
    return {"resourceType": "Binary", "contentType": "text/plain; charset=utf-8", "data": note}


def _who(kind: str, body: Mapping[str, Any]) -> str:
    named = body.get("who") or body.get("by")
    return str(named) if named else "visitor" if kind in _BY_VISITORS else "Wellcited"


def _entity(row: Any, body: Mapping[str, Any], entry: str, question: str) -> dict[str, Any]:
    name = body.get("answer") or body.get("passage_id") or body.get("article") or body.get("article_id")
    found: dict[str, Any] = {"what": {"identifier": {"value": str(name)}}} if name else {}
    if question:
        found["query"] = base64.b64encode(question.encode()).decode()
    return {**found, "detail": [{"type": "seq", "valueString": str(row.seq)}, {"type": "entry", "valueString": entry}]}
