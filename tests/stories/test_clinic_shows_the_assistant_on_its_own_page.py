"""As a clinic I put one line on my page, and visitors ask there; as a visitor I get what I would get on its own page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, expect

from assistant.policy import load_policy
from tests.stories.conftest import served
from tests.stories.host_pages import COVERS, HOSTILE, Clinic, Visit, clinic_website, visiting
from web.demo_site import content_policy

QUESTION = "How fast does ketamine work?"
POLICY = load_policy()
WORDS = POLICY.wordings
SCREENS = {"telephone": (390, 844), "desk": (1280, 800)}


@pytest.fixture(scope="module")
def clinic(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A clinic's website on the list of a site with the starter library."""
    data = Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("embedded") / "data"))
    with clinic_website() as clinic, served(data, clinic.address) as clinic.site:
        clinic.put("/")
        clinic.put("/hostile", head=f"<style>{HOSTILE}</style>", body=COVERS)
        strict = content_policy(clinic.site) + "; require-trusted-types-for 'script'; trusted-types 'none'"
        clinic.put("/strict", Content_Security_Policy=strict)
        clinic.put("/isolated", Cross_Origin_Embedder_Policy="require-corp", Cross_Origin_Opener_Policy="same-origin")
        clinic.put("/long", body="<p>The lift is slow.</p>" * 200)
        clinic.put("/pale", attributes='data-color="#ffe" data-label="Fragen?" data-position="left"')
        clinic.put("/wrong", attributes='data-color="red;}" data-position="up" data-label="?"')
        clinic.put("/twice", head=f'<script src="{clinic.site}/widget.js" async></script>')
        yield clinic


@pytest.fixture
def visit(browser: Browser, clinic: Clinic) -> Iterator[Visit]:
    with visiting(browser, clinic) as visit:
        yield visit
        assert visit.complaints == []


def ask(frame: Frame, words: str) -> None:
    frame.get_by_label("Your question").fill(words)
    frame.get_by_role("button", name="Ask", exact=True).click()


def box(visit: Visit, selector: str) -> dict[str, float]:
    found = visit.page.locator(f"wellcited-widget {selector}").bounding_box()
    assert found
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


