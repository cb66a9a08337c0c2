"""Check an exported log on any machine: this file needs Python 3.11 and the package `cryptography`, and nothing of Wellcited.

    python verify.py                                the export this file lies in
    python verify.py EXPORT --checkpoint kept.txt   against a checkpoint that was kept elsewhere
    python verify.py EXPORT --key KEY               signed by this key, not by one that the export names itself
    python verify.py --proof ANSWER.tlog-proof --key KEY

The log is a Merkle tree (RFC 6962) over entries in canonical JSON (RFC 8785); a checkpoint is its size and root, signed
with Ed25519 (https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note); a proof is https://c2sp.org/tlog-proof.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENTRIES, ANSWERS, QUESTIONS = "log.jsonl", "answers.jsonl", "questions.jsonl"
EMPTY = hashlib.sha256(b"").digest()
PROOF = "c2sp.org/tlog-proof@v1"
KEY_ENTRY = "log key"
_ED25519 = b"\x01"
_WHOLE = {"checkpoint"}
_PART = {"checkpoint", "before", "after"}
_MOST_SIGNATURES = 64


class VerifyError(Exception):
    """What was checked is not whole; names the entry or the line and what is wrong with it."""


# The tree, RFC 6962 section 2.1. Hashes are 32 bytes.


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees that stand side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(edge: Sequence[bytes], size: int, added: bytes, count: int = 1) -> tuple[bytes, ...]:
    """Add a leaf to a tree of `size` leaves, given as its right edge: the roots of its perfect subtrees, largest first.

    The last of the new edge is the root of the largest perfect subtree that ends with the new leaf. What is added may
    also be a perfect subtree of `count` leaves, where `size` is a multiple of that.
    """
    place = size // count
    whole = (place ^ (place + 1)).bit_length() - 1
    node = added
    for left in reversed(edge[len(edge) - whole :]):
        node = node_hash(left, node)
    return (*edge[: len(edge) - whole], node)


def blocks(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the perfect subtrees that lie side by side from one place to another, as (after this place, up to that)."""
    while start < end:
        count = start & -start or 1 << end.bit_length()
        while start + count > end:
            count >>= 1
        yield start, start + count
        start += count


def edge_root(edge: Sequence[bytes]) -> bytes:
    """Return the root of the tree with this right edge."""
    if not edge:
        return EMPTY
    root = edge[-1]
    for left in reversed(edge[:-1]):
        root = node_hash(left, root)
    return root


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes."""
    edge: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        edge = grown(edge, size, leaf)
    return edge_root(edge)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows the leaf at `index`, from 0, in the tree of `size` leaves (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size or any(len(one) != 32 for one in (leaf, *proof)):
        return False
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(first: int, second: int, proof: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Whether the proof shows that the tree of `second` leaves begins with that of `first` (RFC 9162, 2.1.4.2)."""
    if first == second:
        return first >= 0 and not proof and old == new
    if not 0 < first < second or not proof or any(len(one) != 32 for one in (old, new, *proof)):
        return False
    path = [old, *proof] if first & (first - 1) == 0 else list(proof)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and (before, after) == (old, new)


# Checkpoints and their signatures.


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 key that signs checkpoints: its name, which is the log's, and its 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"


def read_key(text: str) -> PublicKey:
    """Read a key as `wellcited log key` prints it: name, id and key with plus signs between."""
    parts = text.strip().split("+", 2)
    held = _decoded(parts[2]) if len(parts) == 3 else b""
    if len(held) != 33 or held[:1] != _ED25519:
        raise VerifyError(f"key {text.strip()!r}: it is no Ed25519 key of the form NAME+ID+KEY. Copy it whole.")
    key = PublicKey(parts[0], held[1:])
    if str(key) != text.strip():
        raise VerifyError(f"key {text.strip()!r}: its name, id and key do not belong together. Copy it whole.")
    return key


