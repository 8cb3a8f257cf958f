"""A server whose model answers each box with itself, and requests to it."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image
from upath import UPath

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from pipelines.loop.answering import Answering, Served
from pipelines.loop.bounds import Bounds
from pipelines.loop.pictures import BuildPicture, Pictures
from pipelines.loop.records import ModelState
from pipelines.loop.server import make_app
from pipelines.loop.service import Service
from pipelines.loop.studio import studio_routes
from pipelines.loop.studio_pictures import StudioPictures
from tests.pipelines.served_app import serving

TOKEN = "a-token"  # noqa: S105  of the tests
BOX = [10, 5, 30.5, 25]
STATE = ModelState("the tests' model", "d1", 1)


@dataclass(frozen=True, slots=True)
class BoxAnswered:
    mask: Mask
    window: Box
    expected_iou: float | None


@dataclass
class BoxModel:
    """Answers a box with all of its px; fails on pictures 13 px wide."""

    seconds: float = 0.0
    batches: list[list[Box]] = field(default_factory=list)

    def answer_windows(
        self, images: Sequence[Pixels], boxes: Sequence[Box]
    ) -> list[BoxAnswered]:
        self.batches.append(list(boxes))
        time.sleep(self.seconds)
        if any(image.shape[1] == 13 for image in images):
            raise RuntimeError("a bug of the model")
        answers = []
        for box in boxes:
            mask = np.ones((box.height, box.width), np.bool_)
            answers.append(BoxAnswered(mask, box, 0.875))
        return answers


def png(width: int = 60, height: int = 40, seed: int = 0) -> bytes:
    """A picture's file."""
    rng = np.random.default_rng(seed)
    file = BytesIO()
    pixels = rng.integers(0, 255, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


class Reply(msgspec.Struct):
    """The answer of the server."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class SmallServer:
    """A server that runs, and its address."""

    address: str
    model: BoxModel
    store: Path

    @property
    def url(self) -> str:
        """The address that `serve` prints."""
        return f"{self.address}/?token={TOKEN}"

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | object = None,
        token: str = TOKEN,
        **headers: str,
    ) -> Reply:
        """Send a request; what is not bytes is sent as JSON. Headers in Python's spelling."""
        if body is not None and not isinstance(body, bytes):
            body = msgspec.json.encode(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["X-Token"] = token
        request = urllib.request.Request(  # noqa: S310
            f"{self.address}{path}", body, sent, method=method
        )
        try:
            with urllib.request.urlopen(request) as reply:  # noqa: S310
                return Reply(reply.status, reply.read(), lowered(reply.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.read(), lowered(error.headers))

    def add(self, data: bytes, name: str = "a.png") -> Any:
        reply = self.ask("POST", f"/api/pictures?name={name}", data)
        assert reply.status == 200, reply.body
        return reply.data


def lowered(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


@contextmanager
def running(
    store: Path,
    bounds: Bounds,
    of_build: dict[str, BuildPicture] | None = None,
    port: int = 0,
    studio: tuple[str, str] | None = None,
) -> Iterator[SmallServer]:
    """Serve in a thread as long as the context lasts.

    `studio`: address and key of a Label Studio.
    """
    model = BoxModel()
    served = Served(model, STATE)
    answering = Answering(served, bounds.waiting_boxes, bounds.answer_seconds)
    pictures = Pictures(UPath(store), of_build or {}, bounds.kept_bytes)
    service = Service(answering, pictures, bounds)
    of_studio = None
    if studio is not None:
        of_studio = StudioPictures(*studio, bounds.picture_bytes)
    app = make_app(service, TOKEN, studio_routes(service, TOKEN, of_studio))
    with serving(app, port) as address:
        yield SmallServer(address, model, store)


def answer(server: SmallServer, **wanted: Any) -> Any:
    """The answer to BOX."""
    reply = server.ask("POST", "/api/masks", {"boxes": [BOX], **wanted})
    assert reply.status == 200, reply.body
    (found,) = reply.data["answers"]
    return found
