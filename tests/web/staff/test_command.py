"""What the command line knows of the people who sign in."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import wellcited
from tests.web.staff.conftest import PASSWORD, Browsing, Form, site

LEAFLET = """---
title: "Geese"
publisher: "River Office"
---

Wild geese fly south in autumn. They rest on lakes along the way, often in large groups, and feed on the fields around.
"""


def test_a_link_lets_the_first_admin_in_and_later_somebody_who_lost_the_password(tmp_path: Path) -> None:
    data = tmp_path / "data"
    [path] = re.findall(r"http://127\.0\.0\.1:8000(/staff/link/\S+)", wellcited(data, "link"))
    for client in site(data):
        nobody = Browsing(client)
        form: Form = {"name": "Ida Ahn", "sign_in_name": "ida", "password": PASSWORD, "again": PASSWORD}
        nobody.post(path, **form)
        nobody.sign_in("ida")
        assert "There are people already" in wellcited(data, "link", succeeds=False)
        assert "There are: ida." in wellcited(data, "link", "nobody", succeeds=False)
        [path] = re.findall(
            r"https://ask\.example(/\S+)", wellcited(data, "link", "ida", "--site", "https://ask.example/")
        )
        nobody.get("/staff/account", 303)
        nobody.sign_in("ida", status=422)
        new = "seven quiet owls waltz"
        nobody.post(path, password=new, again=new)
        nobody.sign_in("ida", new)
        # A name that has an account does not approve what it brought in; any other name does as before.
        (tmp_path / "geese.md").write_text(LEAFLET, encoding="utf-8")
        wellcited(data, "import", str(tmp_path / "geese.md"), "--as", "Ida Ahn")
        refused = wellcited(data, "approve", "--all", "--as", "ida", succeeds=False)
        assert "Another person must approve it" in refused
        assert "1 revisions approved" in wellcited(data, "approve", "--all", "--as", "Kim Bo")
