"""The answering server of a build, put together."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import filelock
import numpy as np
from starlette.applications import Starlette
from upath import UPath

from curate.errors import InputError
from curate.storage import write_bytes
from curate.stores import is_local
from model.predict import Segmenter
from pipelines.local_server import make_token
from pipelines.loop.answering import Answering
from pipelines.loop.bounds import Bounds
from pipelines.loop.build_pictures import pictures_of
from pipelines.loop.pictures import Pictures
from pipelines.loop.server import make_app
from pipelines.loop.service import Service

STORE = "serve"
"""The folder below the build where pictures and objects are kept."""

_WARM_UP_SHAPE = (64, 64, 3)
_LOCK = ".lock"
_TOKEN = "token"  # noqa: S105  the name of a file


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model: what `Segmenter.load` takes, and what people are told of it."""

    path: str
    name: str


def choose_model(build: UPath | None, path: str | None) -> Chosen:
    """The model that is named; else the build's promoted one, its last one, or the base."""
    if path is not None:
        return Chosen(path, path)
    if build is not None:
        if (build / "promoted.json").exists():
            return Chosen(str(build / "promoted"), "the promoted model")
        trained = build / "train" / "model.safetensors"
        if trained.exists():
            return Chosen(str(trained), "the build's last model, not promoted")
    return Chosen("base", "the base")


def make_server(
    build: UPath | None, store: UPath, model: Chosen, bounds: Bounds
) -> tuple[Starlette, str, list[str]]:
    """The application, its token, and what to tell the user.

    `store`: the folder of pictures and objects, `held`. InputError if the model cannot
    be read.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        segmenter = Segmenter.load(model.path)
    _warm_up(segmenter)
    notes = [str(each.message) for each in caught if each.category is UserWarning]

    of_build = {}
    if build is not None:
        of_build = pictures_of(build)
    pictures = Pictures(store, of_build, bounds.kept_bytes)
    answering = Answering(segmenter, bounds.waiting_boxes, bounds.answer_seconds)
    token = kept_token(store)
    service = Service(answering, pictures, bounds, model.name)
    return make_app(service, token), token, notes


@contextmanager
def held(store: UPath) -> Iterator[None]:
    """Keep other servers out of a folder of pictures. InputError if one serves it.

    The operating system frees the lock when the process ends, even if it is killed.
    """
    if not is_local(store):
        raise InputError(f"{store}: not on this machine; name a folder with --store")
    store.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock((store / _LOCK).path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise InputError(
            f"{store}: another server uses it; end that, or choose another --store"
        ) from None
    with lock:
        yield


def _warm_up(segmenter: Segmenter) -> None:
    """Ask once, because the first answer takes longest."""
    picture = np.zeros(_WARM_UP_SHAPE, np.uint8)
    segmenter.answer_windows([picture], [(8, 8, 56, 56)])


def kept_token(store: UPath) -> str:
    """The token of a folder, which a page that is still open goes on with after a restart."""
    path = store / _TOKEN
    if path.exists():
        return path.read_text("ascii").strip()
    token = make_token()
    with_mode = os.umask(0o077)  # only this user may read it
    try:
        write_bytes(path, token.encode())
    finally:
        os.umask(with_mode)
    return token
