"""What a tool tells of an object besides its mask: who made it, from what, and how long it took.

Label Studio tells the seconds of an annotation (`lead_time`, shared evenly among its regions),
whether a region began as a prediction (`origin`), the prediction itself where it was made before
the annotation, and the corners of polygons. It tells no brush strokes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from upath import UPath

from curate.formats.shared.studio_regions import Region, join_results
from curate.formats.shared.studio_shapes import read_shape
from curate.formats.shared.studio_tasks import Work, read_task
from curate.reasons import Refusal
from curate.records import Shape

Corners = NDArray[np.float64]
"""(n, 2) x and y of a polygon's corners, in shares of the image."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool tells of an object; None and "" where it does not."""

    when: datetime | None = None
    """When its annotation was last changed."""

    seconds: float | None = None
    origin: str = ""
    """`manual`, `prediction` or `prediction-changed`."""

    corners: Corners | None = None
    """None if it is no polygon."""

    predicted: Shape | None = None
    """The prediction that it was made from."""

    predicted_by: str = ""
    """The model of that prediction, by the name that the tool has for it."""


def told_by_studio(document: UPath) -> dict[str, Told]:
    """What Label Studio tells of each object of a fetched project, by its annotation key."""
    found: dict[str, Told] = {}
    for raw in msgspec.json.decode(document.read_bytes(), type=list[msgspec.Raw]):
        entry = msgspec.json.decode(raw)
        try:
            found |= dict(_told_of_task(document.name, entry))
        except Refusal:
            continue  # ingest has dropped the task, with this reason
    return found


def _told_of_task(document: str, entry: Any) -> Iterator[tuple[str, Told]]:
    """The annotation keys of a task's regions, with what is told of each."""
    if "data" not in entry:
        return  # no task as the API gives it
    predicted = _predictions(document, entry)
    works = read_task(document, entry).works
    annotations = entry.get("annotations") or []
    for annotation, work in zip(annotations, works, strict=True):
        regions = [each for each in _regions(work) if each.geometry]
        origins = _origins(annotation)
        for region in regions:
            made_from, model = predicted.get(region.first.id, (None, ""))
            told = Told(
                when=_time(annotation.get("updated_at")),
                seconds=_share(annotation.get("lead_time"), len(regions)),
                origin=origins.get(region.first.id, ""),
                corners=_corners(region),
                predicted=made_from,
                predicted_by=model,
            )
            yield f"{document}#{region.key()}", told


def _origins(annotation: Any) -> dict[str, str]:
    """What each region of an annotation began as, by its id, where it is told."""
    if not isinstance(annotation, dict):
        return {}
    found = {}
    for result in annotation.get("result") or []:
        if isinstance(result, dict) and isinstance(result.get("origin"), str):
            found[str(result.get("id"))] = result["origin"]
    return found


def _predictions(document: str, entry: Any) -> dict[str, tuple[Shape, str]]:
    """The shapes that models have given for a task, by the ids of their regions."""
    predictions = entry.get("predictions") or []
    # A prediction has the form of an annotation. A snapshot names its number alone.
    as_annotations: dict[str, Any] = {"data": {}, "annotations": predictions}
    found: dict[str, tuple[Shape, str]] = {}
    works = read_task(document, as_annotations).works
    for prediction, work in zip(predictions, works, strict=True):
        for region in _regions(work):
            if not region.first.id or not region.geometry:
                continue
            try:
                shape = read_shape(
                    region.geometry, region.first.width, region.first.height
                )
            except Refusal:  # a rectangle, say: nothing to compare with
                continue
            found[region.first.id] = (shape, str(prediction.get("model_version", "")))
    return found


def _regions(work: Work) -> list[Region]:
    return join_results([each for each in work.results if each is not None])


def _share(seconds: Any, regions: int) -> float | None:
    """The seconds of one of so many regions."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not regions:
        return None
    return seconds / regions


def _time(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    if found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    return found


def _corners(region: Region) -> Corners | None:
    points = region.geometry.get("points")
    try:
        corners = np.array(points, np.float64) / 100
    except (TypeError, ValueError):
        return None
    if corners.ndim != 2 or corners.shape[1] != 2:
        return None
    return corners
