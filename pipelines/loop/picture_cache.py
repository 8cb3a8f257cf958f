"""Decoded pictures in memory, up to a number of bytes."""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from starlette.concurrency import run_in_threadpool

from curate.exports import child
from curate.limits import Limits
from curate.pixels.images import Pixels, decode_into


def decode_apart(data: bytes, limits: Limits) -> Pixels:
    """A stranger's picture, decoded in the child process: (H, W, 3) uint8 RGB.

    Refusal or ChildDied as `child.call` of `images.decode_into`.
    """
    # Pixels come back through a file: as a message they would be in memory three times.
    with tempfile.TemporaryDirectory(prefix="segcurate-") as folder:
        path = Path(folder) / "pixels"
        height, width = child.call(
            decode_into, limits, data, str(path), limits.image_pixels
        )
        return np.fromfile(path, np.uint8).reshape(height, width, 3)


@dataclass(slots=True)
class _Entry:
    """A decoded picture, and how many requests use it now."""

    pixels: Pixels
    users: int = 0


class PictureCache:
    """The pictures that were used last, and those that are in use.

    `most_bytes`: of all of them. One picture that is larger than this is let in alone.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._decoding = asyncio.Lock()
        self._released = asyncio.Event()

    @property
    def bytes(self) -> int:
        """The bytes of all pictures that are held."""
        return sum(entry.pixels.nbytes for entry in self._entries.values())

    @asynccontextmanager
    async def use(
        self, name: str, decode: Callable[[], Pixels]
    ) -> AsyncIterator[Pixels]:
        """The pixels of a picture, held as long as they are used.

        `decode`: called in a thread if the picture is not held. Its errors are raised.
        """
        entry = self._entries.get(name)
        if entry is None:
            entry = await self._add(name, decode)
        entry.users += 1
        self._entries.move_to_end(name)
        try:
            yield entry.pixels
        finally:
            entry.users -= 1
            self._evict()
            self._released.set()

    async def _add(self, name: str, decode: Callable[[], Pixels]) -> _Entry:
        # One picture after the other: they share one child, and so two requests for one
        # picture decode it once.
        async with self._decoding:
            entry = self._entries.get(name)
            if entry is not None:
                return entry
            # Pictures that wait for answers cannot go; so the next one waits for them.
            while self._bytes_in_use() >= self._most_bytes:
                self._released.clear()
                await self._released.wait()
            entry = _Entry(await run_in_threadpool(decode))
            self._entries[name] = entry
            self._evict()
            return entry

    def _bytes_in_use(self) -> int:
        used = [entry for entry in self._entries.values() if entry.users]
        return sum(entry.pixels.nbytes for entry in used)

    def _evict(self) -> None:
        """Let go of what was not used for longest; the newest picture stays."""
        held = self.bytes
        for name, entry in list(self._entries.items())[:-1]:
            if held <= self._most_bytes:
                return
            if entry.users == 0:
                held -= entry.pixels.nbytes
                del self._entries[name]
