"""`serve`: a page and an API on this machine that answer drawn boxes with masks."""

from pathlib import Path

from upath import UPath

from curate.settings import Settings
from pipelines.flow.screen import Screen
from pipelines.local_server import open_socket, page_address, run_server
from pipelines.loop.bounds import Bounds
from pipelines.loop.starting import STORE, held, make_server

_WITHOUT_SETTINGS = Path("build") / STORE


def serve(
    settings: Settings | None, model: str | None, store: Path | None, port: int
) -> None:
    """Serve until Ctrl-C.

    `model`: instead of the build's. `store`: the folder of pictures and objects, instead
    of the build's. `port`: of 127.0.0.1; 0: any that is free. InputError if it is taken,
    or if the model cannot be read.
    """
    build = None
    folder = UPath(_WITHOUT_SETTINGS)
    if settings is not None:
        build = UPath(settings.build)
        folder = build / STORE
    if store is not None:
        folder = UPath(store)

    screen = Screen()
    bounds = Bounds()
    with open_socket(port) as opened, held(folder):
        app, token = make_server(build, folder, model, bounds, screen.note)
        address = page_address(opened, token)
        screen.note(f"the page: {address}\nthe API: /api on it\nCtrl-C ends it")
        run_server(app, opened, bounds.connections)
