"""Decoded pictures: each once, the last ones, and never more than fit."""

import asyncio

import numpy as np
import pytest

from curate.limits import Limits
from curate.pixels.images import Pixels, decode
from curate.reasons import Refusal
from pipelines.loop.picture_cache import PictureCache, decode_apart
from tests.pipelines.loop.small_server import png

SIZE = 300  # bytes of a picture


def small() -> Pixels:
    return np.zeros((10, 10, 3), np.uint8)


async def use(cache: PictureCache, name: str, decoded: list[str]) -> None:
    def read() -> Pixels:
        decoded.append(name)
        return small()

    async with cache.use(name, read) as pixels:
        assert pixels.shape == (10, 10, 3)
        await asyncio.sleep(0.01)


def test_a_picture_is_decoded_once_and_the_oldest_goes() -> None:
    decoded: list[str] = []

    async def main() -> None:
        cache = PictureCache(3 * SIZE)
        await asyncio.gather(*(use(cache, "a", decoded) for _ in range(5)))
        assert decoded == ["a"]
        for name in "bcad":  # d makes b go
            await use(cache, name, decoded)
        assert cache.bytes == 3 * SIZE
        await use(cache, "a", decoded)
        assert decoded == ["a", "b", "c", "d"]
        await use(cache, "b", decoded)
        assert decoded[-1] == "b"

    asyncio.run(main())


def test_what_is_in_use_stays_and_more_waits() -> None:
    decoded: list[str] = []

    async def main() -> None:
        cache = PictureCache(2 * SIZE)
        most = 0
        tasks = [asyncio.create_task(use(cache, str(n), decoded)) for n in range(12)]
        while not all(task.done() for task in tasks):
            most = max(most, cache.bytes)
            await asyncio.sleep(0.001)
        assert len(decoded) == 12
        assert most <= 3 * SIZE

    asyncio.run(main())


def test_a_picture_that_is_none_is_not_kept() -> None:
    async def main() -> None:
        cache = PictureCache(SIZE)
        with pytest.raises(Refusal):
            async with cache.use("a", lambda: decode(b"no picture", 100)):
                pass
        await use(cache, "a", [])

    asyncio.run(main())


def test_the_child_decodes_as_the_library_does() -> None:
    data = png(70, 30)
    assert np.array_equal(decode_apart(data, Limits()), decode(data, 10_000))
    with pytest.raises(Refusal, match="more than 1,000 px"):
        decode_apart(data, Limits(image_pixels=1000))
