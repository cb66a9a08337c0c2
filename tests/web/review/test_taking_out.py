"""The log taken out in the browser: in every form, by days, and only by who may."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from assistant import log, schema
from assistant.exporting import Form
from assistant.proof import log_keys
from assistant.verifier import read_checkpoint, read_export, signer_of, verify_export
from sources.database import reading
from tests.web.review.conftest import signed_in
from tests.web.staff.conftest import Browsing, somebody, text
from web.access import Role

PAGE, TODAY = "/review/log", datetime.now(UTC).date()


def taken(browsing: Browsing, form: Form, **days: str) -> bytes:
    return bytes(browsing.post(f"{PAGE}/export", 200, form=form.value, **days).content)


def test_every_form_holds_and_carries_a_checkpoint(ada: Browsing, engine: Engine) -> None:
    with zipfile.ZipFile(io.BytesIO(taken(ada, Form.bundle))) as bundle:
        names = {name.split("/")[1]: bundle.read(name) for name in bundle.namelist()}
    assert sorted(names) == ["README.txt", "answers.jsonl", "log.jsonl", "verify.py"]
    with reading(engine) as connection:
        keys, size = log_keys(connection), log.head(connection).seq
        (entry,) = connection.scalars(sa.select(schema.log.c.body).where(schema.log.c.kind == "export"))
    assert json.loads(entry) == {"who": "Dr. Ada", "form": "bundle", "since": None, "until": None}
    said = verify_export(read_export(names["log.jsonl"]), keys)
    assert said[0].startswith(f"{size} entries, unchanged")
    assert verify_export(read_export(taken(ada, Form.jsonl)), keys)[0].startswith(f"{size + 1} entries, unchanged")
    assert len(taken(ada, Form.csv).splitlines()) > size
    Bundle.model_validate_json(taken(ada, Form.fhir))
    note = ada.post(f"{PAGE}/checkpoint", 200)
    assert read_checkpoint(note.text).size == size + 3
    assert signer_of(note.text, keys)
    assert str(keys[0]) in text(ada.get(PAGE))


def test_days_narrow_it_and_what_is_wrong_is_said(ada: Browsing, engine: Engine) -> None:
    yesterday, tomorrow = ((TODAY + timedelta(n)).isoformat() for n in (-1, 1))
    with reading(engine) as connection:
        before = log.head(connection).seq
    for days, says in (
        ({"since": "x"}, "x is no date."),
        ({"until": "2020-01-01"}, "The log has no entry of these days."),
        ({"since": tomorrow, "until": yesterday}, "The log has no entry of these days."),
    ):
        page = ada.posted(f"{PAGE}/export", 422, form="csv", **days)
        assert says in text(page.xpath("//p[@role='alert']")[0])
    assert "Choose one." in text(ada.posted(f"{PAGE}/export", 422, form="pdf"))
    with reading(engine) as connection:
        assert log.head(connection).seq == before
        keys = log_keys(connection)
    found = read_export(taken(ada, Form.jsonl, since=TODAY.isoformat(), until=TODAY.isoformat()))
    assert verify_export(found, [*keys, *found.keys()])


@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.CURATOR, 403)])
def test_an_admin_may_too_and_sees_no_answers(client: TestClient, engine: Engine, role: Role, status: int) -> None:
    somebody(engine, "max", "Max", role)
    browsing = signed_in(client, "max")
    page = browsing.get(PAGE, status)
    browsing.post(f"{PAGE}/export", status, form="csv")
    if status == 200:
        assert page.xpath("//nav[@aria-label='Review']//a/@href") == [PAGE]
        assert page.xpath("//nav[@aria-label='Staff']//a[@aria-current]/@href") == [PAGE]
    browsing.get("/review", 403)
