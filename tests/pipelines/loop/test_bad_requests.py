"""Requests that are wrong, too large, or never end: clear words, and nothing else is harmed."""

import http.client
import json
import struct
import zlib
from typing import Any

import pytest

from tests.pipelines.loop.small_server import BOX, SmallServer, answer, base64_of, png

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")


def bomb() -> bytes:
    """A PNG that says that it is of 60,000 × 60,000 px."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    checksum = zlib.crc32(b"IHDR" + header)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header
    return start + struct.pack(">I", checksum) + b"\x00\x00\x00\x00IDAT"


KNOWN = "KNOWN"


BAD = [
    ("POST", "/api/pictures", b"", 422, "no bytes"),
    ("POST", "/api/pictures", b"no picture", 422, "undecodable_image"),
    ("POST", "/api/pictures", png()[:2000], 422, "truncated_image"),
    ("POST", "/api/pictures", bomb(), 422, "image_bomb"),
    ("POST", "/api/pictures", bytes(1_000_001), 413, "more than 1,000,000 bytes"),
    ("POST", "/api/masks", b"", 422, "JSON"),
    ("POST", "/api/masks", b"{", 422, "JSON"),
    ("POST", "/api/masks", b"\xff\xfe", 422, "JSON"),
    ("POST", "/api/masks", b'{"picture": "\xff"}', 422, "can't decode byte 0xff"),
    ("POST", "/api/masks", b"[" * 100_000, 422, "JSON"),
    ("POST", "/api/masks", b" " * 200_001, 413, "more than 200,000 bytes"),
    ("POST", "/api/masks", {"picture": KNOWN}, 422, "boxes"),
    ("POST", "/api/masks", {"picture": KNOWN, "boxes": []}, 422, "boxes"),
    ("POST", "/api/masks", {"boxes": [BOX]}, 422, "either picture"),
    ("POST", "/api/masks", {"picture": KNOWN, "boxes": [BOX] * 11}, 413, "10 boxes"),
    ("POST", "/api/masks", {"picture": "no", "boxes": [BOX]}, 404, "'no'"),
    ("POST", "/api/masks", {"picture": "../x", "boxes": [BOX]}, 404, "'../x'"),
    ("POST", "/api/masks", {"picture": KNOWN, "boxes": [BOX], "x": 1}, 422, "`x`"),
    ("POST", "/api/masks", {"picture": KNOWN, "boxes": [[1, 2, 3]]}, 422, "length 4"),
    ("POST", "/api/masks", {"picture": KNOWN, "boxes": [[9, 9, 1, 1]]}, 422, "swapped"),
    (
        "POST",
        "/api/masks",
        {"picture": KNOWN, "boxes": [[0, 0, 1e9, 1]]},
        422,
        "<= 1000000",
    ),
    (
        "POST",
        "/api/masks",
        b'{"picture": "KNOWN", "boxes": [[0,0,NaN,1]]}',
        422,
        "JSON",
    ),
    ("POST", "/api/masks", b'{"boxes": [[0,0,1e999,1]]}', 422, "JSON"),
    (
        "POST",
        "/api/masks",
        {"picture": KNOWN, "boxes": [[70, 0, 90, 9]]},
        422,
        "outside",
    ),
    (
        "POST",
        "/api/masks",
        {"picture": KNOWN, "boxes": [BOX], "form": "svg"},
        422,
        "svg",
    ),
    ("POST", "/api/masks", {"image": "!", "boxes": [BOX]}, 422, "base64"),
    ("POST", "/api/masks", {"image": "aGFoYQ==", "boxes": [BOX]}, 422, "undecodable"),
    ("GET", "/api/masks", None, 405, "Method"),
    ("GET", "/api/nothing", None, 404, "Not Found"),
    ("GET", "/api/pictures/..%2f..%2fetc/image", None, 404, "Not Found"),
    ("GET", f"/api/pictures/{'0' * 32}/image", None, 404, "send the file first"),
    ("GET", "/api/pictures/KNOWN/coco?segmentation=x", None, 422, "polygons"),
    ("GET", "/page/nothing.js", None, 404, "nothing.js"),
    (
        "PUT",
        "/api/pictures/KNOWN/objects",
        {"objects": [{"box": BOX, "counts": "garbage"}]},
        422,
        "bad_run_lengths",
    ),
    (
        "PUT",
        "/api/pictures/KNOWN/objects",
        {"objects": [{"box": BOX, "counts": "P`2"}] * 21},
        413,
        "20 objects",
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    BAD,
    ids=[f"{number}-{case[4]}" for number, case in enumerate(BAD)],
)
def test_bad_input_is_told_in_words(
    server: SmallServer, method: str, path: str, body: Any, status: int, words: str
) -> None:
    known = server.add(png())["id"]
    if isinstance(body, dict):
        body = json.dumps(body)
        body = body.replace(KNOWN, known).encode()
    reply = server.ask(method, path.replace(KNOWN, known), body)
    assert reply.status == status, reply.body
    assert words in reply.data["error"]


def test_a_bug_costs_one_request(server: SmallServer) -> None:
    wanted = {"image": base64_of(png(13, 13)), "boxes": [[0, 0, 9, 9]]}
    assert server.ask("POST", "/api/masks", wanted).status == 500
    assert answer(server, image=base64_of(png()))["area"] == 420


def test_a_request_that_does_not_end_is_ended(server: SmallServer) -> None:
    host = server.address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.putrequest("POST", "/api/pictures")
    connection.putheader("X-Token", "a-token")
    connection.putheader("Content-Length", "100")
    connection.endheaders(b"abc")
    reply = connection.getresponse()
    assert reply.status == 408
    connection.close()


def test_many_mixed_requests_leave_it_as_it_was(server: SmallServer) -> None:
    known = [server.add(png(seed=seed))["id"] for seed in range(30)]
    for number in range(300):
        method, path, body, status, _ = BAD[number % len(BAD)]
        if isinstance(body, dict):
            body = json.dumps(body).replace(KNOWN, known[number % 30]).encode()
        reply = server.ask(method, path.replace(KNOWN, known[number % 30]), body)
        assert reply.status == status
        answer(server, picture=known[number % 30])
    state = server.ask("GET", "/api/state").data
    assert state["waiting_boxes"] == 0
    assert state["cached_bytes"] <= 100_000
