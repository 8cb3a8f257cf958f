"""A web application that is served while a test asks it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from pipelines.local_server import open_socket


@contextmanager
def serving(app: Starlette, port: int = 0) -> Iterator[str]:
    """Serve an application in a thread as long as the context lasts: its address."""
    with open_socket(port) as opened:
        config = uvicorn.Config(app, log_level="critical", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{opened.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
