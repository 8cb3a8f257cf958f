"""Boxes of many annotators, answered by one model: in small batches, and in turn.

What arrives within a few ms is asked together. While the model works, more arrives, which
is the next batch. Each request gives one box in turn, so that a request of many boxes
does not keep others waiting.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from pipelines.loop.problems import BUSY, Problem
from pipelines.loop.records import ModelState

_COLLECT_SECONDS = 0.004  # until the first box of a batch is answered
_BATCH_BOXES = 8
_BATCH_PIXELS = 2_000_000  # of all boxes of a batch; a larger box is asked alone


class Answer(Protocol):
    """What a model gives for a box."""

    @property
    def mask(self) -> Mask:
        """(h, w) bool, of the window."""

    @property
    def window(self) -> Box:
        """Where the mask is in the picture."""

    @property
    def expected_iou(self) -> float | None:
        """None if the model cannot tell."""


class Model(Protocol):
    """What answers boxes, see `model.predict.Segmenter`."""

    def answer_windows(
        self, images: Sequence[Pixels], boxes: Sequence[Box]
    ) -> Sequence[Answer]:
        """The answer to one box in each of several pictures."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model that answers, and which one it is."""

    model: Model
    state: ModelState


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """An answer, and which model gave it."""

    mask: Mask
    window: Box
    expected_iou: float | None
    by: ModelState


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request: its boxes that are not asked yet, and a promise of each answer."""

    picture: Pixels
    boxes: deque[tuple[Box, asyncio.Future[Answered]]]


@dataclass(slots=True, eq=False)
class _Batch:
    """Boxes that are asked together."""

    pictures: list[Pixels] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    promises: list[asyncio.Future[Answered]] = field(default_factory=list)


class Answering:
    """The one place that asks the model. `served` may be replaced at any time.

    The batch that is being answered keeps its model; the next one asks the new one.
    """

    def __init__(self, served: Served, most_waiting: int, seconds: float) -> None:
        self.served = served
        self._most_waiting = most_waiting
        self._seconds = seconds
        self._requests: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "model")

    @property
    def waiting(self) -> int:
        """Number of boxes that wait."""
        return sum(len(request.boxes) for request in self._requests)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer as long as the context lasts."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def ask(self, picture: Pixels, boxes: Sequence[Box]) -> list[Answered]:
        """The answers to boxes inside a picture.

        Problem if too many wait already, or if it takes too long.
        """
        if self.waiting + len(boxes) > self._most_waiting:
            raise Problem(BUSY, f"{self.waiting} boxes wait already: try again soon")
        loop = asyncio.get_running_loop()
        # Each box has its own promise, because boxes of one request are asked in
        # different batches.
        promises = [loop.create_future() for _ in boxes]
        request = _Waiting(picture, deque(zip(boxes, promises, strict=True)))
        self._requests.append(request)
        self._arrived.set()
        try:
            async with asyncio.timeout(self._seconds):
                return list(await asyncio.gather(*promises))
        except TimeoutError:
            advice = "the machine is slow or busy; try again later"
            if len(boxes) > 1:
                advice += ", or with fewer boxes"
            raise Problem(
                BUSY, f"no answer within {self._seconds:g} s: {advice}"
            ) from None
        finally:
            request.boxes.clear()  # nobody waits for what is left

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            await asyncio.sleep(_COLLECT_SECONDS)
            # A request that has ended leaves nothing to ask.
            batch = self._next_batch()
            if batch.boxes:
                await self._answer(batch)

    def _next_batch(self) -> _Batch:
        """One box of each request in turn, as many as fit."""
        batch = _Batch()
        pixels = 0
        while self._requests and len(batch.boxes) < _BATCH_BOXES:
            request = self._requests.popleft()
            if not request.boxes:
                continue
            box, promise = request.boxes[0]
            pixels += box.width * box.height
            if batch.boxes and pixels > _BATCH_PIXELS:
                # It is the first of the next batch.
                self._requests.appendleft(request)
                break
            # Its next box waits until all other requests have had their turn.
            request.boxes.popleft()
            self._requests.append(request)
            batch.pictures.append(request.picture)
            batch.boxes.append(box)
            batch.promises.append(promise)
        if not self._requests:
            self._arrived.clear()
        return batch

    async def _answer(self, batch: _Batch) -> None:
        """Keep the promises of a batch. What fails in it costs the batch, not the server."""
        loop = asyncio.get_running_loop()
        served = self.served
        ask = served.model.answer_windows
        try:
            answers = await loop.run_in_executor(
                self._thread, ask, batch.pictures, batch.boxes
            )
        except Exception as error:
            for promise in batch.promises:
                if not promise.done():
                    promise.set_exception(error)
            return
        for promise, answer in zip(batch.promises, answers, strict=True):
            if promise.done():  # its request has ended
                continue
            answered = Answered(
                answer.mask, answer.window, answer.expected_iou, served.state
            )
            promise.set_result(answered)
