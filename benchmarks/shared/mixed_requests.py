"""Requests to the answering server, good and bad, and what it must say to each."""

import base64
import http.client
import json
import random
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and the status that it must get."""

    method: str
    path: str
    body: bytes
    status: int


@dataclass(slots=True)
class Client:
    """One annotator's connection, which stays open. `host`: with its port."""

    host: str
    token: str
    _connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of the answer. A connection that the server has closed is opened anew."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, timeout=120)
        try:
            self._connection.request(method, path, body or None, headers)
            reply = self._connection.getresponse()
            return reply.status, reply.read()
        except (http.client.HTTPException, ConnectionError):
            self._connection.close()
            self._connection = None
            raise

    def ask_json(self, method: str, path: str, record: Any) -> Any:
        """The record that comes back. RuntimeError if it is not 200."""
        status, body = self.ask(method, path, json.dumps(record).encode())
        if status != 200:
            raise RuntimeError(f"{method} {path}: {status} {body[:200]!r}")
        return json.loads(body)


def picture_file(rng: np.random.Generator, height: int, width: int) -> bytes:
    """A noisy JPEG."""
    coarse_size = (height // 16, width // 16, 3)
    coarse = rng.integers(0, 255, coarse_size, np.uint8)
    small = Image.fromarray(coarse)
    picture = small.resize((width, height), Image.Resampling.BICUBIC)
    file = BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def mixed_request(rng: random.Random, pictures: list[str], file: bytes) -> Sent:
    """A good or bad request. `pictures`: ids that are known, of 320 × 240 px or more."""
    make = rng.choice(_KINDS)
    picture = rng.choice(pictures)
    return make(rng, picture, file)


def _good(rng: random.Random, picture: str, _: bytes) -> Sent:
    x = rng.uniform(0, 200)
    y = rng.uniform(0, 150)
    width = rng.uniform(8, 100)
    height = rng.uniform(8, 80)
    box = [x, y, x + width, y + height]
    form = rng.choice(["run_lengths", "polygons", "geometry", "png"])
    return _masks(
        {
            "picture": picture,
            "boxes": [box],
            "form": form,
        },
        200,
    )


def _good_with_image(_: random.Random, __: str, file: bytes) -> Sent:
    text = base64.b64encode(file).decode()
    return _masks({"image": text, "boxes": [[10, 10, 90, 80]]}, 200)


def _bad_box(rng: random.Random, picture: str, _: bytes) -> Sent:
    boxes = rng.choice(
        [
            [],
            [[1, 2, 3]],
            [[50, 50, 10, 10]],
            [[90_000, 0, 90_010, 10]],
            [[None, 0, 1, 1]],
            "boxes",
            [["a", "b", "c", "d"]],
        ]
    )
    return _masks({"picture": picture, "boxes": boxes}, 422)


def _too_many(_: random.Random, picture: str, __: bytes) -> Sent:
    return _masks({"picture": picture, "boxes": [[0, 0, 9, 9]] * 1000}, 413)


def _unknown(rng: random.Random, _: str, __: bytes) -> Sent:
    picture = rng.choice(["f" * 32, "../../etc/passwd", "x" * 5000, "\u202e"])
    return _masks({"picture": picture, "boxes": [[0, 0, 9, 9]]}, 404)


def _no_json(rng: random.Random, _: str, __: bytes) -> Sent:
    body = rng.choice([b"", b"{", b"[" * 5000, rng.randbytes(500), b"\xff" * 99])
    return Sent("POST", "/api/masks", body, 422)


def _no_picture(rng: random.Random, _: str, file: bytes) -> Sent:
    body = bytearray(file)
    how = rng.randrange(3)
    if how == 0:
        body = bytearray(rng.randbytes(2000))
    elif how == 1:
        cut = rng.randrange(20, len(body) // 2)
        del body[cut:]
    else:
        body[:200] = rng.randbytes(200)
    return Sent("POST", "/api/pictures", bytes(body), 422)


def _bad_objects(rng: random.Random, picture: str, _: bytes) -> Sent:
    counts = rng.choice(["", "garbage", "0" * 10_000, "\u202e"])
    one = {"box": [0, 0, 9, 9], "counts": counts}
    body = json.dumps({"objects": [one]}).encode()
    return Sent("PUT", f"/api/pictures/{picture}/objects", body, 422)


def _no_address(rng: random.Random, _: str, __: bytes) -> Sent:
    path = rng.choice(["/api/x", "/../x", "/api/pictures/%00/image", "/page/..%2fx"])
    return Sent("GET", path, b"", 404)


def _masks(record: Any, status: int) -> Sent:
    return Sent("POST", "/api/masks", json.dumps(record).encode(), status)


_KINDS = (
    _good,
    _good,
    _good,
    _good_with_image,
    _bad_box,
    _too_many,
    _unknown,
    _no_json,
    _no_picture,
    _bad_objects,
    _no_address,
)
