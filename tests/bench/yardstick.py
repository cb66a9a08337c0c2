"""The yardstick of `make bench`: a bare FastAPI endpoint that encodes a question and searches FAISS, and nothing else.

It uses the same exported encoder and the same vectors as the server it is measured against, and runs under the same
uvicorn settings.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from index.edition import open_edition
from index.encoder import ExportedEncoder


class Ask(BaseModel):
    """A question."""

    question: str


def create(edition_folder: Path, encoder_folder: Path) -> FastAPI:
    """Make the application over an edition and its encoder."""
    edition, encoder = open_edition(edition_folder), ExportedEncoder.open(encoder_folder)
    app = FastAPI()

    @app.post("/api/ask")
    def ask(asked: Ask) -> list[tuple[str, float]]:
        found = edition.dense.search(encoder.read(asked.question)[0], 3)
        return [(edition.passages[row].id, similarity) for row, similarity in found]

    @app.get("/readyz")
    def readyz() -> str:
        return "ok"

    return app


if __name__ == "__main__":
    app = create(Path(sys.argv[1]), Path(sys.argv[2]))
    uvicorn.run(app, port=int(sys.argv[3]), log_level="warning", access_log=False, server_header=False)
