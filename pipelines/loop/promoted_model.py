"""The server follows the build's promoted model: what is promoted or rolled back answers soon.

Every other second it looks which run is in use. Another one is loaded beside the model that answers
and asked once; then it takes its place between two batches, so no request is lost or waits. A run
that cannot be loaded is refused, which is said once, and the model before goes on.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from upath import UPath

from model.promotion import Promotion, read_promotion
from pipelines.loop.answering import Answering, Served

SECONDS = 2.0
"""Between two looks at the promoted model."""


class Promoted:
    """What follows the promoted model of a build.

    `load`: the model of a promotion, ready to answer; it runs in a thread. `say`: takes a line for
    whoever runs the server.
    """

    def __init__(
        self,
        build: UPath,
        load: Callable[[Promotion], Served],
        say: Callable[[str], None],
        seconds: float = SECONDS,
    ) -> None:
        self._build = build
        self._load = load
        self._say = say
        self._seconds = seconds

    @asynccontextmanager
    async def followed(self, answering: Answering) -> AsyncIterator[None]:
        """Keep a server at the promoted model as long as the context lasts."""
        task = asyncio.create_task(self._follow(answering))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self, answering: Answering) -> None:
        refused = ""
        while True:
            await asyncio.sleep(self._seconds)
            try:
                new = await asyncio.to_thread(self._newly_promoted, answering.served)
            except Exception as error:  # whatever it is, the model before goes on
                words = f"{error}; {answering.served.state.name} goes on"
                if words != refused:
                    self._say(f"the promoted model cannot be used: {words}")
                refused = words
                continue
            refused = ""
            if new is not None:
                answering.served = new
                self._say(f"model: {new.state.name} answers from now on")

    def _newly_promoted(self, served: Served) -> Served | None:
        """The promoted model; None if it answers already, or if nothing is promoted."""
        promotion = read_promotion(self._build)
        if promotion is None:
            return None
        now = served.state
        if (promotion.run, promotion.model) == (now.run, now.digest):
            return None
        return self._load(promotion)
