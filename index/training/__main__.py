"""Train the reader: `python -m index.training --work FOLDER`. Then export it: `python -m index.training.export`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from index.training.sources import PUBLIC, read_sources, shares
from index.training.train import Settings, fresh, opened, train
from index.training.vectors import VectorStore


def main(words: Sequence[str] | None = None) -> None:
    """Read the sources, encode them once, train, and leave the model in WORK/model."""
    parser = argparse.ArgumentParser(prog="python -m index.training", description="Train the reader's cross-encoder.")
    parser.add_argument("--work", type=Path, required=True, help="folder for vectors and the model; made if missing")
    parser.add_argument("--public", type=Path, default=PUBLIC, help="folder of the public question sets")
    parser.add_argument("--steps", type=int, default=Settings.steps, help="steps, each of some 70 pairs")
    parser.add_argument("--name", default="model", help="folder of the model in the work folder")
    parser.add_argument("--start", type=Path, help="a trained model to go on from; the packaged weights if left out")
    parser.add_argument("--rate", type=float, default=Settings.rate, help="highest learning rate")
    parser.add_argument(
        "--seed", type=int, default=Settings.seed, help="decides the order, the windows and the wordings"
    )
    given = parser.parse_args(words)
    drawn = shares(read_sources(given.public), VectorStore(given.work))
    model = opened(given.start) if given.start else fresh()
    train(model, drawn, Settings(steps=given.steps, rate=given.rate, seed=given.seed), given.work / given.name)


if __name__ == "__main__":
    main()