@dataclass(frozen=True)
class Checkpoint:
    """A log at one time: its origin, how many entries it had, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_checkpoint(note: str) -> Checkpoint:
    """Read what a signed checkpoint says, without checking who signed it."""
    text, _ = _parts(note)
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise VerifyError("the checkpoint is none: it needs an origin, a size and a root, a line each. Copy it whole.")
    root = _decoded(lines[2])
    if len(root) != 32 or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
        raise VerifyError("the checkpoint's size or root cannot be read. Copy it whole.")
    return Checkpoint(lines[0], int(lines[1]), root)


def signer_of(note: str, keys: Iterable[PublicKey]) -> PublicKey | None:
    """Return which of these keys signed a note; None when none did.

    Raises `VerifyError` when a line claims one of them and its signature is not the key's.
    """
    text, lines = _parts(note)
    known = {(key.name, key.id): key for key in keys}
    found = None
    for line in lines:
        name, _, encoded = line.removeprefix("— ").partition(" ")
        held = _decoded(encoded)
        key = known.get((name, held[:4]))
        if key is not None and not _signed(key, held[4:], text):
            raise VerifyError(f"the checkpoint's signature by {name} is wrong: its text or its signature was changed.")
        found = found or key
    return found


def _parts(note: str) -> tuple[str, list[str]]:
    text, _, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    whole = text and lines.pop() == "" and all(line.startswith("— ") for line in lines)
    if not whole or not 0 < len(lines) <= _MOST_SIGNATURES or any(ord(c) < 32 for c in note if c != "\n"):
        raise VerifyError("the checkpoint is none: it needs a text, an empty line and a signature. Copy it whole.")
    return text + "\n", lines


def _signed(key: PublicKey, signature: bytes, text: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(text: str) -> bytes:
    """Decode base64; nothing where it is none, or not the one way to write these bytes."""
    try:
        held = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return held if base64.b64encode(held).decode() == text else b""


# The export.


@dataclass(frozen=True)
class Export:
    """An exported log: each entry's own bytes and what they say, and the checkpoint at its end.

    Of a part of a log, `before` and `after` are the roots of the perfect subtrees on either side of it, as `blocks` names
    them; without these hashes nothing could be said of a part.
    """

    lines: Sequence[bytes]
    entries: Sequence[Mapping[str, Any]]
    note: str
    before: Sequence[bytes] = ()
    after: Sequence[bytes] = ()

    @property
    def skipped(self) -> int:
        """How many entries of the log stand before the first one here."""
        return int(self.entries[0]["seq"]) - 1 if self.before else 0

    @property
    def last(self) -> int:
        """The place of the last entry here."""
        return self.skipped + len(self.entries)

    def edge(self, size: int) -> tuple[bytes, ...]:
        """Return the right edge of the tree over the log's first `size` entries, which must end within this export."""
        edge = tuple(self.before)
        for place, line in enumerate(self.lines[: size - self.skipped], self.skipped):
            edge = grown(edge, place, leaf_hash(line))
        return edge

    def root(self, size: int) -> bytes:
        """Return the root over all entries of a log of this size. Raises `VerifyError` where hashes are too few or many."""
        beyond = list(blocks(self.last, size))
        if len(self.before) != self.skipped.bit_count() or len(self.after) != len(beyond) or self.last > size:
            raise VerifyError(f"this export ends with entry {self.last}, and the checkpoint was signed over {size}.")
        edge = self.edge(self.last)
        for (start, end), node in zip(beyond, self.after, strict=True):
            edge = grown(edge, start, node, end - start)
        return edge_root(edge)

    def keys(self) -> list[PublicKey]:
        """Return the keys that the log itself names."""
        return [read_key(one["body"]["key"]) for one in self.entries if one["kind"] == KEY_ENTRY]


