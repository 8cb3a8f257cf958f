"""The agent: cvat-cli runs our function against a CVAT that follows its client's calls."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from cvat_sdk.masks import decode_mask

from pipelines.loop.bounds import Bounds
from tests.pipelines.loop.small_server import TOKEN, SmallServer, png, running

_SECONDS = 300.0  # until a command must have ended; it takes a few

FUNCTION = {
    "id": 7,
    "provider": "native",
    "kind": "interactor",
    "name": "Segcurate",
    "min_pos_points": 0,
    "min_neg_points": -1,
    "startswith_box": True,
    "startswith_box_optional": False,
}


def request(number: int, box: list[list[float]]) -> dict[str, Any]:
    """A request of an annotator, as the queue gives it to an agent."""
    parameters = {
        "type": "interact",
        "task": 1,
        "frame": 0,
        "pos_points": [],
        "neg_points": [],
        "obj_bbox": box,
    }
    return {"ar_id": f"request-{number}", "ar_params": parameters}


@dataclass
class FakeCvat:
    """A CVAT with one task of one frame, and requests that wait for an agent."""

    waiting: list[dict[str, Any]] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)
    frames_sent: int = 0
    address: str = ""

    def answer(self, method: str, path: str, query: Any, body: Any) -> Any:
        if path == "/api/server/about":
            about = dict.fromkeys(["description", "logo_url", "subtitle"], "")
            return {"name": "CVAT", "version": "2.80.0", **about}
        if path == "/api/functions" and method == "POST":
            return {**FUNCTION, **body}
        if path == "/api/functions/7":
            return FUNCTION
        if path.endswith("/requests/acquire"):
            is_interactive = body["request_category"] == "interactive"
            assignment = None
            if is_interactive and self.waiting:
                assignment = self.waiting.pop(0)
            return {"ar_assignment": assignment}
        if path.endswith(("/complete", "/fail")):
            name = path.split("/")[-2]
            self.done[name] = body
            return {}
        if path == "/api/tasks/1":
            return {
                "id": 1,
                "name": "task",
                "organization": None,
                "size": 1,
                "data_chunk_size": 1,
                "data_compressed_chunk_type": "imageset",
                "data_original_chunk_type": "imageset",
                "updated_date": "2026-11-28T10:00:00Z",
                "jobs": {"count": 1, "completed": 0, "validation": 0},
                "labels": {"url": f"{self.address}/api/labels?task_id=1"},
            }
        if path == "/api/labels":
            return {"count": 0, "next": None, "previous": None, "results": []}
        if path == "/api/tasks/1/data/meta":
            frame = {"width": 60, "height": 40, "name": "a.png", "related_files": 0}
            return {
                "chunks_updated_date": "2026-11-28T10:00:00Z",
                "chunk_size": 1,
                "size": 1,
                "start_frame": 0,
                "stop_frame": 0,
                "frame_filter": "",
                "frames": [frame],
                "image_quality": 70,
                "deleted_frames": [],
                "included_frames": None,
            }
        if path == "/api/tasks/1/data/" and query["type"] == ["frame"]:
            self.frames_sent += 1
            return png()
        raise AssertionError(f"{method} {path} is not what CVAT's client asks")


@contextmanager
def fake_cvat() -> Iterator[FakeCvat]:
    cvat = FakeCvat()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"null")
            status = 200
            try:
                query = parse_qs(parts.query)
                found = cvat.answer(self.command, parts.path, query, body)
            except AssertionError as error:
                status, found = 404, {"detail": str(error)}
            data = found
            if not isinstance(found, bytes):
                data = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        cvat.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield cvat
        finally:
            server.shutdown()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmallServer]:
    with running(tmp_path / "store", Bounds()) as started:
        (tmp_path / "token").write_text(TOKEN)
        yield started


def cvat_cli(cvat: FakeCvat, home: Path, *words: str) -> str:
    """Run cvat-cli; gives what it prints. Nothing of the user's own settings is read."""
    command = [sys.executable, "-m", "cvat_cli", "--server-host", cvat.address, *words]
    command += ["--function-module", "examples.cvat.agent"]
    environment = {**os.environ, "HOME": str(home), "CVAT_ACCESS_TOKEN": "a-key"}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=_SECONDS
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_requests_of_a_queue_are_answered(server: SmallServer, tmp_path: Path) -> None:
    ours = ["-p", f"address=str:{server.address}"]
    ours += ["-p", f"token_file=str:{tmp_path / 'token'}"]
    with fake_cvat() as cvat:
        made = cvat_cli(cvat, tmp_path, "function", "create-native", "Segcurate", *ours)
        assert made.strip() == "7"

        box = [[10.0, 5.0], [30.0, 25.0]]
        cvat.waiting = [
            request(1, box),
            request(2, [[90, 90], [99, 99]]),
            request(3, box),
        ]
        cvat_cli(cvat, tmp_path, "function", "run-agent", "7", "--burst", *ours)

    (shape,) = cvat.done["request-1"]["shapes"]
    assert (shape["type"], shape["points"][-4:]) == ("mask", [10, 5, 29, 24])
    assert shape["attributes"] == [{"spec_id": 0, "value": "0.875"}]
    found = decode_mask(shape["points"], image_width=60, image_height=40)
    assert np.count_nonzero(found) == 400
    assert "outside the image" in cvat.done["request-2"]["exc_info"]
    assert cvat.done["request-3"]["shapes"] == cvat.done["request-1"]["shapes"]
    assert cvat.frames_sent == 1