def focus_is_on(visit: Visit, selector: str) -> None:
    expect(visit.page.locator(f"wellcited-widget {selector}")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/hostile", "/strict", "/isolated"])
def test_one_line_gives_launcher_panel_and_the_same_answer(visit: Visit, clinic: Clinic, path: str) -> None:
    visit.page.goto(clinic.address + path)
    expect(visit.launcher).to_be_visible()
    assert [one.url for one in visit.requests if one.url.startswith(clinic.site)] == [f"{clinic.site}/widget.js"]
    assert sum(len(one.body()) for one in visit.responses if one.url.startswith(clinic.site)) <= 15_000
    frame = visit.open()
    answer = visit.page.request.post(f"{clinic.site}/api/ask", data={"question": QUESTION}).json()
    ask(frame, QUESTION)
    expect(frame.locator("blockquote").first).to_be_visible()
    assert frame.locator("figure.quote blockquote").all_text_contents() == [one["text"] for one in answer["passages"]]
    assert frame.locator("main .disclaimer").first.text_content() == WORDS.disclaimer
    expect(frame.get_by_role("link", name="In crisis?")).to_be_visible()
    frame.get_by_role("link", name="Talk to a person").click()
    expect(frame.get_by_role("heading", name="Talk to a person")).to_be_in_viewport()
    assert visit.kept() == []
    visit.page.keyboard.press("Escape")
    expect(visit.panel).to_be_hidden()
    focus_is_on(visit, ".launcher")


LOOKS = """() => [...document.querySelector("wellcited-widget").shadowRoot.querySelectorAll("*")].map((one) => {
  const style = getComputedStyle(one);
  const { x, y, width, height } = one.getBoundingClientRect();
  return [one.tagName, x, y, width, height, ...[...style].map((name) => `${name}: ${style.getPropertyValue(name)}`).sort()];
})"""


@pytest.mark.parametrize("screen", SCREENS)
def test_hostile_styles_change_nothing(browser: Browser, clinic: Clinic, screen: str) -> None:
    width, height = SCREENS[screen]
    looks = []
    for path in ("/", "/hostile"):
        with visiting(browser, clinic, viewport={"width": width, "height": height}) as visit:
            visit.page.goto(clinic.address + path)
            closed = visit.page.evaluate(LOOKS)
            x, y = (box(visit, ".launcher")[side] + 20 for side in ("x", "y"))
            assert (
                visit.page.evaluate("([x, y]) => document.elementFromPoint(x, y).localName", [x, y])
                == "wellcited-widget"
            )
            visit.open()
            looks.append((closed, visit.page.evaluate(LOOKS)))
    for plain, hostile in zip(*looks, strict=True):
        for one, other in zip(plain, hostile, strict=True):
            assert one == other, one[0]


def test_a_person_in_danger_sees_the_card_and_nothing_else(visit: Visit, clinic: Clinic) -> None:
    visit.page.goto(f"{clinic.address}/hostile")
    frame = visit.open()
    ask(frame, "I don't want to be alive anymore")
    expect(frame.locator(".crisis-card")).to_be_in_viewport()
    turn = frame.locator("li.turn")
    expect(turn.locator("figure, blockquote, .suggestions")).to_have_count(0)
    leads = {str(link.get_attribute("href")) for link in turn.locator("a").all()}
    assert {"tel:988", "sms:988", "tel:911"} <= leads
    ours = {one for one in leads if one.startswith("/answers/")}  # the receipt, below all help
    assert len(ours) <= 1
    outside = {one for one in leads if not one.startswith(("tel:", "sms:"))} - ours
    assert outside <= {line.chat for line in POLICY.helplines}
    words = frame.locator("body").inner_text()
    assert not [name for name in ("Larkfield", "starter library", "clinic that offers") if name in words]


def test_with_the_keyboard_alone_and_a_closed_root(browser: Browser, clinic: Clinic) -> None:
    with visiting(browser, clinic, opened=False) as visit:
        page = visit.page
        page.goto(f"{clinic.address}/strict")
        assert page.evaluate("document.querySelector('wellcited-widget').shadowRoot") is None
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "wellcited-widget"
        page.keyboard.press("Space")
        wait_for_focus(visit, "question")
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        expect(visit.frame.locator("blockquote").first).to_be_visible()
        page.keyboard.press("Escape")
        wait_until_left(visit)
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.textContent") == "A link of the clinic’s"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(visit.frame.locator(".asked .words")).to_have_text(QUESTION)
        page.wait_for_function("!document.hasFocus() || document.activeElement.localName === 'wellcited-widget'")
        assert visit.complaints == []


def wait_for_focus(visit: Visit, place: str) -> None:
    visit.page.wait_for_function("document.querySelector('wellcited-widget') === document.activeElement")
    visit.page.wait_for_timeout(50)
    for _ in range(100):
        frames = [one for one in visit.page.frames if one != visit.page.main_frame]
        if frames and frames[0].evaluate("document.hasFocus() && document.activeElement.id") == place:
            return
        visit.page.wait_for_timeout(50)
    raise AssertionError("the focus did not come into the frame")


def wait_until_left(visit: Visit) -> None:
    """Wait for the focus to leave the frame; the page around it cannot tell its own launcher from the frame."""
    (frame,) = (one for one in visit.page.frames if one != visit.page.main_frame)
    frame.wait_for_function("!document.hasFocus()", polling=50)
    visit.page.wait_for_function("document.hasFocus() && document.activeElement.localName === 'wellcited-widget'")


def test_what_was_asked_is_there_until_one_starts_over(visit: Visit, clinic: Clinic) -> None:
    visit.page.goto(clinic.address)
    expect(visit.launcher).to_have_attribute("aria-expanded", "false")
    frame = visit.open()
    expect(visit.launcher).to_have_attribute("aria-expanded", "true")
    ask(frame, QUESTION)
    expect(frame.locator("blockquote").first).to_be_visible()
    visit.panel.get_by_role("button", name="Close").click()
    expect(visit.panel).to_be_hidden()
    expect(visit.launcher).to_have_attribute("aria-expanded", "false")
    focus_is_on(visit, ".launcher")
    visit.open()
    expect(frame.locator(".asked .words")).to_have_text(QUESTION)
    frame.get_by_role("button", name="Start over").click()
    frame.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(frame.locator(".welcome")).to_be_visible()
    assert QUESTION not in frame.content()
    assert frame.evaluate("location.hash + JSON.stringify(history.state)") == "null"
    assert visit.kept() == []
    ask(frame, QUESTION)
    expect(frame.locator("blockquote").first).to_be_visible()


def test_the_focus_comes_to_the_launcher_also_where_a_click_left_it_elsewhere(visit: Visit, clinic: Clinic) -> None:
    """Safari gives no focus to a button that is clicked."""
    visit.page.goto(clinic.address)
    visit.page.get_by_role("link", name="A link of the clinic’s").focus()
    visit.launcher.dispatch_event("click")
    visit.page.locator("wellcited-widget iframe").wait_for()
    expect(visit.frame.get_by_label("Your question")).to_be_focused()
    visit.page.keyboard.press("Escape")
    focus_is_on(visit, ".launcher")


def test_what_leaves_the_conversation_opens_in_a_tab_of_its_own(visit: Visit, clinic: Clinic) -> None:
    visit.page.goto(clinic.address)
    frame = visit.open()
    ask(frame, QUESTION)
    with visit.context.expect_page() as opened:
        frame.get_by_role("link", name="Open the source at this passage").first.click()
    expect(opened.value.locator(".passage.quoted")).to_be_in_viewport()
    with visit.context.expect_page() as opened:
        frame.get_by_role("link", name="In crisis?").click()
    expect(opened.value.get_by_role("heading", name="Get help now")).to_be_visible()
    assert opened.value.evaluate("document.referrer") == ""
    expect(frame.locator("blockquote").first).to_be_visible()


def test_a_site_that_is_not_on_the_list_gets_a_link_instead(browser: Browser, clinic: Clinic) -> None:
    with visiting(browser, clinic) as visit:
        visit.page.goto(clinic.unlisted)
        visit.launcher.click()
        assert_help_is_shown(visit)
        expect(visit.panel.get_by_role("status")).to_have_text("The questions page cannot be shown here right now.")
        expect(visit.panel.locator("iframe")).to_be_hidden()
        assert visit.frame.url != f"{clinic.site}/embed"
        assert any("frame-ancestors" in one for one in visit.complaints)
        with visit.context.expect_page() as opened:
            visit.panel.get_by_role("link", name="Open the questions page").click()
        expect(opened.value.get_by_label("Your question")).to_be_visible()
        assert opened.value.evaluate("document.referrer + (opener === null)") == "true"
        sent = [one for one in visit.requests if one.url.startswith(clinic.site)]
        assert {one.url for one in sent} == {f"{clinic.site}/widget.js", f"{clinic.site}/embed"}
        assert not [one for one in sent if {"referer", "origin", "cookie"} & set(one.all_headers())]


def assert_help_is_shown(visit: Visit) -> None:
    """The crisis line stands in the panel with its numbers as large buttons, before and without a frame."""
    help_ = visit.panel.locator(".help")
    expect(help_).to_contain_text("In crisis?")
    expect(help_).to_contain_text(WORDS.crisis_line)
    for label, leads in (("Call 988", "tel:988"), ("Call 911", "tel:911")):
        expect(help_.get_by_role("link", name=label)).to_be_in_viewport()
        expect(help_.get_by_role("link", name=label)).to_have_attribute("href", leads)


def test_help_is_there_before_anything_is_loaded(visit: Visit, clinic: Clinic) -> None:
    held: list[Any] = []
    visit.page.route("**/embed", lambda route: held.append(route))
    visit.page.goto(clinic.address)
    visit.launcher.click()
    assert_help_is_shown(visit)
    expect(visit.panel.get_by_role("status")).to_have_text("Opening the questions page …")
    focus_is_on(visit, "h2")
    visit.page.wait_for_timeout(100)
    held[0].continue_()
    expect(visit.panel.locator("iframe")).to_be_visible()
    expect(visit.panel.locator(".help")).to_be_hidden()


def test_with_the_server_down_the_panel_shows_the_number(
    browser: Browser, clinic: Clinic, data: Path, tmp_path: Path
) -> None:
    with ExitStack() as server, clinic_website() as website:
        website.site = server.enter_context(served(data, website.address))
        website.put("/")
        with visiting(browser, website) as visit, visiting(browser, website) as asked:
            visit.page.goto(website.address)
            asked.page.goto(website.address)
            frame = asked.open()
            server.close()
            visit.launcher.click()
            assert_help_is_shown(visit)
            expect(visit.panel.get_by_role("button", name="Try again")).to_be_visible()
            # Whoever had the panel open keeps what was written.
            ask(frame, "I feel so alone with this")
            expect(frame.locator("form.question .error")).to_contain_text("Nothing you wrote is lost")
            expect(frame.locator("form.question .unsent")).to_contain_text(WORDS.crisis_line)
            expect(frame.get_by_label("Your question")).to_have_value("I feel so alone with this")
            frame.goto("about:blank")
            assert_help_is_shown(asked)


def test_try_again_brings_the_conversation(visit: Visit, clinic: Clinic) -> None:
    visit.page.route("**/embed", lambda route: route.abort())
    visit.page.goto(clinic.address)
    visit.launcher.click()
    again = visit.panel.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    visit.page.unroute("**/embed")
    again.click()
    visit.page.locator("wellcited-widget iframe").wait_for()
    expect(visit.frame.get_by_label("Your question")).to_be_focused()
    visit.complaints.clear()  # that the first try failed


def test_on_a_telephone_it_fills_the_screen_and_lets_the_page_scroll_when_closed(
    browser: Browser, clinic: Clinic
) -> None:
    with visiting(browser, clinic, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as visit:
        visit.page.goto(f"{clinic.address}/long")
        frame = visit.open()
        assert box(visit, "dialog") == {"x": 0, "y": 0, "width": 390, "height": 844}
        assert visit.page.evaluate("document.elementFromPoint(5, 5).localName") == "wellcited-widget"
        assert frame.evaluate("document.activeElement.id") in ("main", "question")
        visit.panel.get_by_role("button", name="Close").click()
        expect(visit.panel).to_be_hidden()
        visit.page.mouse.move(100, 100)
        visit.page.mouse.wheel(0, 600)
        visit.page.wait_for_function("scrollY > 300")


def test_only_the_frame_itself_can_close_the_panel(visit: Visit, clinic: Clinic) -> None:
    visit.page.goto(clinic.address)
    frame = visit.open()
    visit.page.evaluate("postMessage({ wellcited: 'close' }, '*')")
    spoken = "(origin) => dispatchEvent(new MessageEvent('message', { data: { wellcited: 'close' }, origin }))"
    visit.page.evaluate(spoken, clinic.site)
    visit.page.wait_for_timeout(100)
    expect(visit.panel).to_be_visible()
    # And the frame listens to the page around it alone, if that is on the list.
    visit.page.evaluate("window.heard = []; addEventListener('message', (event) => heard.push(event.data.wellcited))")
    frame.evaluate("""() => {
      for (const [origin, source] of [["https://evil.example", parent], [location.origin, window]])
        dispatchEvent(new MessageEvent("message", { data: { wellcited: "hello" }, origin, source }));
    }""")
    frame.get_by_label("Your question").focus()
    visit.page.keyboard.press("Escape")
    expect(visit.panel).to_be_hidden()
    assert visit.page.evaluate("heard") == ["close"]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("light", ["light", "dark", "forced"])
def test_no_state_has_a_barrier(browser: Browser, clinic: Clinic, screen: str, light: str) -> None:
    width, height = SCREENS[screen]
    options: dict[str, Any] = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce"}
    options |= {"forced_colors": "active"} if light == "forced" else {"color_scheme": light}
    with visiting(browser, clinic, **options) as visit:
        visit.page.goto(clinic.address)
        assert_accessible(visit.page, "closed")
        visit.page.route("**/embed", lambda route: route.abort())
        visit.launcher.click()
        expect(visit.panel.get_by_role("button", name="Try again")).to_be_visible()
        assert_accessible(visit.page, "failed")
        assert_large(visit, ".launcher, .close, .ways a, .way, .again")
        visit.page.unroute("**/embed")
        visit.panel.get_by_role("button", name="Try again").click()
        visit.page.locator("wellcited-widget iframe").wait_for()
        assert_accessible(visit.page, "open")
        assert_accessible(visit.frame, "the first page in the frame")
        ask(visit.frame, QUESTION)
        expect(visit.frame.locator("blockquote").first).to_be_visible()
        assert_accessible(visit.frame, "an answer in the frame")
        visit.panel.get_by_role("button", name="Close").focus()
        assert visit.page.evaluate("document.getAnimations().length") == 0
        for one in (".launcher", "dialog"):
            style = visit.page.locator(f"wellcited-widget {one}").evaluate(
                "(one) => getComputedStyle(one).borderTopStyle"
            )
            assert style == "solid" or (one, screen) == ("dialog", "telephone")


def assert_accessible(page: Page | Frame, place: str) -> None:
    found: dict[str, Any] = Axe().run(page, options={"resultTypes": ["violations"], "iframes": False}).response
    assert [f"{place}: {one['id']}: {[node['html'] for node in one['nodes']]}" for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{place} scrolls sideways"


def assert_large(visit: Visit, selectors: str) -> None:
    for one in visit.page.locator(", ".join(f"wellcited-widget {each.strip()}" for each in selectors.split(","))).all():
        size = one.bounding_box()
        if one.is_visible():
            assert size, one
            assert min(size["width"], size["height"]) >= 44, one.inner_text()


def test_at_four_times_the_size_all_of_it_can_be_used(browser: Browser, clinic: Clinic) -> None:
    with visiting(browser, clinic, viewport={"width": 320, "height": 256}) as visit:
        visit.page.goto(clinic.address)
        frame = visit.open()
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        ask(frame, QUESTION)
        expect(frame.locator("blockquote").first).to_be_visible()
        expect(visit.panel.get_by_role("button", name="Close")).to_be_in_viewport()


def test_the_page_may_choose_colour_side_and_words(visit: Visit, clinic: Clinic) -> None:
    visit.page.goto(f"{clinic.address}/pale")
    expect(visit.launcher).to_have_text("Fragen?")
    expect(visit.launcher).to_have_css("background-color", "rgb(255, 255, 238)")
    expect(visit.launcher).to_have_css("color", "rgb(0, 0, 0)")
    assert box(visit, ".launcher")["x"] < 100
    assert visit.warnings == []


def test_a_choice_that_cannot_be_used_is_named_and_not_taken(visit: Visit, clinic: Clinic) -> None:
    visit.page.goto(f"{clinic.address}/wrong")
    expect(visit.launcher).to_have_text("Ask a question")
    expect(visit.launcher).to_have_css("background-color", "rgb(23, 92, 76)")
    assert [one.split("=")[0] for one in visit.warnings] == [
        "Wellcited: data-label", "Wellcited: data-position", "Wellcited: data-color",
    ]  # fmt: skip


def test_a_line_that_stands_there_twice_makes_one_launcher(visit: Visit, clinic: Clinic) -> None:
    visit.page.goto(f"{clinic.address}/twice")
    expect(visit.launcher).to_have_count(1)
    visit.page.wait_for_load_state("networkidle")
    expect(visit.page.locator("wellcited-widget")).to_have_count(1)
