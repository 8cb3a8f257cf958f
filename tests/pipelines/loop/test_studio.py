"""Label Studio's ML protocol: a drawn rectangle gets a brush or a polygon, strangers nothing."""

import base64
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from curate.pixels import masks
from curate.pixels.packed_runs import unpack
from curate.records import PackedRunLengths
from pipelines.loop.bounds import Bounds
from tests.pipelines.loop.small_server import TOKEN, Reply, SmallServer, png, running
from tests.pipelines.loop.studio_exchange import (
    CONFIG,
    KEY,
    SETUP,
    TRAIN,
    FakeStudio,
    fake_studio,
    predict,
    rectangle,
    task,
)

UPLOAD = "/data/upload/1/2c351f97-a.png"
LOCAL = "/data/local-files/?d=pictures/a%20b.png"


@pytest.fixture(scope="module")
def studio() -> Iterator[FakeStudio]:
    with fake_studio() as started:
        started.files = {UPLOAD: png(), LOCAL: png(seed=1), "/large": bytes(1_000_001)}
        yield started


@pytest.fixture(scope="module")
def server(
    studio: FakeStudio, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SmallServer]:
    bounds = Bounds(picture_bytes=1_000_000, boxes=3)
    folder = tmp_path_factory.mktemp("store")
    with running(folder, bounds, studio=(studio.address, KEY)) as started:
        yield started


def call(
    server: SmallServer, name: str, body: object = None, password: str = TOKEN
) -> Reply:
    """A request as Label Studio sends it."""
    pair = base64.b64encode(f"segcurate:{password}".encode()).decode()
    method = "GET" if body is None else "POST"
    path = f"/label-studio/{name}"
    return server.ask(method, path, body, token="", Authorization=f"Basic {pair}")


def answered(server: SmallServer, request: object) -> Any:
    reply = call(server, "predict", request)
    assert reply.status == 200, reply.body
    assert reply.data["model_version"] == "the tests' model"
    (found,) = reply.data["results"]
    return found


def test_a_model_is_connected(server: SmallServer) -> None:
    assert call(server, "health").data["status"] == "UP"
    assert call(server, "setup", SETUP).data == {"model_version": "the tests' model"}
    created = {"action": "ANNOTATION_CREATED", "annotation": {"id": 1}}
    assert call(server, "webhook", created).status == 201
    refused = call(server, "webhook", TRAIN)
    assert refused.status == 422
    assert "segcurate loop" in refused.data["error"]


@pytest.mark.parametrize("image", [UPLOAD, LOCAL])
def test_a_box_gets_a_brush(server: SmallServer, image: str) -> None:
    found = answered(server, predict(rectangle(), image=image))
    assert found["score"] == 0.875
    (region,) = found["result"]
    assert len(region.pop("id")) == 11
    value = region.pop("value")
    assert region == {
        "from_name": "mask",
        "to_name": "image",
        "type": "brushlabels",
        "original_width": 60,
        "original_height": 40,
        "image_rotation": 0,
        "score": 0.875,
    }
    assert (value["format"], value["brushlabels"]) == ("rle", ["clock"])
    runs, _ = unpack(PackedRunLengths(data=bytes(value["rle"])), 40, 60, 10_000)
    expected = np.zeros((40, 60), np.bool_)
    expected[5:25, 10:30] = True
    assert np.array_equal(masks.decode(runs), expected)


def test_the_label_chooses_the_polygon(server: SmallServer) -> None:
    (region,) = answered(server, predict(rectangle("table")))["result"]
    assert (region["from_name"], region["type"]) == ("outline", "polygonlabels")
    assert region["value"]["polygonlabels"] == ["table"]
    corners = np.array(region["value"]["points"]) * (0.6, 0.4)
    assert corners.min(axis=0) == pytest.approx([10, 5])
    assert corners.max(axis=0) == pytest.approx([30, 25])


def test_a_turned_rectangle_is_asked_as_the_box_around_it(server: SmallServer) -> None:
    # A quarter turn to the right around 30, 5 px: to 10, 5 and 30, 25 px.
    turned = rectangle(x=50.0, rotation=90)
    (region,) = answered(server, predict(turned))["result"]
    runs, _ = unpack(
        PackedRunLengths(data=bytes(region["value"]["rle"])), 40, 60, 10_000
    )
    assert masks.box(runs) == (10, 5, 30, 25)


