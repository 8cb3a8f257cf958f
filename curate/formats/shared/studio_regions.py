"""Regions of Label Studio: results of several tags that are about one shape, as one annotation."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from curate.formats.shared.json_values import attributes, label_flags
from curate.formats.shared.keys import content_digest
from curate.formats.shared.studio_shapes import geometry_of, read_shape
from curate.formats.shared.studio_tasks import Result
from curate.reasons import Reason, Refusal
from curate.records import Annotation, refused_annotation

_ANSWERS = (
    "choices",
    "text",
    "number",
    "rating",
    "taxonomy",
    "datetime",
    "pairwise",
    "ranker",
)


@dataclass(slots=True)
class Region:
    """A shape, and all that was said of it; or an answer about the whole image.

    `geometry`: the values that say its shape; empty for an answer. `first`: the first of its
    results.
    """

    geometry: Mapping[str, Any]
    first: Result
    labels: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its labels, joined by a comma, or ""."""
        return ", ".join(self.labels)

    def key(self) -> str:
        """A digest by which the same shape of the same label is known again."""
        if not self.geometry:
            return content_digest(self.first.control, self.answers, self.labels)
        return content_digest(self.label, self.geometry)


def join_results(results: Iterable[Result]) -> list[Region]:
    """The regions of an annotation.

    Results with one id and one shape are one region: a tag for shapes and a tag for labels write
    one each, and so does every question about a region. In exports without ids they are one region
    if they have one shape and are of different tags.
    """
    regions: dict[tuple[str, ...], Region] = {}
    of_id: dict[str, Region] = {}
    times = Counter[tuple[str, str]]()
    for result in results:
        geometry = geometry_of(result.value)
        if result.id in of_id and not geometry:
            _add(of_id[result.id], result)
            continue

        identity: tuple[str, ...]
        identity = (result.id, content_digest(result.item, result.target, geometry))
        if not geometry:
            identity = (str(len(regions)), "answer", result.control)
        elif not result.id:
            # The second time that a tag has drawn the same, it is another region.
            digest = content_digest(result.item, geometry)
            times[digest, result.control] += 1
            identity = (str(times[digest, result.control]), "shape", digest)
        region = regions.setdefault(identity, Region(geometry, result))
        if geometry and result.id:
            of_id.setdefault(result.id, region)
        _add(region, result)
    return list(regions.values())


def annotation_of(region: Region, key: str) -> Annotation:
    """The annotation of a region, with its shape or the reason why it has no shape."""
    label = region.label
    stated = attributes(region.answers)
    try:
        shape = read_shape(region.geometry, region.first.width, region.first.height)
        if not label:
            raise Refusal(Reason.UNKNOWN_CLASS, "the region has no label")
    except Refusal as refusal:
        return refused_annotation(refusal, key=key, label=label, attributes=stated)
    return Annotation(
        key=key, label=label, shape=shape, flags=label_flags(label), attributes=stated
    )


def _add(region: Region, result: Result) -> None:
    """Note what a result says of a region besides its shape."""
    for name, content in result.value.items():
        if name.endswith("labels"):
            region.labels += [
                each for each in _labels(content) if each not in region.labels
            ]
        elif name in _ANSWERS:
            region.answers[result.control or name] = _plain(content)
    if isinstance(result.remarks, dict):
        for name, content in result.remarks.items():
            region.answers.setdefault(name, _plain(content))


def _labels(content: Any) -> list[str]:
    if isinstance(content, str):
        content = [content]
    if not isinstance(content, list):
        return []
    return [str(each) for each in content if isinstance(each, str | int | float)]


def _plain(content: Any) -> Any:
    """The one answer of a list of one; else all of it."""
    if isinstance(content, list) and len(content) == 1:
        return content[0]
    return content
