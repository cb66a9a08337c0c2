"""The encoder: the real model, exported, against sentence-transformers; and folders that are not what was prepared."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from index.encoder import Encoder, EncoderError, ExportedEncoder, encoder_digest, prepare
from index.model import (
    Model,
    ModelError,
    check_model,
    check_modules,
    check_weights,
    default_model,
    file_sha256,
    named_model,
)
from index.preparing import probe_texts
from tests.index.encoder_fixture import ROOT, prepared_encoder, probes

QUESTION = "How fast does ketamine work for people with severe depression?"
# Cosines by sentence-transformers 6.2.0, worked out once.
KNOWN = {
    "Ketamine can lift a severe depression within hours.": 0.873942,
    "SSRIs usually need four to six weeks before the mood lifts.": 0.537905,
    "The clinic's car park closes at nine in the evening.": 0.105854,
}


@pytest.fixture(scope="session")
def folder() -> Path:
    return prepared_encoder()


@pytest.fixture(scope="session")
def encoder(folder: Path) -> ExportedEncoder:
    return ExportedEncoder.open(folder)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "encoder"))


def test_known_texts_have_known_similarities(encoder: Encoder) -> None:
    question = encoder.encode(QUESTION)
    for text, cosine in KNOWN.items():
        assert float(question @ encoder.encode(text)) == pytest.approx(cosine, abs=1e-4)


def test_a_vector_is_a_unit_vector(encoder: ExportedEncoder) -> None:
    for text in (QUESTION, "", "🙂", "word " * 2000):
        vector = encoder.encode(text)
        assert vector.shape == (384,)
        assert vector.dtype == np.float32
        assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)
    assert (encoder.dimension, encoder.max_tokens, encoder.name) == (384, 256, "all-MiniLM-L6-v2")


def test_the_same_text_gives_the_same_bytes_whatever_else_is_asked(folder: Path, encoder: ExportedEncoder) -> None:
    texts = probes()[:60]
    alone = [encoder.encode(text).tobytes() for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert [v.tobytes() for v in pool.map(encoder.encode, texts * 3)] == alone * 3
    assert [vector.tobytes() for vector in encoder.encode_many(texts[::-1])] == alone[::-1]
    for size in (2, 3, 5, len(texts)):
        assert [vector.tobytes() for vector, _, _ in encoder.read_together(texts[:size])] == alone[:size]
    assert [ExportedEncoder.open(folder, threads=2).encode(text).tobytes() for text in texts] == alone


def test_every_token_has_a_unit_vector(encoder: ExportedEncoder) -> None:
    tokens, vectors = encoder.encode_tokens("Ketamine works")
    assert tokens == ("[CLS]", "ke", "##tam", "##ine", "works", "[SEP]")
    assert vectors.shape == (6, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert len(encoder.encode_tokens("word " * 2000)[0]) == 256


def test_many_texts_keep_their_order_and_tell_how_far_they_are(encoder: ExportedEncoder) -> None:
    told: list[tuple[int, int]] = []
    texts = ["calm", "sleep", "mood"]
    vectors = encoder.encode_many(texts, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert [v.tobytes() for v in vectors] == [encoder.encode(text).tobytes() for text in texts]
    assert encoder.encode_many([]).shape == (0, 384)


AGREE = """
import json, sys
from sentence_transformers import SentenceTransformer
folder, texts = json.load(sys.stdin)
json.dump(SentenceTransformer(folder, device="cpu", local_files_only=True).encode(texts).tolist(), sys.stdout)
"""


def test_it_agrees_with_sentence_transformers(encoder: ExportedEncoder) -> None:
    texts = [QUESTION, *KNOWN, "Naïve “quotes” — and 🙂", "word " * 600, "SHOUTING?!"]
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", AGREE],
        input=json.dumps([str(default_model().folder), texts]),
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = np.array(json.loads(child.stdout))
    cosines = (encoder.encode_many(texts) * theirs).sum(axis=1)
    assert cosines.min() > 0.99999


def test_serving_loads_none_of_the_libraries_that_prepare() -> None:
    heavy = ["torch", "sentence_transformers", "transformers", "onnx", "scipy", "bm25s"]
    code = (
        "import sys, index.encoder, index.dense, index.lexical, index.fusion, index.model\n"
        "index.model.check_model(index.model.default_model())\n"
        f"sys.exit(', '.join(name for name in {heavy} if name in sys.modules) or 0)"
    )
    child = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (child.stderr.strip(), child.returncode) == ("", 0)


def test_the_record_says_what_was_prepared(folder: Path, encoder: ExportedEncoder) -> None:
    record = json.loads((folder / "encoder.json").read_bytes())
    assert record["weights_sha256"] == default_model().weights_sha256
    assert record["agreement"]["texts"] == len(probe_texts()) >= 200
    assert record["agreement"]["minimum"] >= 0.9999
    assert sorted(path.name for path in folder.iterdir()) == [
        "encoder.data",
        "encoder.json",
        "encoder.onnx",
        "tokenizer.json",
    ]
    assert encoder.files == {path.name: file_sha256(path) for path in folder.iterdir()}
    assert encoder.digest == encoder_digest(record)
    assert encoder.digest != encoder_digest({**record, "max_tokens": 128})


def test_the_export_names_no_path_of_this_machine(folder: Path) -> None:
    content = (folder / "encoder.onnx").read_bytes()
    assert str(ROOT).encode() not in content
    assert b"site-packages" not in content


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json"])
def test_a_changed_file_is_named(copy: Path, name: str) -> None:
    with (copy / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(EncoderError, match=f"{name}: its SHA-256 is .* Publish again"):
        ExportedEncoder.open(copy)


@pytest.mark.parametrize("name", ["encoder.json", "encoder.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(EncoderError, match=f"{name}: cannot be read"):
        ExportedEncoder.open(copy)


@pytest.mark.parametrize(
    ("content", "reason"), [("{", "is not JSON"), ("[]", "is not the record"), ('{"files": {}}', "is not the record")]
)
def test_a_record_that_is_none_is_refused(copy: Path, content: str, reason: str) -> None:
    (copy / "encoder.json").write_text(content)
    with pytest.raises(EncoderError, match=reason):
        ExportedEncoder.open(copy)


def test_a_file_that_is_no_model_is_refused(copy: Path) -> None:
    (copy / "encoder.onnx").write_bytes(b"nothing")
    record = json.loads((copy / "encoder.json").read_bytes())
    record["files"]["encoder.onnx"] = file_sha256(copy / "encoder.onnx")
    (copy / "encoder.json").write_text(json.dumps(record))
    with pytest.raises(EncoderError, match="cannot be opened"):
        ExportedEncoder.open(copy)


def test_the_packaged_model_is_the_pinned_one() -> None:
    check_model(default_model())
    assert default_model().title == "all-MiniLM-L6-v2"


@pytest.fixture
def small(tmp_path: Path) -> Model:
    """A folder shaped like a sentence-transformers model, with weights that are no model's."""
    folder = tmp_path / "small"
    (folder / "1_Pooling").mkdir(parents=True)
    save_file({"one": np.ones(1, np.float32)}, folder / "model.safetensors")
    write_modules(folder, "Transformer", "Pooling", "Normalize")
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "mean"}')
    (folder / "tokenizer.json").write_text("{}")
    return named_model(folder, file_sha256(folder / "model.safetensors"))


