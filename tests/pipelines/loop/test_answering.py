"""Boxes of many requests: asked together, in turn, and within bounds."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from curate.records import Box
from pipelines.loop.answering import Answering, Served
from pipelines.loop.problems import Problem
from tests.pipelines.loop.small_server import STATE, BoxModel

PICTURE = np.zeros((50, 60, 3), np.uint8)


def run(
    model: BoxModel,
    task: Callable[[Answering], Awaitable[None]],
    most_waiting: int = 100,
    seconds: float = 10.0,
) -> None:
    """Run a task while the model answers."""

    async def main() -> None:
        answering = Answering(Served(model, STATE), most_waiting, seconds)
        async with answering.running():
            await task(answering)

    asyncio.run(main())


def box(number: int) -> Box:
    return Box(0, 0, 2 + number, 2)


def test_what_arrives_together_is_asked_together() -> None:
    async def task(answering: Answering) -> None:
        asked = [answering.ask(PICTURE, [box(number)]) for number in range(5)]
        found = await asyncio.gather(*asked)
        assert [answers[0].window for answers in found] == [box(n) for n in range(5)]

    model = BoxModel()
    run(model, task)
    assert len(model.batches) == 1


def test_many_boxes_of_one_request_do_not_keep_others_waiting() -> None:
    async def task(answering: Answering) -> None:
        many = asyncio.create_task(answering.ask(PICTURE, [box(0)] * 50))
        await asyncio.sleep(0.05)
        await answering.ask(PICTURE, [box(1)])
        assert not many.done()
        assert len(await many) == 50
        assert answering.waiting == 0

    model = BoxModel(seconds=0.03)
    run(model, task)
    assert max(map(len, model.batches)) <= 8


def test_a_large_box_is_asked_alone() -> None:
    large = Box(0, 0, 2000, 1500)

    async def task(answering: Answering) -> None:
        await asyncio.gather(*(answering.ask(PICTURE, [large]) for _ in range(3)))

    model = BoxModel()
    run(model, task)
    assert model.batches == [[large]] * 3


def test_what_waits_too_long_or_is_too_much_is_told() -> None:
    async def task(answering: Answering) -> None:
        slow = asyncio.create_task(answering.ask(PICTURE, [box(0)] * 9))
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="wait already") as caught:
            await answering.ask(PICTURE, [box(1)] * 2)
        assert caught.value.status == 503
        with pytest.raises(Problem, match=r"within 0\.05 s.*fewer boxes"):
            await slow
        with pytest.raises(Problem, match=r"try again later$"):
            await answering.ask(PICTURE, [box(0)])
        assert answering.waiting == 0

    run(BoxModel(seconds=0.3), task, most_waiting=10, seconds=0.05)


def test_a_bug_of_the_model_costs_its_batch_alone() -> None:
    async def task(answering: Answering) -> None:
        with pytest.raises(RuntimeError, match="a bug"):
            await answering.ask(np.zeros((9, 13, 3), np.uint8), [box(0)])
        assert len(await answering.ask(PICTURE, [box(0)])) == 1

    run(BoxModel(), task)
