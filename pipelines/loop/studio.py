"""Label Studio: the server as one of its models (ML backend), which answers rectangles with masks.

Label Studio calls it with basic auth, whose password is the server's token. It asks about
a rectangle that an annotator has drawn; the answer is the mask, as the project's label
config wants it, and the expected IoU as its score.
"""

import base64
import binascii
import logging
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipelines.local_server import check_origin, is_token, json_answer
from pipelines.loop.problems import UNUSABLE, Problem
from pipelines.loop.records import Picture
from pipelines.loop.requests import guarded, read_record
from pipelines.loop.service import Service
from pipelines.loop.studio_config import LabelConfig, read_config
from pipelines.loop.studio_masks import corners_of, drawn_value, label_of, region_of
from pipelines.loop.studio_pictures import StudioPictures
from pipelines.loop.studio_records import (
    DrawnRegion,
    Health,
    MaskRegion,
    ModelVersion,
    Prediction,
    Predictions,
    PredictionWanted,
    SetupWanted,
    WebhookEvent,
)

ADDRESS = "/label-studio"
"""Where the model is on the server; Label Studio adds `health` and so on."""

_UNAUTHORIZED = 401  # tells Label Studio's user that the password is wrong
_CREATED = 201
_BASIC = "basic "

_log = logging.getLogger(__name__)


def studio_routes(
    service: Service, token: str, pictures: StudioPictures | None
) -> list[Route]:
    """The addresses that Label Studio calls. `pictures`: None if no Label Studio is known."""

    def check(request: Request) -> None:
        check_origin(request)
        if not is_token(_password(request), token):
            raise Problem(
                _UNAUTHORIZED,
                "basic auth is needed: any user, and the server's token as password",
            )

    backend = _Backend(service, pictures)
    routes = [
        ("GET", "/health", backend.health),
        ("POST", "/setup", backend.setup),
        ("POST", "/predict", backend.predict),
        ("POST", "/webhook", backend.webhook),
    ]
    return [
        Route(ADDRESS + path, guarded(_logged(endpoint), check), methods=[method])
        for method, path, endpoint in routes
    ]


class _Backend:
    """The protocol's requests."""

    def __init__(self, service: Service, pictures: StudioPictures | None) -> None:
        self._service = service
        self._pictures = pictures

    @property
    def _version(self) -> str:
        """The model that answers now, as Label Studio keeps it with each prediction."""
        return self._service.model().name

    async def health(self, _: Request) -> Response:
        return json_answer(200, Health())

    async def setup(self, request: Request) -> Response:
        """Label Studio asks whether a project can be answered, each time it looks."""
        wanted = await read_record(request, SetupWanted, self._service.bounds)
        read_config(wanted.schema).check()
        return json_answer(200, ModelVersion(self._version))

    async def predict(self, request: Request) -> Response:
        wanted = await read_record(request, PredictionWanted, self._service.bounds)
        context = wanted.params.context
        if context is None or not context.result:
            # Nobody has drawn a box yet: no prediction for each task.
            nothing = Predictions([[] for _ in wanted.tasks], self._version)
            return json_answer(200, nothing)

        if len(wanted.tasks) != 1:
            raise Problem(UNUSABLE, "boxes are drawn in one task, not in several")
        config = read_config(wanted.label_config)
        data = wanted.tasks[0].data
        found = await self._prediction(data, context.result, config)
        return json_answer(200, Predictions([found], self._version))

    async def webhook(self, request: Request) -> Response:
        """What happens in a project; corrections are fetched when training begins."""
        event = await read_record(request, WebhookEvent, self._service.bounds)
        if event.action == "START_TRAINING":
            raise Problem(
                UNUSABLE,
                "training is not started from Label Studio: segcurate loop SETTINGS fetches "
                "what was corrected, and trains on it",
            )
        return json_answer(_CREATED, {})

    async def _prediction(
        self, data: dict[str, Any], drawn: Sequence[DrawnRegion], config: LabelConfig
    ) -> Prediction:
        """The masks of the boxes that were drawn in a task."""
        values = [drawn_value(region) for region in drawn]
        tags = [
            config.answer_to(region.from_name, label_of(value))
            for region, value in zip(drawn, values, strict=True)
        ]
        images = {tag.image for tag in tags}
        if len(images) != 1:
            raise Problem(UNUSABLE, "boxes are drawn on one picture, not on several")
        picture = await self._picture(data, config, images.pop())
        boxes = [corners_of(value, picture) for value in values]
        answers = await self._service.answers(picture, boxes)

        regions: list[MaskRegion] = []
        for answer, tag, value in zip(answers, tags, values, strict=True):
            # The codec takes long enough to keep others waiting.
            found = await run_in_threadpool(region_of, answer, tag, value, picture)
            if found is not None:
                regions.append(found)
        known = [each.score for each in regions if each.score is not UNSET]
        return Prediction(regions, self._version, min(known, default=UNSET))

    async def _picture(
        self, data: dict[str, Any], config: LabelConfig, image: str
    ) -> Picture:
        """The picture of a task that an Image tag shows."""
        if self._pictures is None:
            raise Problem(
                UNUSABLE,
                "the server knows no Label Studio: start it with LABEL_STUDIO_URL and "
                "LABEL_STUDIO_API_KEY set",
            )
        address = data.get(config.picture_keys.get(image, ""))
        if not isinstance(address, str):
            raise Problem(UNUSABLE, f"the task names no picture for {image!r}")
        found = await self._pictures.read(address)
        return await self._service.add_picture(found, address.rsplit("/", 1)[-1])


def _logged(
    endpoint: Callable[[Request], Any],
) -> Callable[[Request], Any]:
    """Label Studio shows its users the status alone, and sends them here for the words."""

    async def logged(request: Request) -> Response:
        try:
            found: Response = await endpoint(request)
            return found
        except Problem as problem:
            _log.warning("Label Studio, %s: %s", request.url.path, problem.words)
            raise

    return logged


def _password(request: Request) -> str:
    """The password of basic auth, or ""."""
    authorization = request.headers.get("authorization", "")
    if not authorization.lower().startswith(_BASIC):
        return ""
    try:
        pair = base64.b64decode(authorization[len(_BASIC) :], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2]
