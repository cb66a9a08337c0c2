"""A made-up clinic's website on a port of its own, to see the assistant on a page of another site.

It asks of its browser what a careful clinic would: a Content-Security-Policy that allows nothing but its own style
sheet and picture, and from Wellcited the script and the frame.
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from web.embedding import WIDGET
from web.pages import HERE, environment


def content_policy(site: str) -> str:
    """Return what a strict page must allow so that the assistant works on it: its script and its frame."""
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self'; script-src {site}; frame-src {site}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def create_demo_site(site: str) -> Starlette:
    """Make the clinic's website, with the assistant that is served at the origin `site`."""
    page = environment().get_template("demo_site.html").render(site=site, widget=site + WIDGET)
    style = (HERE / "static" / "demo_site.css").read_text(encoding="utf-8")
    headers = {"Content-Security-Policy": content_policy(site), "X-Content-Type-Options": "nosniff"}

    def first_page(_: Request) -> Response:
        return HTMLResponse(page, headers=headers)

    def style_sheet(_: Request) -> Response:
        return Response(style, media_type="text/css", headers=headers)

    def icon(_: Request) -> Response:
        return Response(status_code=204, headers=headers)

    return Starlette(routes=[Route("/", first_page), Route("/clinic.css", style_sheet), Route("/favicon.ico", icon)])


def run_demo_site(site: str, port: int) -> None:
    """Serve it until told to stop."""
    _Server(uvicorn.Config(create_demo_site(site), port=port, log_level="warning", access_log=False)).run()


class _Server(uvicorn.Server):
    """Says where to go, and what the assistant must be told, once the socket is open."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start, then say so."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if not self.started:
            return
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        address = f"http://{host}:{port}"
        sys.stdout.write(
            f"The made-up clinic is ready. Open {address} in a browser; stop with Ctrl+C.\n"
            f"It may show the assistant if that was started with WELLCITED_SITES={address}\n"
        )
        sys.stdout.flush()
