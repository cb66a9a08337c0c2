"""As the first admin I open the link that the server gives me, choose a password, and invite an editor."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.stories.conftest import serving
from tests.stories.staff import PASSWORD, at_work, said, sign_in


def test_by_a_link_that_works_once_then_others_by_links_of_their_own(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (address, says):
        lines = iter(says.readline, "")
        link = next(found[0] for line in lines if (found := re.search(r"http://\S+/staff/link/\S+", line)))
        with at_work(browser, address) as head, at_work(browser, address) as editor:
            head.goto(link)
            head.get_by_label("Your name").fill("Hedda Head")
            head.get_by_label("Sign-in name").fill("hedda")
            head.get_by_label("Password", exact=True).fill("password1234")
            head.get_by_label("The same password again").fill("password1234")
            head.get_by_role("button", name="Keep this password").click()
            problem = head.get_by_role("alert")
            expect(problem).to_contain_text("It is among those that are tried first")
            expect(head.get_by_label("Your name")).to_have_value("Hedda Head")
            expect(head.get_by_label("Password", exact=True)).to_have_accessible_description(
                re.compile("At least 12 characters.*tried first")
            )
            head.get_by_label("Password", exact=True).fill(PASSWORD)
            head.get_by_label("The same password again").fill(PASSWORD)
            head.get_by_role("button", name="Keep this password").click()
            said(head, "Your password is kept. Sign in with it.")
            head.goto(link)
            expect(head.get_by_role("heading", name="This link no longer works")).to_be_visible()
            sign_in(head, "hedda")
            head.get_by_role("link", name="Invite one, or give yourself that role.").click()
            head.get_by_label("Name", exact=True).fill("Kim Bo")
            head.get_by_label("Sign-in name").fill("kim")
            head.get_by_label("curator: brings articles in").check()
            head.get_by_role("button", name="Make a link").click()
            invitation = head.get_by_label("The link").input_value()
            expect(head.get_by_role("heading", name="Kim Bo")).to_be_visible()

            editor.goto(invitation)
            expect(editor.get_by_text("Welcome, Kim Bo. You sign in as kim.")).to_be_visible()
            editor.get_by_label("Password", exact=True).fill(PASSWORD)
            editor.get_by_label("The same password again").fill(PASSWORD)
            editor.get_by_role("button", name="Keep this password").click()
            sign_in(editor, "kim")
            expect(editor.get_by_role("link", name="Bring in", exact=True)).to_be_visible()
            expect(editor.get_by_role("link", name="People")).to_have_count(0)

            # Switched off, the editor is out at once.
            head.goto("/staff/people")
            head.get_by_role("button", name="Switch off the account of Kim Bo").click()
            said(head, "The account is switched off, and its sessions are ended.")
            editor.reload()
            expect(editor.get_by_role("heading", name="Sign in")).to_be_visible()
            head.get_by_role("button", name="Sign out").click()
            said(head, "You are signed out.")
