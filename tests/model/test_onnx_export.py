"""The exported network answers in onnxruntime as it does in torch."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from upath import UPath

from curate.errors import InputError
from model.batches import pad_edges
from model.box_network import BoxNetwork
from model.checkpoint import load_checkpoint, save_checkpoint
from model.onnx_export import export_onnx
from model.records import Origin
from tests.model.networks import lively, unlearned

SIZES = [(1, 1), (1, 40), (31, 33), (64, 64), (65, 63), (97, 200), (201, 30)]
Window = np.ndarray


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = unlearned(outside=0.5)
    lively(model.network)
    rng = torch.Generator().manual_seed(1)
    model.rectangles.sign_weights.normal_(0, 0.2, generator=rng)
    model.rectangles.bias.zero_()  # so that answers are more or less of a rectangle
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    origin = Origin(variant="small", outside=0.5, licences=["CC-BY-4.0", "MIT"])
    save_checkpoint(path, model, origin)
    return path


@pytest.fixture(scope="module")
def session(checkpoint: Path) -> onnxruntime.InferenceSession:
    out = checkpoint.with_name("model.onnx")
    export_onnx(checkpoint, UPath(out))
    return onnxruntime.InferenceSession(out)


def windows(height: int, width: int) -> Iterator[Window]:
    """Noise; a bright disk on a slope of colours; one colour; black."""
    rng = np.random.default_rng(height + width)
    yield rng.integers(0, 256, (height, width, 3), np.uint8)
    y, x = np.mgrid[:height, :width]
    slope = np.stack([40 + x % 90, 60 + y % 90, 100 + (x + y) % 40], axis=-1)
    disk = (y - height / 2) ** 2 + (x - width / 2) ** 2 < (min(height, width) / 3) ** 2
    slope[disk] += 60
    yield slope.astype(np.uint8)
    yield np.full((height, width, 3), (200, 30, 90), np.uint8)
    yield np.zeros((height, width, 3), np.uint8)


def in_torch(model: BoxNetwork, window: Window, drawn: np.ndarray) -> np.ndarray:
    """The definition, in float32: padded to multiples of 32 px, 64 at least, and cut again."""
    height, width, _ = window.shape
    padded = pad_edges(
        window, max(64, -(-height // 32) * 32), max(64, -(-width // 32) * 32)
    )
    pixels = torch.from_numpy(padded).permute(2, 0, 1)[None]
    with torch.inference_mode():
        answer = model.answer(pixels, torch.from_numpy(drawn)[None])
    return answer[0, :height, :width].numpy()


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_every_window_gets_the_probabilities_of_the_network(
    checkpoint: Path, session: onnxruntime.InferenceSession, height: int, width: int
) -> None:
    model, _ = load_checkpoint(checkpoint)
    drawn = np.array([0.1 * width, 0, 0.9 * width, height], np.float32)
    for window in windows(height, width):
        (found,) = session.run(None, {"window": window, "drawn": drawn})
        expected = in_torch(model, window, drawn)
        assert found.shape == (height, width)
        assert np.abs(found - expected).max() < 1e-3


def test_the_file_says_what_it_is(
    checkpoint: Path, session: onnxruntime.InferenceSession
) -> None:
    metadata = session.get_modelmeta().custom_metadata_map
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert metadata["model_digest"] == digest
    assert json.loads(metadata["licences"]) == ["CC-BY-4.0", "MIT"]
    assert "x0, y0, x1, y1" in metadata["inputs"]
    assert metadata["version"]


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such checkpoint"):
        export_onnx(tmp_path / "lost.safetensors", UPath(tmp_path / "box.onnx"))
    assert not (tmp_path / "box.onnx").exists()
