"""`wellcited link`: the way in for the first admin, and for somebody who has lost password or telephone."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from web.console import me, opened, say


def link(
    name: Annotated[
        str | None, typer.Argument(help="Who is to choose a new password; leave out for the first admin.")
    ] = None,
    site: Annotated[str, typer.Option(help="Where Wellcited is served.")] = "http://127.0.0.1:8000",
) -> None:
    """Print a link that works once, for 24 hours: to make the first admin, or for a person to choose a new password.

    With a name, that person's password and codes are taken away and their sessions are ended.

    Example: wellcited link ada.ng
    """
    from sources.database import writing
    from web.staff import people
    from web.staff.addresses import people_link
    from web.staff.people import FieldError

    now = int(time.time())
    with opened() as (_, engine), writing(engine) as connection:
        if name is None:
            token = people.first_link(connection, now, who=me())
            if token is None:
                raise typer.BadParameter("There are people already. Name the one who cannot sign in.")
        else:
            person = people.by_name(connection, name)
            if person is None:
                names = ", ".join(one.sign_in_name for one in people.everybody(connection)) or "nobody yet"
                raise typer.BadParameter(f"{name}: there is no such person. There are: {names}.")
            try:
                token = people.reset(connection, person.id, now, who=me())
            except FieldError as error:
                raise typer.BadParameter(error.message) from None
    say.print(f"Works once, for {people.LINK_HOURS} hours: {site.rstrip('/')}{people_link(token)}", markup=False)
