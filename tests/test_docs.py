"""The README is held true: what it names exists, and what exists of settings and commands it names rightly."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from typer.main import get_command

from web.command import app
from web.demo_site import content_policy
from web.embedding import WIDGET
from web.settings import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_table_as_the_code_has_it() -> None:
    rows = [f"| `{one.name}` | {f'`{one.default}`' if one.default else 'empty'} | {one.help} |" for one in SETTINGS]
    table = re.findall(r"^\| `WELLCITED_.*\|$", README, re.MULTILINE)
    assert table == rows


def test_what_it_tells_clinics_to_put_on_their_pages_is_what_works() -> None:
    site = "https://ask.clinic.example"
    allowed = set(content_policy(site).split("; "))
    assert f'<script src="{site}{WIDGET}" defer referrerpolicy="no-referrer"></script>' in README
    [shown] = re.findall(r"^ {4}(script-src .*)$", README, re.MULTILINE)
    assert set(shown.split("; ")) == {one for one in allowed if site in one}
    attributes = re.findall(r"^\| `data-([a-z]+)` \| `([^`]+)` \|", README, re.MULTILINE)
    script = (ROOT / "web/templates/widget.js").read_text(encoding="utf-8")
    assert set(attributes) == set(re.findall(r'chosen\("([a-z]+)", "([^"]+)"', script))


def test_every_command_it_shows_exists() -> None:
    group = get_command(app)
    known = set(getattr(group, "commands", {}))
    shown = set(re.findall(r"^ {4}wellcited ([a-z][a-z-]+)|`wellcited ([a-z][a-z-]+)", README, re.MULTILINE))
    assert {first or second for first, second in shown} <= known


def test_every_command_explains_itself_with_an_example() -> None:
    commands = getattr(get_command(app), "commands", {})
    flat = dict(commands)
    for group in ("log", "caveat", "differences"):
        flat |= {f"{group} {name}": command for name, command in getattr(commands[group], "commands", {}).items()}
    for name, command in flat.items():
        assert "Example: wellcited" in (command.help or "") or name == "log", name


def test_every_path_it_names_exists() -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", README)
    named += re.findall(r"`((?:assistant|index|sources|web|tests)/[\w./-]+)`", README)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_make_target_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_each_package_is_ours() -> None:
    import assistant
    import index
    import sources
    import web

    for package in (assistant, index, sources, web):
        assert Path(package.__file__ or "").parents[1] == ROOT


def test_what_is_installed_is_what_is_locked() -> None:
    from importlib.metadata import version

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = dict(line.split("==") for line in (ROOT / "requirements.lock").read_text().split() if "==" in line)
    locked = {re.sub(r"[-_.]+", "-", name).lower(): number for name, number in lock.items()}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = [re.sub(r"[-_.]+", "-", re.split(r"[\[><=;\s]", one)[0]).lower() for one in wanted]
    assert [name for name in names if name not in locked] == []
    assert {name: version(name).split("+")[0] for name in names} == {name: locked[name] for name in names}
