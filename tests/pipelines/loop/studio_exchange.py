"""What Label Studio 1.23.2 sent to a model, as recorded, and a stand-in that gives pictures."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

CONFIG = """<View>
  <Image name="image" value="$image" zoom="true"/>
  <RectangleLabels name="box" toName="image" smart="true" smartOnly="true">
    <Label value="clock"/><Label value="table"/>
  </RectangleLabels>
  <BrushLabels name="mask" toName="image"><Label value="clock"/></BrushLabels>
  <PolygonLabels name="outline" toName="image"><Label value="table"/></PolygonLabels>
</View>"""

KEY = "0123456789abcdef0123456789abcdef01234567"

SETUP = {
    "project": "1.1795862452",
    "schema": CONFIG,
    "hostname": "http://localhost:8080",
    "access_token": KEY,
    "extra_params": None,
}

TRAIN = {"action": "START_TRAINING", "project": {"id": 1, "title": "Segcurate"}}


def predict(
    *drawn: dict[str, Any], image: str = "/data/upload/1/2c351f97-a.png"
) -> dict[str, Any]:
    """The request that follows a drawn region."""
    return {
        "tasks": [task(image)],
        "project": "1.1795862452",
        "label_config": CONFIG,
        "params": {
            "login": None,
            "password": None,
            "context": {"result": list(drawn)},
        },
    }


def task(image: str) -> dict[str, Any]:
    return {
        "id": 1,
        "annotations": [],
        "file_upload": "2c351f97-a.png",
        "drafts": [],
        "predictions": [],
        "data": {"image": image},
        "meta": {},
        "created_at": "2026-11-28T10:40:53.426642Z",
        "inner_id": 1,
        "project": 1,
    }


def rectangle(label: str = "clock", **value: Any) -> dict[str, Any]:
    """A rectangle over 10, 5 to 30, 25 px of a picture of 60 × 40 px."""
    return {
        "original_width": 60,
        "original_height": 40,
        "image_rotation": 0,
        "value": {
            "x": 16.666666666666668,
            "y": 12.5,
            "width": 33.33333333333333,
            "height": 50.00000000000001,
            "rotation": 0,
            "rectanglelabels": [label],
            **value,
        },
        "id": "H2gVp1b_q7",
        "from_name": "box",
        "to_name": "image",
        "type": "rectanglelabels",
        "origin": "manual",
    }


@dataclass
class FakeStudio:
    """Gives files to who has the key, as Label Studio does."""

    files: dict[str, bytes] = field(default_factory=dict)
    address: str = ""
    keys: tuple[str, ...] = (f"Token {KEY}",)
    asked: list[str] = field(default_factory=list)


@contextmanager
def fake_studio() -> Iterator[FakeStudio]:
    """A stand-in that runs as long as the context lasts."""
    studio = FakeStudio()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            studio.asked.append(self.path)
            if self.headers.get("Authorization") not in studio.keys:
                self.answer(401, b"")
            elif self.path == "/elsewhere":
                self.answer(302, b"", Location="http://127.0.0.2:9/a.png")
            elif self.path in studio.files:
                self.answer(200, studio.files[self.path])
            else:
                self.answer(404, b"")

        def do_POST(self) -> None:
            studio.asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            studio.keys = ("Bearer of-minutes",)
            self.answer(200, b'{"access": "of-minutes"}')

        def answer(self, status: int, data: bytes, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        studio.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield studio
        finally:
            server.shutdown()