def write_modules(folder: Path, *kinds: str) -> None:
    paths = {"Transformer": "", "Pooling": "1_Pooling"}
    modules = [{"type": f"sentence_transformers.models.{kind}", "path": paths.get(kind, kind)} for kind in kinds]
    (folder / "modules.json").write_text(json.dumps(modules))


def test_a_model_of_the_supported_kind_is_accepted(small: Model) -> None:
    check_model(small)
    write_modules(small.folder, "Transformer", "Pooling")
    (small.folder / "1_Pooling" / "config.json").write_text(
        '{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false}'
    )
    check_model(small)
    assert small.title == "small"


def test_a_dense_layer_is_not_supported(small: Model) -> None:
    write_modules(small.folder, "Transformer", "Pooling", "Dense", "Normalize")
    with pytest.raises(ModelError, match=r"not supported.*Transformer \+ Pooling \+ Dense \+ Normalize"):
        check_modules(small)


@pytest.mark.parametrize(
    ("config", "mode"),
    [
        ('{"pooling_mode": "cls"}', "cls pooling"),
        ('{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}', "cls_token pooling"),
        ('{"pooling_mode_max_tokens": true, "pooling_mode_mean_tokens": true}', r"max_tokens \+ mean_tokens pooling"),
        ("{}", "no known pooling"),
    ],
)
def test_another_pooling_is_not_supported(small: Model, config: str, mode: str) -> None:
    (small.folder / "1_Pooling" / "config.json").write_text(config)
    with pytest.raises(ModelError, match=f"not supported.*{mode}"):
        check_modules(small)


def test_a_default_prompt_is_not_supported(small: Model) -> None:
    (small.folder / "config_sentence_transformers.json").write_text('{"default_prompt_name": "query"}')
    with pytest.raises(ModelError, match="default prompt 'query'"):
        check_modules(small)


def test_a_model_without_its_tokenizer_file_is_not_supported(small: Model) -> None:
    (small.folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"without tokenizer\.json"):
        check_modules(small)


def test_other_weights_are_refused(small: Model) -> None:
    with pytest.raises(ModelError, match="not the pinned ones"):
        check_weights(named_model(small.folder, "0" * 64))


def test_pickled_weights_are_refused(small: Model) -> None:
    (small.folder / "model.safetensors").rename(small.folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pickle.*pytorch_model\.bin.*model\.safetensors"):
        check_weights(small)


def test_missing_weights_are_named(small: Model) -> None:
    (small.folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="has no weights"):
        check_weights(small)


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Not a sentence-transformers model"):
        check_model(named_model(tmp_path, "0" * 64))


def test_a_digest_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Not a SHA-256: 'abc'"):
        named_model(tmp_path, "abc")


def test_a_model_that_cannot_be_used_is_refused_before_anything_starts(small: Model, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not the pinned ones"):
        prepare(named_model(small.folder, "0" * 64), tmp_path / "out", probes())
    assert not (tmp_path / "out").exists()


def test_too_few_texts_to_compare_on_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"failed \(exit status 1\): 3 probe texts were given; at least 200"):
        prepare(default_model(), tmp_path / "out", ["one", "two", "three"])
    assert list(tmp_path.iterdir()) == []


def test_a_failed_preparation_leaves_nothing_and_says_why(small: Model, tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(EncoderError, match="preparing small failed"):
        prepare(small, tmp_path / "encoders" / "out", probes(), told.append)
    assert told[0] == "Checking the weights of small"
    assert list((tmp_path / "encoders").iterdir()) == []
