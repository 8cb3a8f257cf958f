"""The answering server of a build, put together."""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import filelock
import numpy as np
from starlette.applications import Starlette
from upath import UPath

from curate.errors import InputError
from curate.storage import write_bytes
from curate.stores import is_local
from model.predict import Segmenter, checkpoint_digest
from model.promotion import Promotion, read_promotion
from model.runs import RUNS
from pipelines.load_segmenter import load_segmenter
from pipelines.local_server import make_token
from pipelines.loop.answer_log import ANSWERS, AnswerLog
from pipelines.loop.answering import Answering, Served
from pipelines.loop.bounds import Bounds
from pipelines.loop.build_pictures import pictures_of
from pipelines.loop.pictures import Pictures
from pipelines.loop.promoted_model import Promoted
from pipelines.loop.records import ModelState
from pipelines.loop.server import make_app
from pipelines.loop.service import Service
from pipelines.loop.studio import studio_routes
from pipelines.loop.studio_pictures import StudioPictures
from pipelines.rounds.store import LOOP

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
    run: int | None = None
    """Its number, if it is the promoted run of the build."""


def choose_model(build: UPath | None, path: str | None) -> Chosen:
    """The model that is named; else the build's promoted one, its last one, or the base."""
    if path is not None:
        return Chosen(path, path)
    if build is not None:
        promotion = read_promotion(build)
        if promotion is not None:
            return _promoted(build, promotion)
        trained = build / "train" / "model.safetensors"
        if trained.exists():
            return Chosen(str(trained), "the build's last model, not promoted")
    return Chosen("base", "the base")


def make_server(
    build: UPath | None,
    store: UPath,
    named: str | None,
    bounds: Bounds,
    say: Callable[[str], None],
) -> tuple[Starlette, str]:
    """The application, and its token.

    `store`: the folder of pictures and objects, `held`. `named`: a model to answer whatever is
    promoted. `say`: takes a line for whoever runs the server. InputError if the model cannot be
    read.
    """
    served = _load(choose_model(build, named), say)
    say(f"model: {served.state.name}; what you draw is kept in {store}")

    of_build = {}
    log = None
    promoted = None
    if build is not None:
        of_build = pictures_of(build)
        log = _answer_log(build, bounds, say)
        if named is None:
            promoted = Promoted(
                build, functools.partial(_load_promoted, build, say), say
            )
    pictures = Pictures(store, of_build, bounds.kept_bytes)
    answering = Answering(served, bounds.waiting_boxes, bounds.answer_seconds)
    service = Service(answering, pictures, bounds, log, promoted)

    token = kept_token(store)
    studio = _studio_pictures(bounds)
    if studio is not None:
        say(f"pictures of Label Studio's tasks are fetched from {studio.address}")
    return make_app(service, token, studio_routes(service, token, studio)), token


def _promoted(build: UPath, promotion: Promotion) -> Chosen:
    folder = build / RUNS / str(promotion.run)
    return Chosen(str(folder), f"run {promotion.run}, promoted", promotion.run)


def _load_promoted(
    build: UPath, say: Callable[[str], None], promotion: Promotion
) -> Served:
    """The model of a promotion. InputError if it cannot be read, or is not as it was."""
    served = _load(_promoted(build, promotion), say)
    if served.state.digest != promotion.model:
        raise InputError(
            f"{build / RUNS / str(promotion.run)}: its checkpoint has changed since its training"
        )
    return served


def _load(chosen: Chosen, say: Callable[[str], None]) -> Served:
    """A model that has been asked once. InputError if it cannot be read."""
    segmenter = load_segmenter(chosen.path, say)
    _warm_up(segmenter)
    digest = checkpoint_digest(chosen.path)
    return Served(segmenter, ModelState(chosen.name, digest, chosen.run))


def _answer_log(
    build: UPath, bounds: Bounds, say: Callable[[str], None]
) -> AnswerLog | None:
    """Where the answers are kept for the loop."""
    if not is_local(build):
        say(f"note: answers are not kept for the loop: {build} is not on this machine")
        return None
    return AnswerLog(build / LOOP / ANSWERS, bounds.answers_bytes)


def _studio_pictures(bounds: Bounds) -> StudioPictures | None:
    """Pictures of the Label Studio that the environment names, as its own SDK reads it."""
    address = os.environ.get("LABEL_STUDIO_URL")
    key = os.environ.get("LABEL_STUDIO_API_KEY")
    if not address or not key:
        return None
    return StudioPictures(address, key, bounds.picture_bytes)


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
