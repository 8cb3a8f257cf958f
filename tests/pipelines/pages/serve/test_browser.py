"""The page in a browser: a box gives a mask, a brush corrects it, COCO comes out."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from pipelines.loop.bounds import Bounds
from tests.pipelines.loop.small_server import SmallServer, png, running
from tests.pipelines.pages.browser import NEEDS_BROWSER, Tab

pytestmark = [
    NEEDS_BROWSER,
    pytest.mark.filterwarnings("ignore:__array__ implementation"),
]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[SmallServer]:
    with running(tmp_path / "store", Bounds()) as server:
        yield server


def drag(tab: Tab, *places: tuple[float, float]) -> None:
    """Drag over the canvas from px to px of a picture of 60 × 40 px."""
    frame = tab.page.locator("#canvas").bounding_box()
    assert frame is not None
    scale = min(frame["width"] / 60, frame["height"] / 40)
    left = frame["x"] + (frame["width"] - 60 * scale) / 2
    top = frame["y"] + (frame["height"] - 40 * scale) / 2
    mouse = tab.page.mouse
    for number, (x, y) in enumerate(places):
        mouse.move(left + x * scale, top + y * scale)
        if number == 0:
            mouse.down()
    mouse.up()


def wait_until_saved(tab: Tab) -> None:
    tab.page.get_by_text("saved", exact=True).wait_for()


def coco_of(tab: Tab, folder: Path) -> COCO:
    """What the page gives as COCO."""
    with tab.page.expect_download() as download:
        tab.page.click("#coco")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return COCO(path)


@pytest.mark.parametrize("width", [1400, 420])
def test_from_the_box_to_the_download(
    served: SmallServer, tab: Tab, tmp_path: Path, width: int
) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(png())
    tab.page.set_viewport_size({"width": width, "height": 900})
    tab.open(served.url)
    tab.page.set_input_files("#file", file)
    tab.page.get_by_text("draw a box around an object", exact=True).wait_for()

    drag(tab, (10.5, 5.5), (20, 20), (29.5, 24.5))
    entries = tab.page.locator("#objects li")
    entries.nth(0).wait_for()
    assert "400 px · expected IoU 0.88" in entries.nth(0).inner_text()
    drag(tab, (40.5, 10.5), (49.5, 19.5))
    entries.nth(1).wait_for()
    tab.page.locator("#objects input").nth(1).fill("<i>lamp</i>")

    # From the middle of the second object to the right, outside of it.
    tab.press("Tab", "Tab")
    tab.page.click("#add")
    tab.page.locator("#size").fill("3")
    drag(tab, (45.5, 15.5), (55.5, 15.5))
    assert "corrected by hand" in entries.nth(1).inner_text()
    wait_until_saved(tab)

    found = coco_of(tab, tmp_path)
    first, second = found.loadAnns(found.getAnnIds())
    mask = found.annToMask(first).astype(np.bool_)
    assert mask.sum() == 400
    assert mask[5:25, 10:30].all()
    brushed = found.annToMask(second).astype(np.bool_)
    assert brushed[10:20, 40:50].all()
    assert brushed[15, 57]
    assert 140 < brushed.sum() < 160
    assert found.loadCats(second["category_id"])[0]["name"] == "<i>lamp</i>"

    with tab.page.expect_download() as download:
        tab.page.click("#png")
    numbers = np.asarray(Image.open(download.value.path()))
    assert np.array_equal(numbers == 2, brushed)

    scroll_width = tab.page.evaluate("() => document.documentElement.scrollWidth")
    assert scroll_width <= width
    assert not tab.errors


@pytest.mark.parametrize("width", [1000, 420])
def test_the_picture_stays_where_it_is_whatever_is_said(
    served: SmallServer, tab: Tab, width: int
) -> None:
    """A message comes while somebody draws: if it moved the picture, the stroke would go astray."""
    served.add(png())
    tab.page.set_viewport_size({"width": width, "height": 900})
    tab.open(served.url)
    places = []
    for words in ("saved", "answered in 1,234 ms", "not saved: " + 20 * "very long "):
        tab.page.evaluate(
            "said => { document.getElementById('status').textContent = said; }", words
        )
        places.append(tab.page.locator("#canvas").bounding_box())
    assert places[0] == places[1] == places[2]


def test_undo_eraser_and_removal(served: SmallServer, tab: Tab, tmp_path: Path) -> None:
    served.add(png())
    tab.open(served.url)
    drag(tab, (10.5, 5.5), (29.5, 24.5))
    entry = tab.page.locator("#objects li").nth(0)
    entry.wait_for()
    tab.press("e")
    drag(tab, (10, 15), (30, 15))
    assert "corrected" in entry.inner_text()
    wait_until_saved(tab)
    found = coco_of(tab, tmp_path)
    (erased,) = found.loadAnns(found.getAnnIds())
    assert not found.annToMask(erased)[15, 10:30].any()
    assert found.annToMask(erased)[5, 10:30].all()

    tab.press("u")
    assert "400 px · expected IoU 0.88" in entry.inner_text()
    tab.press("Delete")
    assert tab.page.locator("#objects li").count() == 0
    tab.press("u")
    assert tab.page.locator("#objects li").count() == 1
    tab.page.wait_for_timeout(400)
    wait_until_saved(tab)
    tab.page.reload()
    tab.page.wait_for_selector("body[data-ready]")
    assert "400 px" in tab.page.locator("#objects li").nth(0).inner_text()
    assert not tab.errors


def test_a_server_that_is_killed_loses_nothing(tmp_path: Path, tab: Tab) -> None:
    store = tmp_path / "store"
    with running(store, Bounds()) as server:
        server.add(png())
        port = int(server.address.rpartition(":")[2])
        tab.open(server.url)
        drag(tab, (10.5, 5.5), (29.5, 24.5))
        tab.page.locator("#objects li").nth(0).wait_for()
        wait_until_saved(tab)
    tab.page.locator("#objects input").fill("lamp")
    tab.page.locator("#objects input").blur()
    tab.page.get_by_text("not saved: the server does not answer").wait_for()
    with running(store, Bounds(), port=port) as server:
        wait_until_saved(tab)
        tab.page.click("#fit")
        drag(tab, (40.5, 10.5), (49.5, 19.5))
        tab.page.locator("#objects li").nth(1).wait_for()
        tab.page.wait_for_timeout(400)
        wait_until_saved(tab)
        found = coco_of(tab, tmp_path)
    assert {each["name"] for each in found.loadCats(found.getCatIds())} == {
        "lamp",
        "object",
    }


def counts_of(mask: Mask) -> str:
    return run_lengths.compress(masks.encode(mask))


def test_the_pages_run_lengths_are_cocos(served: SmallServer, tab: Tab) -> None:
    rng = np.random.default_rng(0)
    made = [rng.random((height, width)) < 0.5 for height, width in ((1, 9), (9, 1))]
    made += [rng.random((40, 30)) < share for share in (0.0, 0.1, 0.9, 1.0)]
    wide = np.zeros((3000, 2000), np.bool_)  # runs that need several digits
    wide[100:2900, 3:1800] = True
    wide[:, 900:950] = True
    made.append(wide)

    tab.open(served.url)
    again = """async ([counts, height, width]) => {
        const masks = await import("/page/masks.js");
        return masks.encode(masks.decode(counts, height), height, width);
    }"""
    for mask in made:
        counts = counts_of(mask)
        assert tab.page.evaluate(again, [counts, *mask.shape]) == counts