def canonical(value: Any) -> bytes:
    """Write JSON so that equal values are equal bytes: RFC 8785, for what the log holds.

    That is text, whole numbers, true, false and null in lists and in objects with ASCII names, for which Python's own
    writer already gives that form. Fractions are logged as millionths.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def read_export(content: bytes) -> Export:
    """Read entries, one a line, numbered from 1 or from where a part begins, and the checkpoint after them."""
    *lines, last = _lines(content, ENTRIES)
    entries = [_object(line, f"{ENTRIES}, line {place}") for place, line in enumerate(lines, 1)]
    end = _object(last, f"{ENTRIES}, its last line")
    if set(end) not in (_WHOLE, _PART) or not isinstance(end["checkpoint"], str):
        raise VerifyError(f"{ENTRIES}: it does not end with a checkpoint, so its end was cut off.")
    before, after = _hashes(end.get("before", [])), _hashes(end.get("after", []))
    if set(end) == _PART and (not entries or not before + after):
        raise VerifyError(f"{ENTRIES}: it is no part of a log, and not the whole of one either.")
    first = entries[0].get("seq") if before else 1
    for place, entry in enumerate(entries, first if isinstance(first, int) and first > 1 else 1):
        if set(entry) != {"at", "body", "kind", "seq"} or entry["seq"] != place:
            raise VerifyError(f"entry {place} is missing or moved: in its place stands {entry.get('seq')!r}.")
    return Export(lines, entries, end["checkpoint"], before, after)


def _hashes(written: Any) -> tuple[bytes, ...]:
    found = tuple(_decoded(str(one)) for one in written) if isinstance(written, list) else (b"",)
    if any(len(one) != 32 for one in found):
        raise VerifyError(f"{ENTRIES}: a hash in its last line is none, so it was changed.")
    return found


def verify_export(export: Export, keys: Sequence[PublicKey] = (), outside: str | None = None) -> list[str]:
    """Check entries against the checkpoint at their end and one from outside; returns what was found, in sentences."""
    checkpoint = read_checkpoint(export.note)
    part = bool(export.before or export.after)
    if not part and checkpoint.size != len(export.lines):
        raise VerifyError(
            f"there are {len(export.lines)} entries, and the checkpoint was signed over {checkpoint.size}."
        )
    if export.root(checkpoint.size) != checkpoint.root:
        raise VerifyError(
            "the entries are not those the checkpoint was signed over: one was changed, moved or replaced."
        )
    signer = signer_of(export.note, keys or export.keys())
    if signer is None and part and not keys:
        raise VerifyError("this part of a log does not name the key that signed it: give the key with --key.")
    if signer is None or signer.name != checkpoint.origin:
        raise VerifyError("the checkpoint is not signed by " + ("the key given." if keys else "a key the log names."))
    which = f"Entries {export.skipped + 1} to {export.last} of {checkpoint.size}" if part else f"{export.last} entries"
    said = [f"{which}, unchanged and in order, under a checkpoint signed by {signer}."]
    if not keys:
        said.append(
            "Not checked: whether that key is the clinic's. Compare it with the one you were given, or give --key."
        )
    if outside is None:
        said.append(
            "Not checked: whether newer entries were cut off before this export, or all of it was written anew. "
            "Only a checkpoint that was kept elsewhere shows that; give it with --checkpoint."
        )
        return said
    compare(checkpoint, lambda size: _root_within(export, checkpoint, size), outside, keys or export.keys())
    return [*said, f"The checkpoint from outside, over {read_checkpoint(outside).size} entries, is of this very log."]


def _root_within(export: Export, now: Checkpoint, size: int) -> bytes:
    """Return the root over a log's first entries, as far as an export holds what it takes."""
    if size == now.size:
        return export.root(size)
    if not export.skipped <= size <= export.last:
        raise VerifyError(
            f"the checkpoint from outside was signed over {size} entries, and here are {export.skipped + 1} to {export.last}: "
            "the two cannot be compared. Take an export of the whole log."
        )
    return edge_root(export.edge(size))


def compare(now: Checkpoint, root_at: Callable[[int], bytes], note: str, keys: Sequence[PublicKey]) -> None:
    """Hold a log as it stands against a checkpoint from outside; `root_at` gives the root over its first entries.

    Raises `VerifyError`, which says ROLLBACK or REWRITE by name.
    """
    kept = read_checkpoint(note)
    signer_of(note, keys)
    if kept.size > now.size:
        raise VerifyError(
            f"ROLLBACK: the checkpoint from outside was signed over {kept.size} entries, and there are {now.size}: "
            "the newest were cut off, or an older copy was put back."
        )
    if root_at(kept.size) != kept.root or kept.origin != now.origin:
        raise VerifyError(
            f"REWRITE: the first {kept.size} entries are not those the checkpoint from outside was signed over. The log was "
            f"written anew after it, or the checkpoint is of another log ({kept.origin}; this one is {now.origin})."
        )


def verify_answers(export: Export, content: bytes) -> str:
    """Check that the answers are those the log speaks of, each exactly as it was given."""
    logged = [one for one in export.entries if one["kind"] == "answer"]
    lines = _lines(content, ANSWERS) if content else []
    for entry, line in zip(logged, lines, strict=False):
        if hashlib.sha256(line).hexdigest() != entry["body"]["answer_digest"]:
            raise VerifyError(f"entry {entry['seq']}: its answer in {ANSWERS} is not the one that was given.")
    if len(lines) != len(logged):
        raise VerifyError(f"{ANSWERS}: it holds {len(lines)} answers, and the log speaks of {len(logged)}.")
    return f"{len(lines)} answers, each exactly as it was given."


