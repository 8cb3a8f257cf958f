"""A small server that all tests of a file share."""

from collections.abc import Iterator

import pytest

from pipelines.loop.bounds import Bounds
from tests.pipelines.loop.small_server import SmallServer, running

BOUNDS = Bounds(
    picture_bytes=1_000_000,
    json_bytes=200_000,
    boxes=10,
    objects=20,
    body_seconds=1.0,
    cached_bytes=100_000,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallServer]:
    with running(tmp_path_factory.mktemp("store"), BOUNDS) as started:
        yield started
