"""As an auditor I can check an export on a machine that has nothing of Wellcited."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sources.database import open_database
from tests.stories.conftest import served
from tests.stories.staff import at_work, let_in
from web.installation import installation
from web.settings import read_settings

pytestmark = pytest.mark.xdist_group("review")
QUESTIONS = ("How long do SSRIs take to work?", "Is psilocybin legal in Oregon?", "I want to die")
# What `pip install cryptography` would bring, copied from here: a test needs no network.
NEEDED = ("cryptography", "cffi", "pycparser")


@pytest.fixture(scope="module")
def place(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site whose visitors were given three answers."""
    data = Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("audit") / "data"))
    let_in(data)
    engine = open_database(data)
    with installation(read_settings({"WELLCITED_DATA": str(data)}), engine) as assistant:
        for question in QUESTIONS:
            assistant.answer(question)
    engine.dispose()
    with served(data) as address:
        yield address


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a machine without the project: its standard library and `cryptography`, and nothing else."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in NEEDED:
        copy(distribution(name), packages)
    python = folder / "bin" / "python"
    for ours in ("sqlalchemy", "fastapi", "assistant.verifier", "web", "numpy"):
        assert subprocess.run(
            [python, "-I", "-c", f"import {ours}"], capture_output=True, check=False, cwd="/"
        ).returncode
    return python


def copy(one: Distribution, packages: Path) -> None:
    for file in one.files or ():
        if ".." not in file.parts:
            there = packages / file
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(str(one.locate_file(file))), there)


def downloaded(page: Page, button: str, to: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    download.value.save_as(to / download.value.suggested_filename)
    return to / download.value.suggested_filename


def checked(python: Path, folder: Path, *arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [python, "-I", folder / "verify.py", *arguments], cwd="/", env={}, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_bundle_from_the_browser_holds_elsewhere_and_a_changed_byte_is_found(
    browser: Browser, place: str, elsewhere: Path, tmp_path: Path
) -> None:
    with at_work(browser, place, "ada") as page:
        page.get_by_role("link", name="Answers", exact=True).first.click()
        page.get_by_role("navigation", name="Review").get_by_role("link", name="Log").click()
        expect(page.get_by_role("heading", name="The log")).to_be_visible()
        checkpoint = downloaded(page, "Download a checkpoint", tmp_path)
        page.get_by_label("Bundle with its own verifier").check()
        bundle = downloaded(page, "Download", tmp_path)
        page.reload()
        key = page.locator("code.key").first.inner_text()
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    folder = bundle.with_suffix("")
    code, said = checked(elsewhere, folder, "--key", key, "--checkpoint", checkpoint)
    assert code == 0
    assert "entries, unchanged and in order" in said
    assert "pass  3 answers, each exactly as it was given" in said
    assert "Not checked" not in said
    for name in ("log.jsonl", "answers.jsonl"):
        held = (folder / name).read_bytes()
        for place_ in (len(held) // 5, len(held) // 2, len(held) - 9):
            (folder / name).write_bytes(held[:place_] + bytes([held[place_] ^ 1]) + held[place_ + 1 :])
            code, said = checked(elsewhere, folder, "--key", key, "--checkpoint", checkpoint)
            assert (code, said[:4]) == (1, "FAIL"), f"{name}, byte {place_}"
        (folder / name).write_bytes(held)
    assert checked(elsewhere, folder, "--key", key, "--checkpoint", checkpoint)[0] == 0


def test_an_admin_without_scripts_takes_out_a_spreadsheet_of_today(
    browser: Browser, place: str, tmp_path: Path
) -> None:
    with at_work(browser, place, "hedda", scripts=False) as page:
        page.goto("/review/log")
        page.get_by_label("From").fill("2020-01-01")
        page.get_by_label("Spreadsheet (CSV)").check()
        file = downloaded(page, "Download", tmp_path)
    assert file.suffix == ".csv"
    assert file.read_text(encoding="utf-8-sig").count('"answer"') >= 3
    assert not any(question in file.read_text(encoding="utf-8") for question in QUESTIONS)
