"""Who may show the conversation in a frame, what browsers are told about it, and the script that a clinic's page loads."""

from __future__ import annotations

import importlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from assistant.policy import load_policy
from tests.conftest import wellcited
from web.app import create_app
from web.demo_site import content_policy, create_demo_site
from web.embedding import SiteError, sites_of
from web.settings import SettingError, read_settings
from web.widget import widget_script

html: Any = importlib.import_module("lxml.html")  # lxml ships no types

WORDS = load_policy().wordings
SITES = "https://clinic.example https://www.clinic.example:8443"


def client_of(data: Path, sites: str) -> Iterator[TestClient]:
    app = create_app(read_settings({"WELLCITED_DATA": str(data), "WELLCITED_SITES": sites}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def listed(starter_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server that two sites may show."""
    yield from client_of(Path(shutil.copytree(starter_data, tmp_path_factory.mktemp("listed") / "data")), SITES)


@pytest.fixture
def unlisted(tmp_path: Path) -> Iterator[TestClient]:
    """A server that no site may show, over an empty folder."""
    yield from client_of(tmp_path, "")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ()),
        ("  ", ()),
        ("https://clinic.example", ("https://clinic.example",)),
        (" https://b.example\n https://a.example ", ("https://b.example", "https://a.example")),
        ("HTTPS://Clinic.Example:443", ("https://clinic.example",)),
        ("https://clinic.example https://clinic.example:443", ("https://clinic.example",)),
        ("https://clinic.example:8443", ("https://clinic.example:8443",)),
        ("https://xn--mnchen-3ya.example", ("https://xn--mnchen-3ya.example",)),
        ("http://localhost:9000 http://127.0.0.1", ("http://localhost:9000", "http://127.0.0.1")),
    ],
)
def test_the_list_is_read_as_browsers_write_origins(written: str, read: tuple[str, ...]) -> None:
    assert read_settings({"WELLCITED_SITES": written}).sites == read


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("clinic.example", "clinic.example is not a site. Write an origin such as https://clinic.example"),
        ("*", "* is not a site"),
        ("https://*.clinic.example", "without a * for several"),
        ("https://münchen.example", "in its xn-- form"),
        ("'self'", "is not a site"),
        ("https://a.example; script-src *", "https://a.example; is not a site"),
        ("https://a.example,https://b.example", "is not a site"),
        ("https://", "https:// is not a site"),
        ("https://[::1]", "is not a site"),
        ("https://[", "https://[ is not an address"),
        ("https://a.example:99999", "is not an address"),
        ("ftp://a.example", "is not a site"),
        ("data:text/html,x", "is not a site"),
        ("http://clinic.example", "is not encrypted. Write https://clinic.example"),
        ("https://clinic.example/", "is more than a site. Write its origin alone: https://clinic.example"),
        ("https://clinic.example/ask?a=1#b", "Write its origin alone: https://clinic.example"),
        ("https://name@clinic.example", "Write its origin alone: https://clinic.example"),
    ],
)
def test_what_is_no_origin_is_named_with_what_to_write(written: str, said: str) -> None:
    with pytest.raises(SettingError, match=re.escape(said)) as raised:
        read_settings({"WELLCITED_SITES": f"https://fine.example {written}"})
    assert str(raised.value).startswith("WELLCITED_SITES: ")


def test_the_command_says_so_in_one_line(tmp_path: Path) -> None:
    said = wellcited(tmp_path, "demo-site", "--site", "https://a.example/b", succeeds=False)
    assert "Write its origin alone: https://a.example" in said


@given(st.text(alphabet=st.sampled_from("htps:/.a*;'\" ,-_@?#%\r\n\t[]0é"), max_size=40) | st.text(max_size=40))
@example("https://a.example\x0b; x")
@example("https://a.example\u2028b")
def test_nothing_that_could_end_the_directive_gets_into_it(written: str) -> None:
    try:
        sites = sites_of(written)
    except SiteError:
        return
    assert all(re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", one) for one in sites)


def policy_of(response: Any) -> dict[str, str]:
    directives = (one.strip().partition(" ") for one in response.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in directives}


def test_only_the_embedded_page_may_be_framed_and_only_by_the_list(listed: TestClient) -> None:
    for response in (listed.get("/embed"), listed.post("/embed"), listed.post("/embed", data={"question": "a" * 9000})):
        assert policy_of(response)["frame-ancestors"] == SITES
        assert "x-frame-options" not in response.headers
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
        assert response.headers["cross-origin-embedder-policy"] == "require-corp"
        assert response.headers["cache-control"] == "no-store"
        assert "set-cookie" not in response.headers


OTHERS = [
    "/",
    "/crisis",
    "/safety",
    "/api",
    "/livez",
    "/nowhere",
    "/embed/",
    "/embedded",
    "/static/wellcited.css",
    "//embed",
]


@pytest.mark.parametrize("path", [*OTHERS, "/widget.js"])
def test_every_other_page_stays_closed(listed: TestClient, path: str) -> None:
    response = listed.get(path, follow_redirects=False)
    assert policy_of(response)["frame-ancestors"] == "'none'"
    assert response.headers["x-frame-options"] == "DENY"
    resource = "cross-origin" if path == "/widget.js" else "same-origin"
    assert response.headers["cross-origin-resource-policy"] == resource


def test_without_a_list_no_site_may_show_it(unlisted: TestClient) -> None:
    response = unlisted.get("/embed")
    assert response.status_code == 200
    assert policy_of(response)["frame-ancestors"] == "'none'"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


def test_the_embedded_page_is_the_conversation_and_stays_in_the_frame(listed: TestClient) -> None:
    asked = {"question": "What are common side effects of SSRIs?"}
    pages = [(listed.get(path), listed.post(path, data=asked)) for path in ("/", "/embed")]
    for own, embedded in zip(*pages, strict=True):
        page, other = (html.fromstring(one.text) for one in (embedded, own))
        assert page.xpath("count(//form)") == other.xpath("count(//form)") > 0
        assert {form.get("action").partition("#")[0] for form in page.xpath("//form[@data-ask]")} == {"/embed"}
        # The others are sent by the script, and what they bring takes its place on the page.
        others = page.xpath("//form[not(@data-ask)]")
        assert all(set(form.keys()) & {"data-part", "data-edit", "data-start-over", "data-forget"} for form in others)
        assert not page.xpath("//a[@href='/']")
        assert [one.text_content() for one in page.xpath("//blockquote")] == [
            one.text_content() for one in other.xpath("//blockquote")
        ]
        assert page.xpath("//header//a[@href='/crisis']")
        [person] = page.xpath("//header//a[text()='Talk to a person']/@href")
        assert page.xpath(f"//footer//*[@id='{person[1:]}']")
        assert WORDS.disclaimer in page.text_content()
        assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
        assert page.get("data-sites") == SITES
        assert other.get("data-sites") is None


def test_what_goes_wrong_in_the_frame_leads_back_into_it(unlisted: TestClient) -> None:
    response = unlisted.post("/embed", content=b"a" * 1_000_000)
    assert response.status_code == 413
    assert html.fromstring(response.text).xpath("//main//a/@href") == ["/embed"]


def test_the_script_is_small_keeps_nothing_and_names_no_site(listed: TestClient) -> None:
    response = listed.get("/widget.js")
    script = response.text
    assert len(response.content) <= 15_000
    assert response.headers["content-type"].startswith("text/javascript")
    assert "set-cookie" not in response.headers
    assert "clinic.example" not in script
    assert not re.search(
        r"localStorage|sessionStorage|indexedDB|cookie\b(?!,)|innerHTML|eval\(|setAttribute\(\"style", script
    )
    assert set(re.findall(r"https?://[^\"\s]+", script)) == {"http://www.w3.org/2000/svg"}
    assert "{{" not in script


def test_the_script_has_the_crisis_line_of_the_policy_and_no_number_of_its_own(listed: TestClient) -> None:
    from msgspec.structs import replace

    assert '"tel:988"' in listed.get("/widget.js").text
    policy = load_policy()
    [first, *_] = policy.helplines
    lines = (replace(first, number="0800 555 000", how=("call",), chat=""),)
    words = replace(policy.wordings, crisis_line="Ring 0800 555 000 </script>'\u2028\"\n\nAlways.")
    script = widget_script(replace(policy, helplines=lines, wordings=words))
    assert not re.search(r"988|911", script)
    [told] = re.findall(r"const told = (.*);", script)
    assert '"Call 0800 555 000"' in told
    assert not set("<>&'\u2028") & set(told)


def test_the_script_is_asked_for_again_and_not_sent_twice(listed: TestClient) -> None:
    first = listed.get("/widget.js")
    assert first.headers["cache-control"] == "public, max-age=600"
    again = listed.get("/widget.js", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert listed.get("/widget.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_script_needs_neither_library_nor_database(unlisted: TestClient) -> None:
    assert unlisted.get("/widget.js").status_code == 200


def test_the_demo_site_is_as_strict_as_the_readme_tells_clinics_to_be() -> None:
    site = "https://ask.example"
    with TestClient(create_demo_site(site)) as client:
        response = client.get("/")
        page = html.fromstring(response.text)
        assert response.headers["content-security-policy"] == content_policy(site)
        assert page.xpath("//script/@src") == [f"{site}/widget.js"]
        assert page.xpath(f"//a[@href='{site}/']")
        assert not page.xpath("//style | //*[@style]")
        assert [client.get(one).status_code for one in page.xpath("//link/@href")] == [200]
