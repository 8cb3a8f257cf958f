"""`make loop-test`: a real Label Studio in a browser, from the drawn box to the read export.

Not among the usual tests: it needs Label Studio, and takes minutes.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from curate.pixels.packed_runs import unpack
from curate.pixels.polygons import rasterise
from curate.records import PackedRunLengths, Polygons
from examples.label_studio.pictures import choose_pictures
from examples.label_studio.programs import (
    USER,
    Studio,
    answering_server,
    label_studio,
)
from examples.label_studio.project import StudioApi, open_project
from pipelines.local_server import open_socket
from tests.curate.formats.reading import read_back
from tests.pipelines.pages.browser import NEEDS_BROWSER, Tab

pytestmark = NEEDS_BROWSER

PROGRAM = Path("build/label-studio/venv/bin/label-studio")
EXPORTS = Path("build/demo/exports")
MS = 120_000  # until something must have appeared

BRUSH, POLYGON = "1", "2"
"""The keys of the labels that the label config has."""


@dataclass(frozen=True)
class Loop:
    """Label Studio and the server, side by side, and the demo project."""

    studio: Studio
    api: StudioApi
    project: int
    pictures: list[Path]

    def tasks(self) -> list[dict[str, Any]]:
        found = self.api.ask("GET", "/api/tasks", params={"project": self.project})
        tasks: list[dict[str, Any]] = found["tasks"]
        return tasks


def free_port() -> int:
    with open_socket(0) as opened:
        return int(opened.getsockname()[1])


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    folder = tmp_path_factory.mktemp("loop")
    local, uploads = choose_pictures(EXPORTS, folder)
    with (
        label_studio(PROGRAM, folder, free_port()) as studio,
        answering_server(
            "examples/demo.yaml", folder / "serve", free_port(), studio
        ) as server,
    ):
        api = StudioApi(studio)
        project = open_project(api, server, local, uploads)
        yield Loop(studio, api, project, [*local.iterdir(), *uploads])


def test_from_the_box_to_the_export(loop: Loop, tab: Tab, tmp_path: Path) -> None:
    tab.page.set_default_timeout(MS)
    sign_in(tab, loop)
    tasks = loop.tasks()
    assert len(tasks) == len(loop.pictures)
    is_local = ["local-files" in task["data"]["image"] for task in tasks]

    # A picture that Label Studio reads where it is, and one that was sent to it.
    local = tasks[is_local.index(True)]
    open_task(tab, loop, local)
    sent, submitted = annotate(tab, BRUSH)
    before, after = brush_mask(sent), brush_mask(submitted)
    assert masks_iou(before, after) < 1
    assert not np.any(before & ~after), "the model's mask came back changed"

    uploaded = tasks[is_local.index(False)]
    open_task(tab, loop, uploaded)
    polygon, kept = annotate(tab, POLYGON)
    assert kept["value"]["points"] == pytest.approx(
        np.array(polygon["value"]["points"])
    )

    export = tmp_path / "export"
    shutil.copytree(loop.pictures[0].parent, export / "pictures")
    for path in loop.pictures:
        shutil.copyfile(path, export / path.name)
    found = loop.api.ask(
        "GET", f"/api/projects/{loop.project}/export", params={"exportType": "JSON"}
    )
    (export / "export.json").write_text(json.dumps(found))
    rows = {row["label"]: row for row in read_back(export, "labelstudio").rows}
    assert set(rows) == {"object", "object with straight sides"}
    assert np.array_equal(row_mask(rows["object"]), after)
    expected = polygon_mask(kept)
    assert np.array_equal(row_mask(rows["object with straight sides"]), expected)


def sign_in(tab: Tab, loop: Loop) -> None:
    page = tab.page
    page.goto(f"{loop.studio.address}/user/login/")
    page.fill("input[name=email]", USER)
    page.fill("input[name=password]", loop.studio.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "login" not in address)


def open_task(tab: Tab, loop: Loop, task: dict[str, Any]) -> None:
    """Open a task, with the model's suggestions on."""
    page = tab.page
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(f"{loop.studio.address}/projects/{loop.project}/data?task={task['id']}")
    page.locator("img[alt=image]").wait_for()
    page.get_by_label("brush-tool").first.wait_for()
    if page.get_by_text("Auto-Accept Suggestions").count() == 0:
        page.get_by_text("Auto-Annotation", exact=True).click()
    page.get_by_text("Auto-Accept Suggestions").wait_for()


def annotate(tab: Tab, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw a box, take its mask, correct a brush, submit: the region sent, and submitted."""
    page = tab.page
    page.locator(".lsf-tool_smart").first.click()
    page.locator(".lsf-tool_smart.lsf-tool_active").first.wait_for()
    page.keyboard.press(key)
    page.locator(".lsf-label_selected").wait_for()
    with page.expect_response(lambda reply: "interactive" in reply.url) as answered:
        drag(tab, (0.2, 0.2), (0.4, 0.4), (0.6, 0.6))
    (sent,) = answered.value.json()["data"]["result"]

    suggested = page.get_by_text("1 suggestions")
    suggested.wait_for()
    take = suggested.locator("xpath=following::button[2]")
    take.click()
    suggested.wait_for(state="hidden")
    if key == BRUSH:
        page.locator(".lsf-outliner-item__title").first.click()
        page.get_by_label("brush-tool").first.click()
        page.locator("[aria-label=brush-tool].lsf-tool_active").wait_for()
        drag(tab, (0.7, 0.7), (0.75, 0.75), (0.8, 0.8))

    submits = "**/api/tasks/*/annotations*"
    with page.expect_request(submits) as request, page.expect_response(submits):
        page.get_by_label("Submit current annotation").click()
    (submitted,) = request.value.post_data_json["result"]
    return sent, submitted


def drag(tab: Tab, *places: tuple[float, float]) -> None:
    """Drag over the picture, in shares of its sides."""
    frame = tab.page.locator("img[alt=image]").bounding_box()
    assert frame is not None
    mouse = tab.page.mouse
    for number, (x, y) in enumerate(places):
        across = frame["x"] + x * frame["width"]
        mouse.move(across, frame["y"] + y * frame["height"], steps=5)
        if number == 0:
            mouse.down()
    mouse.up()


def brush_mask(region: dict[str, Any]) -> Mask:
    height, width = region["original_height"], region["original_width"]
    packed = PackedRunLengths(data=bytes(region["value"]["rle"]))
    runs, _ = unpack(packed, height, width, height * width)
    return masks.decode(runs)


def polygon_mask(region: dict[str, Any]) -> Mask:
    height, width = region["original_height"], region["original_width"]
    shares = np.array(region["value"]["points"]) / 100
    ring = Polygons(rings=[shares.ravel().tolist()], normalised=True)
    runs, _ = rasterise(ring, height, width)
    return masks.decode(runs)


def row_mask(row: dict[str, Any]) -> Mask:
    """The mask of an object of ingest."""
    runs = run_lengths.parse(row["counts"], row["image_height"], row["image_width"])
    return masks.decode(runs)


def masks_iou(first: Mask, second: Mask) -> float:
    return float(np.sum(first & second) / np.sum(first | second))
