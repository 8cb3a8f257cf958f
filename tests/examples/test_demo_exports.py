"""The demo: enough of everything, every class has its word, and each fault ends in the ledger under its reason."""

from pathlib import Path

import numpy as np
import pytest

from curate.formats import options_by_name
from curate.pixels import masks
from curate.pixels.polygons import rasterise
from curate.records import Polygons
from curate.settings import ExportSettings, load_settings
from examples import demo_pictures as pictures
from examples.demo_exports import write_exports
from examples.demo_faults import EXPECTED
from examples.demo_writers import polygons
from tests.curate.formats.battery import ReadBack, read_back

ROOT = Path(__file__).parents[2]
EXPORTS = {
    each.name: each
    for each in load_settings(ROOT / "examples/demo.yaml", options_by_name()).exports
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "exports"
    write_exports(folder, processes=1, share=0.05)
    return folder


def back(demo: Path, export: ExportSettings) -> ReadBack:
    stated = {"name": export.name, "scene": export.scene, "objects": export.objects}
    return read_back(demo / export.name, export.format, export.options, **stated)


def test_the_settings_name_five_customers_formats_and_domains() -> None:
    for key in ("customer", "format", "domain"):
        assert len({getattr(each, key) for each in EXPORTS.values()}) >= 5
    assert {each.role for each in EXPORTS.values()} == {"auto", "test"}


@pytest.mark.parametrize("name", EXPORTS)
def test_each_export_is_read_and_its_faults_are_in_the_ledger(demo: Path, name: str) -> None:
    found = back(demo, EXPORTS[name])
    assert found.segments.num_rows > 10
    rows = found.drops.to_pylist()
    reasons = {row["reason"] for row in rows}
    assert reasons == set(EXPECTED.get(name, {}))
    for reason, least in EXPECTED.get(name, {}).items():
        assert sum(row["count"] or 1 for row in rows if row["reason"] == reason) >= least, reason


def test_copies_are_marked_as_their_originals() -> None:
    (picture,) = pictures.draw_frames("home", 3, ["a.jpg"], 240, 320, 0)
    brighter, smaller = pictures.reencoded(picture, "b.jpg"), pictures.cropped(picture, "c.jpg")
    assert brighter.data != picture.data
    assert brighter.objects is picture.objects
    assert (smaller.height, smaller.width) == (238, 317)
    assert pictures.decode(smaller.data).shape == (238, 317, 3)
    assert all(each.runs.pixels == 238 * 317 for each in smaller.objects)


def test_frames_move_over_one_scene() -> None:
    first, second = pictures.draw_frames("street", 2, ["a.jpg", "b.jpg"], 200, 280, 20)
    left, right = pictures.decode(first.data).astype(int), pictures.decode(second.data).astype(int)
    assert np.abs(left[:, 20:] - right[:, :-20]).mean() < 6


def test_polygons_cover_their_mask() -> None:
    mask = np.zeros((90, 120), np.bool_)
    mask[20:60, 30:90] = True
    mask[40:60, 30:60] = False
    (ring,) = polygons(pictures.Marked("x", masks.encode(mask)), 90, 120)
    drawn = masks.decode(rasterise(Polygons(rings=[ring]), 90, 120)[0])
    assert (drawn & mask).sum() / (drawn | mask).sum() > 0.97
