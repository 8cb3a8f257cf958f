"""A proxy before the store that answers 503, or late, as often as a test says."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

import aiohttp
from aiohttp import web
from yarl import URL

from tests.cluster.store import free_ports

_BUSY = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"""
_OF_ONE_CONNECTION = {"connection", "expect", "keep-alive", "transfer-encoding"}


class FaultyStore:
    """What the proxy does, and what it has seen; both may be changed while it runs."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.busy = 0.0  # share of requests that are answered 503
        self.slow = 0.0  # share of requests that wait
        self.seconds = 0.0  # that they wait
        self.requests: Counter[str] = Counter()
        self.refused = 0
        self._random = random.Random(0)

    async def answer(self, request: web.Request) -> web.Response:
        """Refuse a request, or pass it on."""
        self.requests[request.method] += 1
        if self._random.random() < self.busy:
            self.refused += 1
            return web.Response(status=503, body=_BUSY, content_type="application/xml")
        if self._random.random() < self.slow:
            await asyncio.sleep(self.seconds)
        return await self._pass_on(request)

    async def _pass_on(self, request: web.Request) -> web.Response:
        session: aiohttp.ClientSession = request.app[_SESSION]
        headers = _of_the_message(request.headers)
        async with session.request(
            request.method,
            URL(self.target + request.raw_path, encoded=True),
            headers=headers,
            data=await request.read(),
            allow_redirects=False,
        ) as answered:
            body = await answered.read()
            kept = _of_the_message(answered.headers)
            if request.method != "HEAD":
                kept.pop("Content-Length", None)
            return web.Response(status=answered.status, body=body, headers=kept)


_SESSION = web.AppKey("session", aiohttp.ClientSession)


@contextmanager
def faulty_store(target: str) -> Iterator[tuple[FaultyStore, str]]:
    """The proxy and its address, in a thread of this process."""
    proxy = FaultyStore(target)
    [port] = free_ports(1)
    loop = asyncio.new_event_loop()
    runner = loop.run_until_complete(_start(proxy, port))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield proxy, f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start(proxy: FaultyStore, port: int) -> web.AppRunner:
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", proxy.answer)

    async def session(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(auto_decompress=False) as opened:
            app[_SESSION] = opened
            yield

    app.cleanup_ctx.append(session)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


def _of_the_message(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that belong to a message, and not to one connection."""
    return {
        name: value
        for name, value in headers.items()
        if name.lower() not in _OF_ONE_CONNECTION
    }
