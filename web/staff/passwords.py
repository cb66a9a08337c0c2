"""Passwords: what is good enough, and Argon2id, which keeps them.

Cost as the OWASP Password Storage Cheat Sheet has it for Argon2id (19 MiB, two passes, one lane). Rules after
NIST SP 800-63B: length and a list of the commonest, no rules about kinds of characters.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 200
# One after the other: each takes 19 MiB and a core, and those who try passwords must not take both from visitors.
_ONE_AT_A_TIME = threading.Lock()


class PasswordError(ValueError):
    """A password that is not good enough; the message is for the person who chose it."""


def checked(password: str, *own: str) -> str:
    """Return a password that may be used; `own` are words it must not be made of, such as the person's name.

    Raises `PasswordError` when it is too short, too long, among the commonest, or made of little but one's own words.
    """
    plain = _plain(password)
    if len(plain) < LEAST_CHARACTERS:
        raise PasswordError(f"It has {len(plain)} characters; at least {LEAST_CHARACTERS} are needed. Add more words.")
    if len(plain) > MOST_CHARACTERS:
        raise PasswordError(f"It has {len(plain)} characters; at most {MOST_CHARACTERS} are kept. Shorten it.")
    if _easily_guessed(plain, own):
        raise PasswordError("It is among those that are tried first. Choose another, such as four words of your own.")
    return plain


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password that was checked."""
    with _ONE_AT_A_TIME:
        return _hasher().hash(_plain(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was kept. Takes as long where none was: nobody learns which names there are."""
    from argon2.exceptions import InvalidHashError, VerificationError

    given = _plain(password[: MOST_CHARACTERS * 2])
    with _ONE_AT_A_TIME:
        try:
            _hasher().verify(kept or _nobodys(), given)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


@cache
def _hasher() -> PasswordHasher:
    # Imported late: a server that starts need not wait for what only signing in needs.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobodys() -> str:
    return _hasher().hash("the password of nobody at all")


def _plain(password: str) -> str:
    """Return a password in the one form in which any keyboard's characters are the same ones."""
    return unicodedata.normalize("NFKC", password)


def _easily_guessed(password: str, own: tuple[str, ...]) -> bool:
    folded = password.casefold()
    bare = "".join(letter for letter in folded if letter.isalnum())
    if len(set(bare)) < 5 or folded in _commonest() or bare in _commonest():
        return True
    rest = bare
    for word in sorted({part for name in own for part in name.casefold().split()}, key=len, reverse=True):
        rest = rest.replace("".join(letter for letter in word if letter.isalnum()) or "\0", "")
    return len(rest) < LEAST_CHARACTERS // 2


@cache
def _commonest() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())
