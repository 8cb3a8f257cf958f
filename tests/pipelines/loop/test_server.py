"""The API: masks in each form, objects that are kept, and nothing for strangers."""

import base64
from io import BytesIO
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco
from pycocotools.coco import COCO

from pipelines.loop.bounds import Bounds
from pipelines.loop.server import OPERATIONS
from tests.pipelines.loop.small_server import (
    BOX,
    SmallServer,
    answer,
    base64_of,
    png,
    running,
)

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")


def test_a_box_gets_its_mask_in_each_form(server: SmallServer) -> None:
    picture = server.add(png())
    assert (picture["width"], picture["height"]) == (60, 40)
    true = np.zeros((40, 60), np.bool_)
    true[5:25, 10:31] = True

    found = answer(server, picture=picture["id"])
    assert np.array_equal(coco.decode(found["segmentation"]), true)
    assert found["bbox"] == [10, 5, 21, 20]
    assert (found["area"], found["expected_iou"]) == (420, 0.875)

    found = answer(server, picture=picture["id"], form="polygons")
    runs = coco.merge(coco.frPyObjects(found["segmentation"], 40, 60))
    assert np.array_equal(coco.decode(runs), true)
    assert len(found["segmentation"][0]) == 8

    found = answer(server, picture=picture["id"], form="geometry")
    ((ring,),) = found["geometry"]
    assert sorted(map(tuple, ring[1:])) == [(10, 5), (10, 25), (31, 5), (31, 25)]

    found = answer(server, image=base64_of(png()), form="png")
    shown = Image.open(BytesIO(base64.b64decode(found["png"])))
    assert np.array_equal(np.asarray(shown), true)


def test_objects_are_kept_and_given_as_coco_and_png(
    server: SmallServer, tmp_path: Path
) -> None:
    picture = server.add(png(seed=1), "b.png")
    address = f"/api/pictures/{picture['id']}"
    counts = answer(server, picture=picture["id"])["segmentation"]["counts"]
    saved = {"box": BOX, "counts": counts, "label": "<b>", "expected_iou": 0.9}
    corrected = {"box": BOX, "counts": counts, "is_corrected": True}
    body = {"objects": [saved, corrected], "revision": 0}
    assert server.ask("PUT", f"{address}/objects", body).data["revision"] == 1
    assert server.ask("GET", f"{address}/objects").data["objects"][0] == {
        **saved,
        "is_corrected": False,
    }
    reply = server.ask("PUT", f"{address}/objects", body)
    assert (reply.status, "another page" in reply.data["error"]) == (409, True)

    for how in ("run_lengths", "polygons"):
        file = tmp_path / "coco.json"
        file.write_bytes(server.ask("GET", f"{address}/coco?segmentation={how}").body)
        loaded = COCO(file)
        first, second = loaded.loadAnns(loaded.getAnnIds())
        assert loaded.annToMask(first).sum() == first["area"] == 420
        assert first["score"] == 0.9
        assert "score" not in second
        assert loaded.loadCats(first["category_id"])[0]["name"] == "<b>"

    numbers = np.asarray(Image.open(BytesIO(server.ask("GET", f"{address}/png").body)))
    assert numbers.shape == (40, 60)
    assert (numbers == 2).sum() == 420

    listed = server.ask("GET", "/api/pictures").data["pictures"]
    assert listed[0]["id"] == picture["id"]  # those with objects come first
    shown = server.ask("GET", f"{address}/image")
    assert Image.open(BytesIO(shown.body)).size == (60, 40)


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("", {}, 403),
        ("guess", {}, 403),
        ("", {"Authorization": "Bearer a-token"}, 200),
        ("a-token", {"Origin": "https://elsewhere.example"}, 403),
        ("a-token", {"Origin": "null"}, 403),
        ("a-token", {"Host": "elsewhere.example"}, 400),
    ],
)
def test_strangers_can_do_nothing(
    server: SmallServer, token: str, headers: dict[str, str], status: int
) -> None:
    picture = server.add(png())["id"]
    for operation in OPERATIONS:
        path = operation.path.replace("{picture}", picture)
        body = {} if operation.method != "GET" else None
        reply = server.ask(operation.method, path, body, token, **headers)
        if status == 200:
            assert reply.status not in (400, 403)
        else:
            assert reply.status == status, operation
        assert "access-control-allow-origin" not in reply.headers


def test_the_page_needs_the_token_and_may_do_nothing_else(server: SmallServer) -> None:
    assert server.ask("GET", "/", token="").status == 403
    assert server.ask("GET", "/?token=guess").status == 403
    page = server.ask("GET", "/?token=a-token", token="")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert b"<script>" not in page.body
    assert server.ask("GET", "/page/start.js", token="").status == 200
    assert b"a-token" not in server.ask("GET", "/api", token="").body


def test_the_api_is_described(server: SmallServer) -> None:
    found = server.ask("GET", "/openapi.json", token="").data
    assert set(found["paths"]) == {operation.path for operation in OPERATIONS}
    schemas = found["components"]["schemas"]
    validator = jsonschema.Draft202012Validator(
        {"$ref": "#/components/schemas/MaskAnswers", "components": found["components"]}
    )
    wanted = {"image": base64_of(png()), "boxes": [BOX], "form": "polygons"}
    reply = server.ask("POST", "/api/masks", wanted)
    validator.validate(reply.data)
    page = server.ask("GET", "/api", token="").body.decode()
    for name in schemas:
        assert f'id="{name}"' in page


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    with running(tmp_path, Bounds()) as first:
        picture = first.add(png())
        counts = answer(first, picture=picture["id"])["segmentation"]["counts"]
        saved = {"objects": [{"box": BOX, "counts": counts}]}
        address = f"/api/pictures/{picture['id']}/objects"
        assert first.ask("PUT", address, saved).status == 200
        before = first.ask("GET", address).body
    with running(tmp_path, Bounds()) as second:
        assert second.ask("GET", address).body == before
        assert answer(second, picture=picture["id"])["area"] == 420


def test_everybody_may_know_which_model_answers(server: SmallServer) -> None:
    health = server.ask("GET", "/healthz", token="")
    assert health.status == 200
    model = {"name": "the tests' model", "digest": "d1", "run": 1}
    assert health.data == {"model": model, "status": "ok"}
    picture = server.add(png())
    found = server.ask(
        "POST", "/api/masks", {"picture": picture["id"], "boxes": [[1, 1, 9, 9]]}
    )
    assert found.data["answers"][0]["model"] == "d1"