def verify_questions(export: Export, content: bytes) -> str:
    """Check that exported questions are those that were asked."""
    logged = {one["body"]["answer"]: one["body"] for one in export.entries if one["kind"] == "answer"}
    lines = _lines(content, QUESTIONS) if content else []
    for line in lines:
        one = _object(line, QUESTIONS)
        entry = logged.pop(str(one.get("answer")), {})
        if set(one) != {"answer", "salt", "text"} or _digest(one["salt"], one["text"]) != entry.get("question_digest"):
            raise VerifyError(f"{QUESTIONS}: the question of answer {one.get('answer')} is not the one that was asked.")
    return f"{len(lines)} questions, each as it was asked; the others were erased or left out."


def _digest(salt: Any, text: Any) -> str:
    if not isinstance(text, str) or not re.fullmatch(r"([0-9a-f]{2})+", str(salt)):
        return "none"
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def verify_proof(proof: str, keys: Sequence[PublicKey]) -> str:
    """Check that an entry is in the tree its checkpoint was signed over; returns what was found."""
    head, _, note = proof.partition("\n\n")
    lines = head.split("\n")
    if len(lines) < 3 or lines[0] != PROOF or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise VerifyError("the file is no proof of ours: it needs its version, the entry and its index. Copy it whole.")
    entry, checkpoint = _decoded(lines[1].removeprefix("extra ")), read_checkpoint(note)
    said = _object(entry, "the entry")
    hashes = [_decoded(line) for line in lines[3:]]
    index = int(said["seq"]) - 1 if re.fullmatch(r"[1-9][0-9]{0,17}", str(said.get("seq"))) else -1
    in_tree = verify_inclusion(leaf_hash(entry), index, checkpoint.size, hashes, checkpoint.root)
    if not in_tree or lines[2] != f"index {index}":
        raise VerifyError("the proof does not hold: the entry, its place or a hash was changed.")
    signer = signer_of(note, keys)
    if signer is None or signer.name != checkpoint.origin:
        raise VerifyError("the checkpoint is not signed by the key given.")
    return f"Entry {said['seq']} of {said['at']} ({said['kind']}) is in the log of {checkpoint.size} entries signed by {signer}."


def _lines(content: bytes, name: str) -> list[bytes]:
    lines = content.split(b"\n")
    if lines.pop() or b"" in lines or not lines:
        raise VerifyError(f"{name}: it is cut off or has empty lines.")
    return lines


def _object(line: bytes, where: str) -> dict[str, Any]:
    """Read a line that must be an object in canonical JSON, so that nobody can read it in another way."""
    try:
        found = json.loads(line)
        if isinstance(found, dict) and canonical(found) == line:
            return found
    except (ValueError, RecursionError):
        pass
    raise VerifyError(f"{where}: it is no JSON object in canonical form, so it was changed.")


def _findings(path: Path, keys: Sequence[PublicKey], outside: str | None) -> Iterator[str]:
    """Check a folder with an export, or a file with its entries alone."""
    export = read_export((path if path.is_file() else path / ENTRIES).read_bytes())
    yield from verify_export(export, keys, outside)
    answers, questions = path / ANSWERS, path / QUESTIONS
    if answers.exists():
        yield verify_answers(export, answers.read_bytes())
    else:
        yield f"Not checked: the answers' own text. There is no {ANSWERS} here."
    if questions.exists():
        yield verify_questions(export, questions.read_bytes())


def _note(path: Path) -> str:
    """Read a file that may have come by mail, and so with other ends of lines."""
    return path.read_text(encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names; returns 0 when all of it is whole, 1 when not."""
    parser = argparse.ArgumentParser(description="Check an exported log of Wellcited.")
    parser.add_argument("export", nargs="?", type=Path, default=Path(__file__).parent, help="folder or .jsonl file")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint that was kept elsewhere")
    parser.add_argument("--key", action="append", default=[], help="the key as `wellcited log key` printed it")
    parser.add_argument("--proof", type=Path, help="check this proof of one entry instead; needs --key")
    given = parser.parse_args(arguments)
    try:
        keys = [read_key(one) for one in given.key]
        if given.proof and not keys:
            raise VerifyError("a proof needs the key that signed: give it with --key.")
        if given.proof:
            findings = [verify_proof(_note(given.proof), keys)]
        else:
            outside = _note(given.checkpoint) if given.checkpoint else None
            findings = list(_findings(given.export, keys, outside))
    except (VerifyError, OSError, UnicodeDecodeError) as error:
        sys.stdout.write(f"FAIL  {error}\n")
        return 1
    sys.stdout.write("".join(f"pass  {one}\n" if not one.startswith("Not ") else f"      {one}\n" for one in findings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
