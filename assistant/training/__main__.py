"""Train the model that raises levels, export it, and print the `[raising]` table for policy.toml.

    WELLCITED_DATA=FOLDER python -m assistant.training --work build/raising

FOLDER holds any published library, for its encoder: the screen is made for that one. Messages of `triage_sets/train`
teach, `tune` sets the thresholds, and `report` is never read. Takes some two hours on two slow cores; with `--phrases`
only the table of words and pairs is made anew, in two minutes, which is how new messages are learned from quickly.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from assistant.evaluation.triaging import live_library, messages
from assistant.raising import FILES, MANIFEST_FILE, MAX_TOKENS, SCREEN_FILE, SHIPPED, Raiser, Screen, Words, to_hear
from assistant.training import choosing, phrases, screen
from assistant.training.examples import judged, taught
from assistant.training.export import agreement, export
from assistant.training.listener import SECOND, Settings, average, opened, train
from index.desk import Library
from index.exported import TOKENIZER_FILE, open_tokenizer
from index.model import default_model, file_sha256
from index.prepare import LIBRARIES, write_record

_COMPARED = 200


def main(words: Sequence[str] | None = None, say: Callable[[str], object] = sys.stdout.write) -> None:
    """Train unless a trained model is named, make the screen, write the folder, print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m assistant.training", description="Train the model that raises levels."
    )
    parser.add_argument("--work", type=Path, default=Path("build/raising"), help="folder of the trained model")
    parser.add_argument("--phrases", action="store_true", help="learn words and pairs anew, and nothing else")
    parser.add_argument("--trained", action="store_true", help="train no further the model that is in the work folder")
    parser.add_argument("--again", action="store_true", help="train it for one more leg, on what was written since")
    parser.add_argument(
        "--keep-screen", action="store_true", help="make no new screen; the one in the model folder stays"
    )
    parser.add_argument("--mean-with", type=Path, help="the folder of an earlier leg: ship the mean of both")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="model folder to write; the shipped one if left out")
    given = parser.parse_args(words)
    library = live_library(Path(os.environ["WELLCITED_DATA"]))
    if given.phrases:
        manifest = json.loads((given.out / MANIFEST_FILE).read_text())
        _learn_phrases(given.out)
        write_record(given.out / MANIFEST_FILE, {**manifest, "files": _files(given.out)})
        learnt = Screen.open(given.out / SCREEN_FILE, library.encoder.weights)
    else:
        learnt = _trained(given, library)
    say("\n".join(_table(library, Raiser.open(given.out), screen.looked_at(learnt, library, judged()))) + "\n")


def _trained(given: argparse.Namespace, library: Library) -> Screen:
    """Train what is asked for, write all of the folder, and return the screen."""
    if given.again:
        train(taught(), SECOND, given.work, given.work)
    elif not given.trained:
        train(taught(), Settings(), given.work)
    trained = given.work
    if given.mean_with:
        trained = given.work.with_name(f"{given.work.name}_mean")
        average(given.work, given.mean_with, trained)
    model = opened(trained)
    export(model, given.out)
    if given.keep_screen:
        learnt = Screen.open(given.out / SCREEN_FILE, library.encoder.weights)
    else:
        learnt = screen.learn(library, taught(), judged(), given.out / SCREEN_FILE)
    _learn_phrases(given.out)
    manifest = {
        "model": f"listener on {default_model().title}",
        "started_from_sha256": default_model().weights_sha256,
        "encoder": library.encoder.weights,
        "training": json.loads((trained / "training.json").read_text()),
        "agreement": {},
        "files": _files(given.out),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    write_record(given.out / MANIFEST_FILE, manifest)
    compared = [one.text for one in messages("tune")[:_COMPARED]]
    write_record(
        given.out / MANIFEST_FILE, {**manifest, "agreement": agreement(model, Raiser.open(given.out), compared)}
    )
    return learnt


def _learn_phrases(folder: Path) -> None:
    words = Words.open(folder, open_tokenizer(folder / TOKENIZER_FILE, MAX_TOKENS))
    phrases.learn(taught(), words, folder)


def _files(folder: Path) -> dict[str, str]:
    return {name: file_sha256(folder / name) for name in FILES}


def _table(library: Library, raiser: Raiser, screened: Sequence[float]) -> Iterator[str]:
    asked = messages("tune")
    heard = [raiser.hear_alone(to_hear(one.text), library) for one in asked]
    chosen = choosing.thresholds(heard, asked)
    yield "[raising]"
    yield 'chosen_by = "python -m assistant.training"'
    yield f'chosen_on = "{date.today().isoformat()}"'
    yield (
        f'why = "of tuning messages without danger {choosing.FALSE_CARDS:.1%} may get a card, and of calm ones '
        f'{choosing.FALSE_NOTICES:.0%} the notice"'
    )
    yield f'encoder = "{raiser.screen.encoder}"'
    yield f'model = "{raiser.digest}"'
    yield from (f"{name} = {value}" for name, value in chosen.items())
    yield ""
    yield "tuning half: share that the screen lets through, and share that the model alone takes for a danger, an"
    yield "emergency, advice"
    kinds = sorted({(one.language, one.kind) for one in judged()})
    for language, kind in kinds:
        rows = [n for n, one in enumerate(judged()) if (one.language, one.kind) == (language, kind)]
        through = sum(screened[n] >= 0 for n in rows) / len(rows)
        own = [
            one
            for one, message in zip(heard, asked, strict=True)
            if (message.language, message.kind) == (language, kind)
        ]
        shares = [
            sum(one is not None and getattr(one, column) >= chosen[column] for one in own) / max(1, len(own))
            for column in ("crisis", "emergency", "personal_advice")
        ]
        yield f"  {language} {kind:14} {through:.3f}  " + "  ".join(f"{share:.3f}" for share in shares)


if __name__ == "__main__":
    main()
