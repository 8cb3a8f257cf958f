"""The scripts run, on small data that is made here."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from upath import UPath

from examples import (
    ask_for_boxes,
    match_labels,
    onnx_boxes,
    own_format,
    train_on_shards,
)
from model.checkpoint import BASE
from model.onnx_export import export_onnx
from model.predict import Segmenter
from tests.curate.shard_rows import make_segments, write_shards

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("[!_]*.py"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    colours = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    picture = Image.fromarray(colours).resize((160, 120), Image.Resampling.BICUBIC)
    path = tmp_path / "photo.png"
    picture.save(path)
    return path


def test_a_torch_loop_reads_the_shards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pictures").mkdir()
    shards = write_shards(make_segments(tmp_path / "pictures"), tmp_path / "shard")
    train_on_shards.main(str(shards), epochs=2)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("epoch 0: 3 steps, mean loss ")
    assert float(first.split()[-1]) > float(second.split()[-1]) > 0


def test_a_format_of_ones_own_is_read(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        "photo.png; car; 12 40, 90 40, 90 80, 12 80",
        "photo.png; Baum; 100 0, 120 0, 120 50, 100 50",
        "photo.png; car; 5 5, 10 10",
        "photo.png, car",
        "lost.png; car; 1 1, 9 1, 9 9",
    ]
    (photo.parent / own_format.FILE).write_text("\n".join(lines))
    own_format.main(str(photo.parent))
    shown = capsys.readouterr().out.splitlines()
    assert shown[:2] == ["photo.png: car, 3120 px", "photo.png: Baum, 1000 px"]
    dropped = {line.split(":")[0] for line in shown[2:]}
    assert dropped == {
        "dropped, bad_polygon",
        "dropped, malformed_file",
        "dropped, missing_image",
    }


def test_labels_are_matched(capsys: pytest.CaptureFixture[str]) -> None:
    match_labels.main(["car", "Traffic lights", "Dingsda"])
    shown = capsys.readouterr().out.splitlines()
    assert "car: car (exact)" in shown
    assert "Traffic lights: traffic-light (normalised)" in shown
    assert [
        line for line in shown if line.startswith("Dingsda: for a reviewer to decide")
    ]


@pytest.mark.skipif(not BASE.is_file(), reason="the base model is not here")
def test_the_model_answers_several_boxes(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask_for_boxes.main(
        photo, [ask_for_boxes.parsed("10,20,70,90"), (80.0, 10.0, 150.0, 60.0)]
    )
    assert len(capsys.readouterr().out.splitlines()) == 2
    for number, (x0, y0, x1, y1) in enumerate(
        [(0, 0, 90, 110), (60, 0, 160, 80)], start=1
    ):
        mask = np.asarray(Image.open(photo.with_name(f"photo_{number}.png")))
        assert mask.shape == (120, 160)
        assert not mask[:y0].any()
        assert mask[y0:y1, x0:x1].sum() == mask.sum()


@pytest.mark.skipif(not BASE.is_file(), reason="the base model is not here")
def test_boxes_are_answered_without_torch(tmp_path: Path) -> None:
    """A small window as it is, and one that has to be reduced first."""
    pixels = np.full((700, 800, 3), (40, 90, 60), np.uint8)
    pixels[60:150, 80:200] = (220, 180, 40)
    pixels[200:600, 300:700] = (30, 40, 200)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    export_onnx("base", UPath(tmp_path / "box.onnx"))

    boxes = ["75,55,204.5,153", "280,180,720,620"]
    onnx_boxes.main(str(tmp_path / "box.onnx"), tmp_path / "photo.png", boxes)
    corners = [ask_for_boxes.parsed(box) for box in boxes]
    for number, ours in enumerate(Segmenter.load().segment(pixels, corners), start=1):
        mask = np.asarray(Image.open(tmp_path / f"photo_{number}.png"))
        assert mask.shape == (700, 800)
        assert (mask & ours).sum() / (mask | ours).sum() > 0.97


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("800,10,900,90", "nothing of this box is in the picture"),
        ("30,10,20,90", "nothing of this box is in the picture"),
        ("10,10,60", "a box is x0,y0,x1,y1"),
        ("10,10,60,right", "a box is x0,y0,x1,y1"),
        ("10,10,60,nan", "a box is x0,y0,x1,y1"),
    ],
)
def test_what_is_no_box_is_said_without_torch(text: str, said: str) -> None:
    with pytest.raises(SystemExit, match=f"^{text}: {said}"):
        onnx_boxes.drawn_box(text, Image.new("RGB", (800, 700)))


TRAINERS = {
    "lightning_on_shards": "lightning",
    "hugging_face_on_shards": "transformers",
}
"""What a script needs besides: `pip install --group trainers`."""


def needs_trainer(script: str) -> None:
    """Skip the test if the trainer of a script is not installed."""
    module = TRAINERS.get(script)
    if module is not None:
        pytest.importorskip(module, reason=f"{module} is not installed")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_without_arguments_says_how_it_is_called(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_trainer(script.stem)
    monkeypatch.setattr(sys, "argv", [script.name])
    with pytest.raises(SystemExit, match=f"python -m examples.{script.stem}"):
        runpy.run_path(str(script), run_name="__main__")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_short(script: Path) -> None:
    lines = [
        line for line in script.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    assert 10 <= len(lines) <= 65  # with one step a line