def test_tasks_without_a_box_get_no_prediction(server: SmallServer) -> None:
    request = predict() | {"tasks": [task(UPLOAD), task(LOCAL)]}
    assert call(server, "predict", request).data["results"] == [[], []]
    before = {**request, "params": {"context": None}}
    assert call(server, "predict", before).data["results"] == [[], []]


def test_a_personal_key_is_exchanged(tmp_path: Any) -> None:
    with fake_studio() as studio:
        studio.files = {UPLOAD: png()}
        key = "head.body.signature"
        with running(tmp_path, Bounds(), studio=(studio.address, key)) as server:
            assert answered(server, predict(rectangle()))["result"]
        assert studio.asked == ["/api/token/refresh/", UPLOAD]


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (b"{", 422, "JSON"),
        (
            predict(rectangle("lamp")),
            422,
            "no BrushLabels or PolygonLabels with 'lamp'",
        ),
        (
            predict(rectangle() | {"from_name": "mask"}),
            422,
            "no rectangle named 'mask'",
        ),
        (predict(rectangle() | {"type": "keypointlabels"}), 422, "only rectangles"),
        (predict(rectangle() | {"value": {"x": 1}}), 422, "missing required field"),
        (predict(rectangle(width=0)), 422, "empty"),
        (predict(rectangle(x=120.0)), 422, "outside the image"),
        (predict(*[rectangle()] * 4), 413, "more than 3 boxes"),
        (predict(rectangle()) | {"label_config": "<View"}, 422, "label config"),
        (
            predict(rectangle()) | {"label_config": "<!DOCTYPE a []><View/>"},
            422,
            "label config",
        ),
        (predict(rectangle()) | {"tasks": []}, 422, "in one task"),
        (predict(rectangle(), image="http://127.0.0.2:9/a.png"), 422, "is not on"),
        (predict(rectangle(), image="//127.0.0.2:9/a.png"), 422, "is not on"),
        (predict(rectangle(), image="file:///etc/passwd"), 422, "is not on"),
        (predict(rectangle(), image="/elsewhere"), 422, "answers 302"),
        (predict(rectangle(), image="/none"), 422, "answers 404"),
        (predict(rectangle(), image="/large"), 413, "more than 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_told(
    server: SmallServer, request_: object, status: int, words: str
) -> None:
    reply = call(server, "predict", request_)
    assert (reply.status, words in reply.data["error"]) == (status, True), reply.body


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("<View/>", 'smart="true"'),
        (CONFIG.replace('smart="true" smartOnly="true"', ""), 'smart="true"'),
        (CONFIG.replace("PolygonLabels", "EllipseLabels"), "'table'"),
    ],
)
def test_a_project_that_cannot_be_answered_is_not_connected(
    server: SmallServer, schema: str, words: str
) -> None:
    reply = call(server, "setup", SETUP | {"schema": schema})
    assert (reply.status, words in reply.data["error"]) == (422, True)


def test_strangers_and_pages_get_nothing(
    server: SmallServer, studio: FakeStudio
) -> None:
    before = len(studio.asked)
    body = msgspec.json.encode(predict(rectangle()))
    assert call(server, "predict", body, "").status == 401
    assert call(server, "predict", body, "wrong").status == 401
    path = "/label-studio/predict"
    assert server.ask("POST", path, body).status == 401  # the page's own way in
    for header in ("Basic ?", "Basic /w==", "Bearer a-token", "Basic"):
        assert server.ask("POST", path, body, Authorization=header).status == 401
    pair = base64.b64encode(f"a:{TOKEN}".encode()).decode()
    from_a_page = server.ask(
        "POST", path, body, Authorization=f"Basic {pair}", Origin="http://evil.example"
    )
    assert from_a_page.status == 403
    # The password opens Label Studio's addresses alone.
    reply = server.ask("GET", "/api/state", token="", Authorization=f"Basic {pair}")
    assert reply.status == 403
    assert len(studio.asked) == before


def test_a_server_that_knows_no_label_studio_says_so(tmp_path: Any) -> None:
    with running(tmp_path, Bounds()) as server:
        reply = call(server, "predict", predict(rectangle()))
        assert "LABEL_STUDIO_URL" in reply.data["error"]


def test_a_label_studio_that_is_away_is_told(tmp_path: Any) -> None:
    with fake_studio() as studio:
        pass
    with running(tmp_path, Bounds(), studio=(studio.address, KEY)) as server:
        reply = call(server, "predict", predict(rectangle()))
        assert (reply.status, "does not answer" in reply.data["error"]) == (503, True)
