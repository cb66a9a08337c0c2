"""As an editor with a screen reader or a small screen I can edit passages, see what waits, try questions and keep them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant import curate
from assistant.drafts import build_draft
from index.model import default_model
from sources import cut as cuts
from sources.database import open_database, reading, writing
from sources.editing import Action, Desired, editing
from sources.overview import article_lines
from sources.questions import Kind, kept
from tests.stories.conftest import served
from tests.stories.staff import at_work, let_in
from tests.stories.test_editor_with_assistive_technology import fill
from tests.stories.test_visitor_with_assistive_technology import VIEWS, assert_accessible, look_at
from web.staff import builds, people

# One worker makes the site once.
pytestmark = pytest.mark.xdist_group("desk_pages")

ARTICLE = "How long antidepressants take to work"


def edit_some(data: Path) -> str:
    """Let an edit wait, add a phrasing and a question, build a draft, and have a publish stopped; returns the article."""
    engine = open_database(data)
    with reading(engine) as connection:
        kim = people.by_name(connection, "kim")
        line = next(one for one in article_lines(connection) if len(one.revisions) == 1 and one.passages > 3)
        desk = editing(connection, line.article.id, line.newest.digest)
    assert kim is not None
    span = next(one for one in desk.cut if cuts.boundaries(desk.text, one))
    wanted = Desired(desk.id_of(span), Action.SPLIT, cuts.boundaries(desk.text, span)[0])
    of_it = desk.article_id, desk.revision
    curate.add_phrasing(engine, desk.id_of(desk.cut[-1]), "does it wear off", who=kim.name)
    build_draft(engine, data, default_model(), who=kim.name)
    curate.edit(engine, *of_it, wanted, who=kim.name, why="two subjects", person=kim.id)
    curate.edit(
        engine, *of_it, Desired(desk.id_of(desk.cut[-1]), Action.WITHHOLD), who=kim.name, why="to be checked",
        person=kim.id,
    )  # fmt: skip
    curate.comment(engine, desk.article_id, "Is the second table still right?", who=kim.name)
    question = kept("How do I bake bread?", Kind.MUST_REFUSE, (), kim.name)
    curate.change_question(engine, None, question, who=kim.name, why="")
    failed = builds.Failed(
        question.question, question.kind or "", "no passage", "no passage", "“Bread is baked at 220 degrees” (Bread)"
    )
    with writing(engine) as connection:
        build = builds.begin(connection, kim, "w", int(time.time()), all_the_same=False)
        words = "1 of the questions that staff keep comes out wrong. What visitors see is as it was."
        builds.ended(connection, build, builds.BuildState.FAILED, words, (), (failed,))
    engine.dispose()
    return desk.article_id


@pytest.fixture(scope="module")
def place(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of a site with the starter library and something to look at on every page, and an article's id."""
    data = Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("desk") / "data"))
    let_in(data)
    fill(data)
    article = edit_some(data)
    with served(data) as address:
        yield address, article


def tour(page: Page, article: str) -> Iterator[str]:
    """Go to every page of the desk, in the states that it can be in; yields the name of each once it is there."""
    page.goto("/staff/review-queue")
    yield "review-queue"
    page.goto(f"/staff/articles/{article}")
    yield "article-with-desk"
    page.get_by_role("link", name="Edit the passages").click()
    for one in page.locator("main details summary").all():
        one.click()
    yield "cut"
    page.get_by_role("button", name="Turn down").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "cut-error"
    page.locator("article.passage p.origin a").last.click()
    for one in page.locator("main details summary").all():
        one.click()
    yield "edit-passage"
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "edit-passage-error"
    page.goto("/staff/differences")
    yield "differences"
    page.goto("/staff/questions")
    page.locator("main details summary").first.click()
    yield "questions"
    page.get_by_role("button", name="Keep this question").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    yield "questions-error"
    page.goto("/staff/try")
    yield "try"
    page.get_by_label("Question").fill("How long do SSRIs take to work?")
    page.get_by_role("button", name="Ask the draft").click()
    expect(page.get_by_role("heading", name="What a visitor would see")).to_be_visible()
    page.locator("main details summary").first.click()
    yield "tried"
    page.goto("/staff/publish")
    yield "publish-stopped"


@pytest.mark.parametrize(("screen", "light"), VIEWS)
def test_no_page_of_the_desk_has_a_barrier(browser: Browser, place: tuple[str, str], screen: str, light: str) -> None:
    address, article = place
    with at_work(browser, address, "hedda") as page:
        look_at(page, screen, light)
        seen = []
        for name in tour(page, article):
            assert_accessible(page, name)
            seen.append(name)
        assert len(seen) == len(set(seen)) == 12
        page.set_viewport_size({"width": 320, "height": 256})
        page.goto(f"/staff/articles/{article}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
