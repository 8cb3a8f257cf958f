"""A Label Studio that is as much of it as a round of the loop asks: tasks, and their pictures."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 640, 480
PER_PICTURE = 4

Pixels = NDArray[np.uint8]


@dataclass
class StudioProject:
    """A project whose pictures lie in a folder."""

    folder: Path
    tasks: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""

    def add(self, objects: int) -> None:
        """Paint pictures with so many objects more, and annotate them."""
        pictures = objects // PER_PICTURE
        for _ in range(pictures):
            number = len(self.tasks) + 1
            rng = np.random.default_rng(number)
            pixels, rings = painted(rng)
            name = f"{number:08x}-{number}.jpg"
            Image.fromarray(pixels).save(self.folder / name, quality=92)
            address = f"/data/upload/1/{name}"
            self.tasks.append(task(number, address, rings))


def painted(rng: np.random.Generator) -> tuple[Pixels, list[NDArray[np.int32]]]:
    """A picture of blobs on a rough ground, and their outlines, (n, 2) px."""
    coarse_size = (HEIGHT // 16, WIDTH // 16, 3)
    coarse = rng.integers(60, 200, coarse_size, np.uint8)
    ground = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    picture = np.asarray(ground, np.uint8)

    rings = []
    for place in range(PER_PICTURE):
        x = WIDTH * (place + 0.5) / PER_PICTURE
        y = rng.uniform(140, 340)
        radius = rng.uniform(50, 75)
        ring = blob(rng, (x, y), radius)
        colour = rng.integers(0, 256, 3).tolist()
        cv2.fillPoly(picture, [ring], colour)
        rings.append(ring)

    noise = rng.normal(0, 6, picture.shape)
    noisy = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return noisy, rings


def blob(
    rng: np.random.Generator, centre: tuple[float, float], radius: float
) -> NDArray[np.int32]:
    """(40, 2) an outline that is no circle."""
    # A circle on which two, three and four waves run around.
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    heights = rng.uniform(-0.12, 0.12, 3)
    phases = rng.uniform(0, 2 * np.pi, 3)
    lengths = np.ones(40)
    for number, height, phase in zip((2, 3, 4), heights, phases, strict=True):
        wave = np.cos(number * angles + phase)
        lengths += height * wave

    centre_x, centre_y = centre
    x = centre_x + radius * lengths * np.cos(angles)
    y = centre_y + radius * lengths * np.sin(angles)
    points = np.stack([x, y], axis=1)
    return points.astype(np.int32)


def task(number: int, image: str, rings: list[NDArray[np.int32]]) -> dict[str, Any]:
    """A task as Label Studio exports it."""
    results = []
    for place, ring in enumerate(rings):
        shares = 100 * ring / (WIDTH, HEIGHT)
        value = {
            "points": shares.tolist(),
            "polygonlabels": ["car"],
            "closed": True,
        }
        result = {
            "id": f"r{number}-{place}",
            "type": "polygonlabels",
            "from_name": "label",
            "to_name": "image",
            "original_width": WIDTH,
            "original_height": HEIGHT,
            "value": value,
        }
        results.append(result)
    annotation = {
        "id": number,
        "created_at": "2026-01-05T10:00:00Z",
        "updated_at": "2026-01-05T10:00:00Z",
        "lead_time": 40.0,
        "result": results,
    }
    return {
        "id": number,
        "data": {"image": image},
        "annotations": [annotation],
    }


class _Handler(SimpleHTTPRequestHandler):
    """Answers the two requests that a round makes."""

    def __init__(self, *arguments: Any, project: StudioProject) -> None:
        self._project = project
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """The tasks, or a picture."""
        if self.path.startswith("/api/projects/1/export?exportType=JSON"):
            body = json.dumps(self._project.tasks).encode()
        else:
            name = self.path.rsplit("/", 1)[-1]
            body = (self._project.folder / name).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: a line for each picture helps nobody."""


@contextmanager
def serving(project: StudioProject) -> Iterator[None]:
    """Serve a project as long as the context lasts."""
    handler = partial(_Handler, project=project)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        project.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()
