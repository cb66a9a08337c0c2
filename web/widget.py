"""`/widget.js`: the launcher and panel that a clinic's page loads with one line, and what the server tells it.

The script is written by hand (`templates/widget.js`). The crisis line in it comes from the policy, so that the panel can
show it before anything is loaded, and when nothing can be.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.policy import Policy
from web import views
from web.access import public
from web.embedding import EMBED, WIDGET
from web.pages import environment, href, paragraphs, ways

router = APIRouter(include_in_schema=False)

# Browsers ask again after ten minutes, so a new wording or number is everywhere soon.
_CACHE = "public, max-age=600"


@router.get(WIDGET)
@public
def widget(request: Request) -> Response:
    """Return the script; needs neither library nor database."""
    script = widget_script(request.app.state.assistant.policy)
    tag = f'"{sha256(script.encode()).hexdigest()[:32]}"'
    headers = {"Cache-Control": _CACHE, "ETag": tag}
    known = request.headers.get("if-none-match", "")
    if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(script, media_type="text/javascript", headers=headers)


def widget_script(policy: Policy) -> str:
    """Return the script with what it is told: the crisis line in paragraphs of words with links, its numbers, an address."""
    line = views.notice("crisis_line", policy.wordings.crisis_line, policy)
    told: dict[str, Any] = {
        "crisis": [[[text, href(target)] for text, target in segments] for segments, _ in paragraphs(line.segments)],
        "ways": [[label, href(target)] for label, target in ways(line)],
        "embed": EMBED,
    }
    return environment().get_template("widget.js").render(told=told)
