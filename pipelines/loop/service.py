"""What the API does, without HTTP: pictures in, masks out, objects kept."""

import functools
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import BytesIO

from PIL import Image
from starlette.concurrency import run_in_threadpool

from curate.pixels.images import Pixels
from curate.pixels.overlays import resize_picture
from model.drawn_box import checked_box
from pipelines.loop.answer_log import AnswerLog, given
from pipelines.loop.answering import Answered, Answering
from pipelines.loop.bounds import Bounds
from pipelines.loop.downloads import (
    MOST_IN_PNG,
    CocoFile,
    Segmentation,
    as_coco,
    as_png,
    runs_of,
)
from pipelines.loop.masks_as_asked import as_asked
from pipelines.loop.picture_cache import PictureCache, decode_apart
from pipelines.loop.pictures import Pictures, id_of
from pipelines.loop.problems import TOO_LARGE, UNUSABLE, Problem, telling
from pipelines.loop.promoted_model import Promoted
from pipelines.loop.records import (
    BoxAnswer,
    Corners,
    MaskAnswers,
    MasksWanted,
    ModelState,
    Picture,
    SavedObjects,
    ServerState,
)

_SHOWN_SIDE = 2048  # px; the page gets a larger picture reduced
_SHOWN_QUALITY = 90


class Service:
    """The answers to all requests.

    `log`: where the answers are kept; None: nowhere. `promoted`: what follows the build's
    promoted model; None: the model stays.
    """

    def __init__(
        self,
        answering: Answering,
        pictures: Pictures,
        bounds: Bounds,
        log: AnswerLog | None = None,
        promoted: Promoted | None = None,
    ) -> None:
        self.answering = answering
        self.bounds = bounds
        self._pictures = pictures
        self._cache = PictureCache(bounds.cached_bytes)
        self._log = log
        self._promoted = promoted

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer, and follow the promoted model, as long as the context lasts."""
        async with self.answering.running():
            if self._promoted is None:
                yield
                return
            async with self._promoted.followed(self.answering):
                yield

    def model(self) -> ModelState:
        """Which model answers now."""
        return self.answering.served.state

    def state(self) -> ServerState:
        """What the server is at now."""
        model = self.model()
        return ServerState(
            model.name,
            model.digest,
            model.run,
            self.answering.waiting,
            self._cache.bytes,
        )

    async def list_pictures(self) -> list[Picture]:
        """The pictures to choose from."""
        return await run_in_threadpool(self._pictures.listed)

    async def add_picture(self, data: bytes, name: str) -> Picture:
        """Take a picture's file. Problem if it is no picture."""
        if len(data) > self.bounds.picture_bytes:
            raise Problem(
                TOO_LARGE, f"a picture of more than {self.bounds.picture_bytes:,} bytes"
            )
        if not data:
            raise Problem(UNUSABLE, "the picture has no bytes")
        picture_id = id_of(data)
        decode = functools.partial(decode_apart, data, self.bounds.decoding)
        with telling():
            async with self._cache.use(picture_id, decode) as pixels:
                height, width, _ = pixels.shape
        # Kept only now: what cannot be decoded never reaches the folder.
        picture = Picture(picture_id, name or picture_id, width, height)
        await run_in_threadpool(self._pictures.keep, picture, data)
        return self._pictures.find(picture_id)

    async def masks(self, wanted: MasksWanted) -> MaskAnswers:
        """The masks of boxes. Problem if a box or the picture is bad."""
        if bool(wanted.picture) == bool(wanted.image):
            raise Problem(UNUSABLE, "give either picture, an id, or image, a file")
        picture = await self._picture_of(wanted)
        found = await self.answers(picture, wanted.boxes)

        # Polygons and PNGs of large masks take long enough to keep others waiting.
        answers: list[BoxAnswer] = []
        for answer, box in zip(found, wanted.boxes, strict=True):
            as_wanted = await run_in_threadpool(as_asked, answer, box, wanted, picture)
            answers.append(as_wanted)
        return MaskAnswers(picture, found[-1].by.name, answers)

    async def answers(
        self, picture: Picture, boxes: Sequence[Corners]
    ) -> list[Answered]:
        """The model's answers to boxes. Problem if one is no box of the picture.

        They are kept: the loop compares them with what annotators make of them.
        """
        if len(boxes) > self.bounds.boxes:
            raise Problem(
                TOO_LARGE, f"more than {self.bounds.boxes} boxes in one request"
            )
        with telling():
            checked = [checked_box(box, picture.width, picture.height) for box in boxes]
            async with self._pixels(picture.id) as pixels:
                _check_size(pixels, picture)
                found = await self.answering.ask(pixels, checked)
        if self._log is not None and found:
            await run_in_threadpool(self._keep, self._log, picture, boxes, found)
        return found

    def _keep(
        self,
        log: AnswerLog,
        picture: Picture,
        boxes: Sequence[Corners],
        found: Sequence[Answered],
    ) -> None:
        log.add(
            [
                given(picture, box, answer)
                for box, answer in zip(boxes, found, strict=True)
            ]
        )

    async def shown(self, picture_id: str) -> bytes:
        """A picture as JPEG for the page, reduced if it is large."""
        self._pictures.find(picture_id)
        with telling():
            async with self._pixels(picture_id) as pixels:
                return await run_in_threadpool(_as_jpeg, pixels)

    async def objects(self, picture_id: str) -> SavedObjects:
        """What is saved for a picture."""
        self._pictures.find(picture_id)
        return await run_in_threadpool(self._pictures.objects, picture_id)

    async def save(self, picture_id: str, saved: SavedObjects) -> SavedObjects:
        """Save the objects of a picture. Problem if a mask does not fit the picture."""
        picture = self._pictures.find(picture_id)
        if len(saved.objects) > self.bounds.objects:
            raise Problem(
                TOO_LARGE, f"more than {self.bounds.objects} objects on one picture"
            )
        with telling():
            await run_in_threadpool(_check_objects, saved, picture)
        return await run_in_threadpool(self._pictures.save, picture_id, saved)

    async def coco(self, picture_id: str, how: Segmentation) -> CocoFile:
        """The saved objects of a picture as a COCO document."""
        picture = self._pictures.find(picture_id)
        saved = await self.objects(picture_id)
        return await run_in_threadpool(as_coco, picture, saved.objects, how)

    async def png(self, picture_id: str) -> bytes:
        """The saved objects of a picture as numbers in a PNG."""
        picture = self._pictures.find(picture_id)
        saved = await self.objects(picture_id)
        if len(saved.objects) > MOST_IN_PNG:
            raise Problem(
                UNUSABLE, f"a PNG numbers {MOST_IN_PNG} objects at most: take COCO"
            )
        return await run_in_threadpool(as_png, picture, saved.objects)

    async def _picture_of(self, wanted: MasksWanted) -> Picture:
        if wanted.image:
            return await self.add_picture(wanted.image, "")
        return self._pictures.find(wanted.picture)

    def _pixels(self, picture_id: str) -> AbstractAsyncContextManager[Pixels]:
        """The pixels of a known picture, as `PictureCache.use` gives them."""

        def decode() -> Pixels:
            data = self._pictures.read(picture_id)
            return decode_apart(data, self.bounds.decoding)

        return self._cache.use(picture_id, decode)


def _check_size(pixels: Pixels, picture: Picture) -> None:
    if pixels.shape[:2] != (picture.height, picture.width):
        raise Problem(UNUSABLE, f"{picture.name} is not of the size that it had")


def _check_objects(saved: SavedObjects, picture: Picture) -> None:
    """Refusal if the mask of an object does not fit the picture."""
    for each in saved.objects:
        runs_of(each, picture)


def _as_jpeg(pixels: Pixels) -> bytes:
    scale = _SHOWN_SIDE / max(pixels.shape)
    if scale < 1:
        pixels = resize_picture(pixels, scale)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=_SHOWN_QUALITY)
    return file.getvalue()
