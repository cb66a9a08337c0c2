"""The circumstances of an answer: all that decides it besides what is asked and what was said before.

They are kept by their digest, which the answer's entry in the log names, so that an answer can be given again exactly:
the edition, what was withdrawn or travelled with passages at that moment, the policy, and which models read and listened.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy.engine import Connection

from assistant import schema
from assistant.policy import Policy, PolicyFiles, policy_of
from assistant.verifier import canonical
from index.companions import Caveat, Companions, Other
from index.desk import Library, opened_edition, opened_encoder, opened_reader

_KEPT = "INSERT INTO {table} (digest, body) VALUES (:digest, :body) ON CONFLICT DO NOTHING"
_KEEP = {name: sa.text(_KEPT.format(table=name)) for name in ("circumstances", "policies")}


class CircumstancesError(Exception):
    """The circumstances of an answer cannot be brought back; says why."""


class Circumstances(Struct, frozen=True):
    """Circumstances as canonical JSON, their SHA-256, and the texts of the policy that they name."""

    digest: str
    body: bytes
    policy: Policy


def circumstances_of(policy: Policy, library: Library | None, listener: str | None) -> Circumstances:
    """Say under which circumstances answers are given from a library; `listener` is the digest of the model that listens."""
    told: dict[str, Any] = {"policy": policy.digest, "listener": listener, "library": None}
    if library is not None:
        told["library"] = {
            "edition": library.edition.digest,
            "hidden": sorted(library.hidden),
            "reader": library.reader.digest if library.reader else None,
            **_told(library.companions),
        }
    body = canonical(told)
    return Circumstances(hashlib.sha256(body).hexdigest(), body, policy)


def keep(connection: Connection, those: Collection[Circumstances]) -> None:
    """Write circumstances and their policies in the caller's transaction, unless they are there."""
    for one in those:
        files = one.policy.files
        texts = {
            "locale": files.locale,
            "policy": files.policy.decode(),
            "rules": files.rules.decode(),
            "own": files.own.decode() if files.own is not None else None,
        }
        connection.execute(_KEEP["policies"], {"digest": one.policy.digest, "body": canonical(texts).decode()})
        connection.execute(_KEEP["circumstances"], {"digest": one.digest, "body": one.body.decode()})


def kept(connection: Connection, digest: str) -> Mapping[str, Any]:
    """Return circumstances by their digest. Raises `CircumstancesError` when they are gone or were changed."""
    table = schema.circumstances.c
    body = connection.scalar(sa.select(table.body).where(table.digest == digest))
    if body is None:
        raise CircumstancesError(f"its circumstances {digest[:12]} are not stored")
    if hashlib.sha256(body.encode()).hexdigest() != digest:
        raise CircumstancesError(f"its circumstances {digest[:12]} were changed after they were stored")
    found: Mapping[str, Any] = json.loads(body)
    return found


def policy_kept(connection: Connection, digest: str) -> Policy:
    """Return a policy by its digest. Raises `CircumstancesError` when it is gone or was changed."""
    table = schema.policies.c
    body = connection.scalar(sa.select(table.body).where(table.digest == digest))
    if body is None:
        raise CircumstancesError(f"its policy {digest[:12]} is not stored")
    texts = json.loads(body)
    own = texts["own"]
    files = PolicyFiles(
        texts["locale"], texts["policy"].encode(), texts["rules"].encode(), None if own is None else own.encode()
    )
    policy = policy_of(files)
    if policy.digest != digest:
        raise CircumstancesError(f"its policy {digest[:12]} was changed after it was stored")
    return policy


def library_of(connection: Connection, data: Path, told: Mapping[str, Any]) -> Library:
    """Open the library that circumstances tell of.

    Raises `CircumstancesError` when another reader is installed, and `EditionError`, `EncoderError` or
    `PublishingError` when the edition is damaged or gone.
    """
    edition = opened_edition(connection, data, told["edition"])
    encoder = opened_encoder(connection, data, edition)
    reader = opened_reader() if told["reader"] else None
    if reader is not None and reader.digest != told["reader"]:
        raise CircumstancesError(
            f"it was read by the reader {told['reader'][:12]}, and {reader.digest[:12]} is installed"
        )
    return Library(edition, encoder, frozenset(told["hidden"]), reader, _companions(told))


def _told(companions: Companions) -> dict[str, Any]:
    return {
        "caveats": {id_: [asdict(one) for one in those] for id_, those in companions.caveats.items()},
        "others": {id_: [asdict(one) for one in those] for id_, those in companions.others.items()},
        "blocked": dict(companions.blocked),
        # Circumstances from before there were warnings do not name any, and keep their digest.
        **(
            {"warnings": {id_: list(words) for id_, words in companions.warnings.items()}}
            if companions.warnings
            else {}
        ),
    }


def _companions(told: Mapping[str, Any]) -> Companions:
    return Companions(
        {id_: tuple(Caveat(**one) for one in those) for id_, those in told["caveats"].items()},
        {id_: tuple(Other(**one) for one in those) for id_, those in told["others"].items()},
        told["blocked"],
        {id_: tuple(words) for id_, words in told.get("warnings", {}).items()},
    )
