"""Caveats and differences on the command line, as a curator uses it, with a running history in the log."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import wellcited

LAKE = """---
title: "The lake"
publisher: "Harbour Office"
---

Swimming in the cold lake in the early morning calms many people, and those who swim on most days of the week say that
they sleep better, eat with more appetite and are less often in a bad mood. The ketamine water warms up in four to six weeks.

However, cold water is not safe for a weak heart. Whoever has trouble with the heart or with breathing should ask a doctor
first and then go in slowly, never alone, never after a heavy meal, and never where nobody else can see them swim.
"""
POND = """---
title: "The pond"
publisher: "Valley Office"
---

The pond lies behind the mill and is shallow enough for small children, who come here with their families after school.
In spring the ketamine water warms up in two to three weeks. Dogs may swim here in winter, when the children stay at home.
"""


@pytest.fixture
def lakes(tmp_path: Path) -> Path:
    """A data folder with two approved articles; nothing is published."""
    data = tmp_path / "data"
    for name, text in (("lake", LAKE), ("pond", POND)):
        (tmp_path / f"{name}.md").write_text(text)
        wellcited(data, "import", str(tmp_path / f"{name}.md"))
    wellcited(data, "approve", "--all", "--as", "Noor", "--accept-claims", "read")
    return data


def ids(data: Path, title: str) -> list[str]:
    """Ids of an article's passages, as the command lists them."""
    article = re.search(rf"\b({title}-[0-9a-f]{{8}})\b", wellcited(data, "articles"))
    assert article
    return re.findall(r"^│ ([0-9a-f]{24}) ", wellcited(data, "passages", article[1]), re.MULTILINE)


def test_caveats_are_listed_bound_released_and_logged(lakes: Path) -> None:
    (lake, however), (pond,) = ids(lakes, "the-lake"), ids(lakes, "the-pond")
    assert re.search(rf"{lake} │ {however} │ rule: however ", wellcited(lakes, "caveat", "list"))
    said = wellcited(lakes, "caveat", "bind", lake, pond, "--as", "Noor", "--why", "children swim there")
    assert f"passage {lake} is shown with {pond}, or not at all" in said
    wellcited(lakes, "caveat", "release", lake, however, "--as", "Noor", "--why", "another lake")
    listed = wellcited(lakes, "caveat", "list")
    assert re.search(rf"{lake} │ {pond} │ bound by a curator ", listed)
    assert re.search(rf"{lake} │ {however} │ rejected by a curator ", listed)
    again = wellcited(lakes, "caveat", "bind", lake, pond, "--as", "Noor", "--why", "again", succeeds=False)
    assert "is bound already" in again
    unknown = wellcited(lakes, "caveat", "bind", lake, "f" * 24, "--as", "Noor", "--why", "x", succeeds=False)
    assert "there is none of this id" in unknown
    assert "The log is whole" in wellcited(lakes, "log", "verify")


def test_the_list_says_what_is_not_shown_for_lack_of_a_caveat(lakes: Path, starter_data: Path) -> None:
    shutil.copytree(starter_data / "encoders", lakes / "encoders")  # preparing one is not what is looked at here
    lake, however = ids(lakes, "the-lake")
    wellcited(lakes, "publish", "--override", "a small library of a test")
    assert "not shown" not in wellcited(lakes, "caveat", "list")
    wellcited(lakes, "withdraw", however, "--why", "outdated", "--as", "Noor")
    said = f"not shown: passage {lake}, because its caveat {however} cannot be shown"
    assert said in wellcited(lakes, "caveat", "list")
    assert said in wellcited(lakes, "status")


def test_a_difference_is_listed_confirmed_and_dismissed(lakes: Path) -> None:
    listed = wellcited(lakes, "differences")
    found = re.search(r"^([0-9a-f]{12})  proposed: other numbers", listed, re.MULTILINE)
    assert found, listed
    assert "— The lake, Harbour Office, passage " in listed
    assert "1 proposed, 0 decided" in listed
    wellcited(lakes, "differences", "confirm", found[1], "--as", "Noor", "--why", "both are current")
    assert f"{found[1]}  confirmed" in wellcited(lakes, "differences")
    wellcited(lakes, "differences", "dismiss", found[1], "--as", "Noor", "--why", "two waters")
    listed = wellcited(lakes, "differences")
    assert f"{found[1]}  dismissed" in listed
    assert "0 proposed, 1 decided" in listed
    unknown = wellcited(lakes, "differences", "dismiss", "0" * 12, "--as", "Noor", "--why", "x", succeeds=False)
    assert "there is none of this id" in unknown
    assert "The log is whole" in wellcited(lakes, "log", "verify")
