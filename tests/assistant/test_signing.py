"""Checkpoints: their format, what is signed and what is not, and what shows only against one from outside."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)
from nacl.signing import SigningKey
from sqlalchemy.engine import Connection, Engine

from assistant import log, schema
from assistant.checkpoint import KeyFileError, Signer, private_key
from assistant.log import Entry, LogError
from assistant.merkle import consistency_spans
from assistant.proof import State, compare_with, hash_of, log_keys, proof_of, root_at
from assistant.recorder import write
from assistant.signing import public_key, sign
from assistant.verifier import (
    Checkpoint,
    PublicKey,
    VerifyError,
    grown,
    leaf_hash,
    read_checkpoint,
    read_key,
    signer_of,
    verify_consistency,
    verify_proof,
)
from sources.database import reading, writing
from tests.assistant.test_log import fill, record
from tests.conftest import unguarded

# https://pkg.go.dev/golang.org/x/mod/sumdb/note: a key, and a text that it signed.
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "log.key"


def note(connection: Connection, count: int = 1) -> None:
    log.append(connection, [Entry("note", {"n": n}) for n in range(count)])


def grow(engine: Engine, count: int = 1) -> None:
    with writing(engine) as connection:
        note(connection, count)


def verified(engine: Engine, outside: str | None = None) -> Checkpoint | None:
    with reading(engine) as connection:
        log.verify(connection)
        return compare_with(connection, outside) if outside else None


def test_a_published_note_is_read_as_it_was_meant() -> None:
    key = read_key(PUBLISHED_KEY)
    assert str(key) == PUBLISHED_KEY
    assert signer_of(PUBLISHED_NOTE, [key]) == key
    with pytest.raises(VerifyError, match="signature by PeterNeumann is wrong"):
        signer_of(PUBLISHED_NOTE.replace("answer", "Answer"), [key])
    assert signer_of(PUBLISHED_NOTE, [PublicKey("PeterNeumann", bytes(32))]) is None


def test_the_example_of_the_format_is_read_as_it_was_meant() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    signed = (
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
    )
    signed += "zyWE+xeMcTOAYQ8=\n"
    found = read_checkpoint(f"{text}\n{signed}")
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert found.text() == text


@pytest.mark.parametrize(
    "damage",
    [
        lambda note: note[:-1],
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.replace("— ", "- "),
        lambda note: note.split("\n\n")[0] + "\n\n",
        lambda note: note.replace("\n3\n", "\n03\n"),
        lambda note: note.replace("\n3\n", "\n\u0663\n"),
        lambda note: note.replace("\n3\n", "\n\n"),
        lambda note: note.replace("\n3\n", "\n3\r\n"),
        lambda note: note.replace("=\n\n", "\n\n"),
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(damage: object) -> None:
    whole = Signer("a/log", SigningKey.generate()).sign(Checkpoint("a/log", 3, bytes(32)))
    assert read_checkpoint(whole).size == 3
    with pytest.raises(VerifyError, match="the checkpoint"):
        read_checkpoint(damage(whole))  # type: ignore[operator]


def test_other_signatures_beside_ours_do_no_harm() -> None:
    ours, witness = (Signer(name, SigningKey.generate()) for name in ("a/log", "a/witness"))
    checkpoint = Checkpoint("a/log", 3, bytes(32))
    both = ours.sign(checkpoint) + witness.sign(checkpoint).split("\n\n")[1]
    assert signer_of(both, [ours.key]) == ours.key
    assert signer_of(both, [witness.key]) == witness.key


@pytest.mark.parametrize("text", ["", "a", PUBLISHED_KEY[:-1], PUBLISHED_KEY.replace("Peter", "Pater"), "a+b+c"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(VerifyError, match="key"):
        read_key(text)


def test_a_checkpoint_is_the_whole_logs_and_signed_by_its_key(engine: Engine, key: Path) -> None:
    grow(engine, 7)
    signed = sign(engine, key)
    found = read_checkpoint(signed.note)
    with reading(engine) as connection:
        (ours,) = log_keys(connection)
        head = log.head(connection)
    # The log's eighth entry names the key.
    assert (found.size, found.root.hex(), found.origin) == (8, head.root, ours.name) == (head.seq, head.root, ours.name)
    assert signer_of(signed.note, [ours]) == ours == public_key(engine, key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    # Nothing was added since, so nothing is signed anew.
    assert sign(engine, key).note == signed.note
    with reading(engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.checkpoints)) == 1
    verified(engine)


def test_each_checkpoint_grew_from_the_one_before(engine: Engine, key: Path) -> None:
    signed = []
    for count in (1, 3, 100, 1):
        grow(engine, count)
        signed.append(read_checkpoint(sign(engine, key).note))
    with reading(engine) as connection:
        for first in signed:
            for second in signed:
                if first.size < second.size:
                    proof = hash_of(connection, consistency_spans(first.size, second.size))
                    assert verify_consistency(first.size, second.size, proof, first.root, second.root)
            assert root_at(connection, first.size) == first.root
    verified(engine)


def test_two_installations_over_one_log_sign_under_one_name(engine: Engine, tmp_path: Path) -> None:
    first = sign(engine, tmp_path / "a" / "log.key")
    second = sign(engine, tmp_path / "b" / "log.key")
    with reading(engine) as connection:
        one, two = log_keys(connection)
    assert one.name == two.name
    assert one != two
    assert (signer_of(first.note, [one, two]), signer_of(second.note, [one, two])) == (one, two)
    verified(engine)


def test_many_that_sign_for_the_first_time_at_once_agree_on_the_name(engine: Engine, tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        notes = [one.note for one in pool.map(lambda n: sign(engine, tmp_path / str(n % 3) / "log.key"), range(12))]
    with reading(engine) as connection:
        keys = log_keys(connection)
    assert len(keys) == 3
    assert {read_checkpoint(note).origin for note in notes} == {key.name for key in keys} == {keys[0].name}
    verified(engine)


@pytest.mark.parametrize(
    ("size", "signed", "age", "due"),
    [
        (0, 0, None, False),
        (1, 0, None, True),
        (10, 10, timedelta(days=9), False),
        (109, 10, timedelta(minutes=4), False),
        (110, 10, timedelta(0), True),
        (11, 10, timedelta(minutes=5), True),
    ],
)
def test_when_a_checkpoint_is_due(size: int, signed: int, age: timedelta | None, due: bool) -> None:
    assert State(size, signed, age).due == due


def rewrite(connection: Connection, change: str) -> None:
    """Change the log and make every hash anew, as somebody would who owns the database and knows how it is made."""
    unguarded(connection)
    assert connection.execute(sa.text(change)).rowcount
    rows = connection.execute(sa.text("SELECT seq, at, kind, body FROM log ORDER BY seq")).all()
    edge: tuple[bytes, ...] = ()
    for place, row in enumerate(rows, 1):
        leaf = leaf_hash(log.entry_bytes(place, row.at, row.kind, row.body.encode()))
        edge = grown(edge, place - 1, leaf)
        values = {"leaf": leaf.hex(), "subtree": edge[-1].hex(), "seq": place, "old": row.seq}
        statement = "UPDATE log SET leaf = :leaf, subtree = :subtree, seq = :seq WHERE seq = :old"
        connection.execute(sa.text(statement), values)


REWRITES = {
    "one word": "UPDATE log SET body = replace(body, '7', '8') WHERE seq = 4",
    "one entry less": "DELETE FROM log WHERE seq = 4",
}


@pytest.mark.parametrize("change", REWRITES.values(), ids=list(REWRITES))
def test_a_log_written_anew_is_found_by_its_checkpoints(engine: Engine, key: Path, change: str) -> None:
    grow(engine, 9)
    outside = sign(engine, key).note
    grow(engine, 2)
    with writing(engine) as connection:
        rewrite(connection, change.replace("'7'", "'3'"))
    with pytest.raises(LogError, match="were written anew"):
        verified(engine)
    with pytest.raises(LogError, match="nothing was signed"):
        sign(engine, key)
    # Whoever also takes the checkpoints away is found only by one from outside.
    with writing(engine) as connection:
        connection.execute(schema.checkpoints.delete())
    verified(engine)
    with pytest.raises(VerifyError, match="REWRITE: the first 10 entries"):
        verified(engine, outside)
    with pytest.raises(LogError, match="went back in time or was written anew"):
        sign(engine, key)


def test_a_log_that_went_back_is_found_from_outside(engine: Engine, key: Path) -> None:
    grow(engine, 5)
    early = sign(engine, key).note
    grow(engine, 5)
    late = sign(engine, key).note
    assert verified(engine, early) == read_checkpoint(early)
    with writing(engine) as connection:
        unguarded(connection)
        connection.execute(schema.log.delete().where(schema.log.c.seq > 8))
    with pytest.raises(LogError, match="the log has 8 entries, and a checkpoint was signed over 11"):
        verified(engine)
    with writing(engine) as connection:
        connection.execute(schema.checkpoints.delete().where(schema.checkpoints.c.size > 8))
    verified(engine, early)
    with pytest.raises(VerifyError, match=r"ROLLBACK: .* over 11 entries, and there are 8"):
        verified(engine, late)
    # The key's own memory lies outside the database.
    with pytest.raises(LogError, match="has 8 entries, and its key signed 11"):
        sign(engine, key)


def test_a_checkpoint_of_another_log_is_not_taken_for_this_ones(engine: Engine, key: Path, tmp_path: Path) -> None:
    grow(engine, 3)
    sign(engine, key)
    other = Signer("other/log", SigningKey.generate())
    with reading(engine) as connection:
        same_root = Checkpoint("other/log", 3, root_at(connection, 3))
    with pytest.raises(VerifyError, match=r"of another log \(other/log"):
        verified(engine, other.sign(same_root))


def test_a_checkpoint_that_no_key_of_the_log_signed_is_found(engine: Engine, key: Path) -> None:
    grow(engine, 3)
    signed = sign(engine, key)
    forged = Signer(read_checkpoint(signed.note).origin, SigningKey.generate())
    with writing(engine) as connection:
        values = {"size": signed.size, "at": "2026-01-01T00:00:00.000+00:00"}
        connection.execute(schema.checkpoints.insert().values(note=forged.sign(read_checkpoint(signed.note)), **values))
    with pytest.raises(LogError, match="not signed by a key that the log names"):
        verified(engine)


def test_nothing_is_signed_over_a_changed_entry(engine: Engine, key: Path) -> None:
    grow(engine, 5)
    sign(engine, key)
    grow(engine, 5)
    with writing(engine) as connection:
        unguarded(connection)
        connection.execute(sa.text("UPDATE log SET kind = 'nope' WHERE seq = 8"))
    with pytest.raises(LogError, match=r"entry 8 \(nope\) was changed"):
        sign(engine, key)


def test_an_answers_proof_holds_and_only_for_it(engine: Engine, key: Path) -> None:
    fill(engine, ["a", "b"])
    early = sign(engine, key)
    late = record("c")
    with writing(engine) as connection:
        write(connection, [late])
    ours = public_key(engine, key)
    with reading(engine) as connection:
        assert proof_of(connection, late.answer.id, early) is None
    signed = sign(engine, key)
    with reading(engine) as connection:
        answers = list(connection.scalars(sa.select(schema.answers.c.id)))
        proofs = [proof_of(connection, one, signed) or "" for one in answers]
    assert len({verify_proof(proof, [ours]) for proof in proofs}) == 3
    for proof in proofs:
        assert proof.startswith("c2sp.org/tlog-proof@v1\nextra ")
        held = proof.encode()
        for place in range(len(held)):
            damaged = held[:place] + bytes([held[place] ^ 1 << place % 8]) + held[place + 1 :]
            with pytest.raises((VerifyError, UnicodeDecodeError)):
                verify_proof(damaged.decode(), [ours])
    with pytest.raises(VerifyError, match="not signed by the key given"):
        verify_proof(proofs[0], [PublicKey(ours.name, bytes(32))])


@pytest.mark.skipif(os.name != "posix", reason="files have no such rights there")
def test_a_key_that_everybody_may_read_is_refused(engine: Engine, key: Path) -> None:
    sign(engine, key)
    key.chmod(0o644)
    grow(engine)
    with pytest.raises(KeyFileError, match="chmod 600"):
        sign(engine, key)


@pytest.mark.parametrize("content", [b"", b"no key", b"other kind"])
def test_a_file_that_holds_no_such_key_is_refused(engine: Engine, key: Path, content: bytes) -> None:
    if content == b"other kind":
        form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        content = generate_private_key(SECP256R1()).private_bytes(*form)
    key.write_bytes(content)
    key.chmod(0o600)
    with pytest.raises(KeyFileError, match=r"log\.key"):
        sign(engine, key)


def test_a_key_is_the_same_however_its_file_is_written(engine: Engine, key: Path) -> None:
    ours = public_key(engine, key)
    ours_written = key.read_bytes()
    private = load_pem_private_key(ours_written, None)
    # What we write is what others write, byte for byte.
    assert private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) == ours_written
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert load_der_private_key(der, None).private_bytes_raw() == bytes(private_key(key))  # type: ignore[union-attr]
    key.write_bytes(b"A remark that PEM allows before the key.\r\n" + ours_written.replace(b"\n", b"\r\n"))
    assert public_key(engine, key) == ours
