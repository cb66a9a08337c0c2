"""Pages of a made-up clinic on another site that load the launcher: plain, with hostile styles, with strict headers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Request, Response

from tests.conftest import PATIENCE

HOSTILE = """
html { font-size: 3px; line-height: 5; letter-spacing: 1em; word-spacing: 2em; text-transform: uppercase; cursor: none;
  direction: rtl; text-indent: 9em; font-family: fantasy; color: #ff0; white-space: pre; visibility: hidden;
  --color: red; --on: red; --sheet: red; --ink: red; --link: red; --help: red; color-scheme: only dark; }
body, body * { visibility: visible; }
html > *:not(head):not(body):not(.late), wellcited-widget, wellcited-widget * { all: unset !important; display: none !important;
  visibility: hidden !important; opacity: 0 !important; transform: scale(0) !important; pointer-events: none !important;
  position: static !important; width: 1px !important; height: 1px !important; clip-path: inset(50%) !important;
  filter: invert(1) !important; zoom: 3 !important; animation: gone 1s infinite !important; --color: red !important;
  --on: red !important; --sheet: red !important; font-size: 2px !important; direction: rtl !important; }
@keyframes gone { to { opacity: 0; transform: translateX(-9999px); } }
* { all: unset; }
iframe, button, dialog, section, svg, h2, p, a, div { display: none !important; width: 1px !important;
  background: red !important; }
::before, ::after, ::backdrop { content: "x" !important; display: block !important; background: magenta !important;
  opacity: 1 !important; }
div.cover.cover { display: block !important; visibility: visible !important; position: fixed !important;
  inset: 0 !important; width: auto !important; z-index: 2147483647 !important; background: #fff !important; }
"""

# What comes last lies on top of what has the same z-index.
COVERS = """<div class="cover"></div><script>addEventListener("load", () => {
  document.documentElement.append(Object.assign(document.createElement("div"), { className: "late cover" })); });</script>"""

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Larkfield Practice</title>{head}</head><body>
<main><h1>Larkfield Practice</h1><p><a href="#there">A link of the clinic’s</a></p>{body}
<p id="there">The door is blue.</p></main></body></html>"""


@dataclass
class Clinic:
    """A website: `address` is on the list of the assistant at `site`, `unlisted` leads to the same pages and is not."""

    address: str
    unlisted: str
    site: str = ""
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def put(self, path: str, *, attributes: str = "", head: str = "", body: str = "", **headers: str) -> None:
        """Make a page that loads the launcher."""
        script = f'<script src="{self.site}/widget.js" defer referrerpolicy="no-referrer" {attributes}></script>'
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = _PAGE.format(head=head + script, body=body), named


@contextmanager
def clinic_website() -> Iterator[Clinic]:
    """Serve a clinic's pages. `localhost` and `127.0.0.1` are two sites to a browser."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page, headers = clinic.pages.get(self.path, ("", {}))
            self.send_response(200 if page else 204)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = server.server_address[1]
    clinic = Clinic(f"http://localhost:{port}", f"http://127.0.0.1:{port}")
    threading.Thread(target=server.serve_forever).start()
    try:
        yield clinic
    finally:
        server.shutdown()
        server.server_close()


# Tests look into the shadow root, which is closed to everyone else.
OPENED = """const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) { return attach.call(this, { ...options, mode: "open" }); };"""

# Whatever tries to keep something is noted, also where the browser would refuse it to a frame of another site.
_WATCHED = """window.kept = [];
for (const [place, name] of [[Storage.prototype, "setItem"], [IDBFactory.prototype, "open"], [CacheStorage.prototype, "open"]]) {
  const really = place[name];
  place[name] = function (...given) { window.kept.push(name); return really.apply(this, given); };
}
Object.defineProperty(Document.prototype, "cookie", { get: () => "", set: (value) => window.kept.push(value) });"""


class Visit:
    """A visitor's tab at a clinic's page, and what it sent and complained about."""

    def __init__(self, context: BrowserContext, *, opened: bool = True) -> None:
        self.page = context.new_page()
        self.context = context
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        self.complaints: list[str] = []
        self.warnings: list[str] = []
        self.page.add_init_script(_WATCHED)
        if opened:
            self.page.add_init_script(OPENED)
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("response", lambda response: self.responses.append(response))
        self.page.on("pageerror", lambda error: self.complaints.append(error.message))
        self.page.on("console", lambda said: self._keep(said.type, said.text))

    def _keep(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)
        if kind == "warning":
            self.warnings.append(text)

    @property
    def launcher(self) -> Locator:
        return self.page.locator("wellcited-widget .launcher")

    @property
    def panel(self) -> Locator:
        return self.page.locator("wellcited-widget dialog")

    @property
    def frame(self) -> Frame:
        """The conversation in its frame, once it is there."""
        [frame] = [one for one in self.page.frames if one != self.page.main_frame]
        return frame

    def open(self) -> Frame:
        """Open the panel and wait for the conversation."""
        self.launcher.click()
        self.page.locator("wellcited-widget iframe").wait_for()
        return self.frame

    def kept(self) -> list[str]:
        """What the page and the frame in it tried to keep: in a storage, a cookie, or the name of the window."""
        return [one for frame in self.page.frames for one in frame.evaluate("[...kept, name].filter(Boolean)")]


@contextmanager
def visiting(browser: Browser, clinic: Clinic, *, opened: bool = True, **options: Any) -> Iterator[Visit]:
    """Visit with a fresh profile; at the end nothing may be kept anywhere or have gone to a third place."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    visit = Visit(context, opened=opened)
    yield visit
    assert context.cookies() == []
    context.close()
    ours = (clinic.address, clinic.unlisted, clinic.site)
    assert [one.url for one in visit.requests if not one.url.startswith(tuple(f"{origin}/" for origin in ours))] == []
    assert [one.url for one in visit.requests if "question" in urlsplit(one.url).query] == []
