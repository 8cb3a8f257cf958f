"""Amazon SageMaker Ground Truth: augmented manifests, and the colour maps or answers they name.

Tools: Amazon SageMaker Ground Truth
Versions: augmented manifests
Masks: colour maps, answers of workers (masks, polygons)
Gives: regions; instances from answers

Documents: every .manifest, .jsonl, .ndjson or .json file with a `source-ref` in its lines: JSON
Lines, or an array of the same objects. Any other file is left alone. A line that cannot be read
costs itself (`malformed_file`; nobody can know how many objects its mask has).

Images: s3 addresses are never opened. The file is the one in the export whose path has
the longest end in common with the key; if the key's last step alone fits, the image is flagged
`image_by_name`. Colons in names may have become `_` or `-`. Masks are over the image as displayed.

Objects: a job is each label attribute of a line with a `-metadata` beside it. Several jobs may be
in one manifest, and all are read, with two exceptions: if a line has jobs that adjusted others
(`adjustment-status`), only the last of these counts; and option `jobs` names those to read.

- Semantic segmentation (`NAME-ref`, `internal-color-map`): all px of a class are one object, in
  one piece or in several; `objects: components` in the settings cuts it into its 8-connected
  regions. A class is told by its colour, or by its number if the mask has no such colours or two
  classes share one. BACKGROUND is what nobody labelled; white is, if it is not listed. A class
  that is listed and has no px is no loss.
- Answers of workers: in a custom job (`annotationsFromAllWorkers`), or in the file that
  `worker-response-ref` names if there is no mask. `instances` and `labelMappings` (colours of
  `labeledImage`) and `polygons` are read, each entry one object. Of several workers the one who
  submitted last counts. A `labeledImage` of another size, but of its image's proportions, is scaled
  (flag `scaled_mask`).
- Object detection and keypoints: each annotation is `no_mask`. Classes of the whole image are no
  annotations.
- A job with `failure-reason`, or without any label, is one `no_mask`.

Keys: `MASK#LABEL` for masks; for answers JOB# and a digest of image, label and shape.

Options:

- `jobs`: names of label attributes (`yard-seg-ref` or `yard-seg`) that are read.
- `mask_size: scale`: a mask of another size, but of its image's proportions, is scaled (nearest
  px) in place of being refused.

What is dropped besides: `missing_image`, `missing_mask`, `undecodable_mask`, `mask_size_mismatch`,
`unknown_class` (each region of a colour that the map does not list), `bad_bitmap`, `bad_polygon`
and `empty_mask`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from curate.errors import InputError
from curate.exports.export import Export
from curate.formats.shared.ground_truth_answers import answers_of, read_answer
from curate.formats.shared.ground_truth_maps import colour_map
from curate.formats.shared.json_documents import open_object
from curate.formats.shared.json_lists import JsonList, list_documents
from curate.formats.shared.json_values import as_object, value
from curate.formats.shared.keys import content_digest
from curate.formats.shared.options import stated_choice
from curate.formats.shared.remote_files import find_file, image_name, path_of
from curate.mask_records import RegionMap
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem

OPTIONS = ("jobs", "mask_size")

_SUFFIXES = (".manifest", ".jsonl", ".ndjson", ".json")
_NEEDS = "is JSON Lines with a source-ref"
_METADATA = "-metadata"
_REF = "-ref"
_LONGEST_DETAIL = 300  # characters


@dataclass(frozen=True, slots=True)
class _Job:
    """A label attribute of a line."""

    name: str
    label: Any
    metadata: dict[str, Any]

    @property
    def plain_name(self) -> str:
        return self.name.removesuffix(_REF)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How all lines of an export are read."""

    export: Export
    jobs: frozenset[str]
    """Plain names of the jobs to read; all jobs if the option names none."""
    resize: bool


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each line of each manifest."""
    resize = stated_choice(export, "mask_size", ("refuse", "scale")) == "scale"
    reading = _Reading(export, _stated_jobs(export), resize)
    name = "Ground Truth manifest"
    for each in list_documents(export, name, _is_line, _NEEDS, _SUFFIXES):
        if not isinstance(each, JsonList):
            yield each
            continue
        yield from each.drops(export)
        for place, line in each.objects():
            yield _record(reading, each.path, place, line)


def _stated_jobs(export: Export) -> frozenset[str]:
    """Plain names of the jobs that the option names. InputError if it is no list of names."""
    stated = export.options.get("jobs", [])
    if isinstance(stated, str):
        stated = [stated]
    if not isinstance(stated, list):
        stated = [None]
    if not all(isinstance(each, str) for each in stated):
        what = "option jobs is a list of names of label attributes"
        raise InputError(f"export {export.name}: {what}")
    return frozenset(each.removesuffix(_REF) for each in stated)


def _is_line(raw: msgspec.Raw) -> bool:
    """Whether an entry of a document names an image."""
    # Of another tool's document, which may be of any size, only the keys are read.
    entry = open_object("", raw)
    if entry is None or "source-ref" not in entry.pieces:
        return False
    return isinstance(value(entry.pieces["source-ref"]), str)


def _record(reading: _Reading, path: str, place: str, line: dict[str, Any]) -> ReadItem:
    """The record of a line; a drop if it names no image."""
    export = reading.export
    address = line.get("source-ref")
    if not isinstance(address, str) or not address:
        refusal = Refusal(Reason.MALFORMED_FILE, f"{place}: there is no source-ref")
        return export.drop(refusal, annotation_key=place, count=None)

    annotations: list[Annotation] = []
    maps: list[RegionMap] = []
    for job in _jobs(reading, line):
        region_map = _mask(reading, path, job)
        if region_map is not None:
            maps.append(region_map)
        else:
            annotations += _annotations(reading, path, address, job)
    return ImageRecord(
        name=image_name(export.files, address, path),
        document=path,
        annotations=annotations,
        maps=maps,
    )


def _jobs(reading: _Reading, line: dict[str, Any]) -> list[_Job]:
    """The jobs of a line that are read."""
    found = []
    for key, metadata in line.items():
        if key.endswith(_METADATA) and isinstance(metadata, dict):
            name = key.removesuffix(_METADATA)
            found.append(_Job(name, line.get(name), metadata))
    if reading.jobs:
        return [job for job in found if job.plain_name in reading.jobs]

    # An adjustment repeats what it adjusted, with the workers' corrections.
    adjusted = [job for job in found if "adjustment-status" in job.metadata]
    if adjusted:
        return [max(adjusted, key=_created)]
    return found


def _created(job: _Job) -> str:
    return str(job.metadata.get("creation-date", ""))


def _mask(reading: _Reading, path: str, job: _Job) -> RegionMap | None:
    """The colour map of a job; None if it has none."""
    listed = job.metadata.get("internal-color-map")
    if not isinstance(job.label, str) or not isinstance(listed, dict):
        return None
    classes = colour_map(listed)
    pixels: Literal["auto", "index"] = "index"
    if classes.colours:
        pixels = "auto"
    objects: Literal["components", "instances"] = "instances"
    if reading.export.objects == "components":
        objects = "components"
    found = find_file(reading.export.files, job.label, path)
    return RegionMap(
        path=found or path_of(job.label),
        pixels=pixels,
        labels=classes.labels,
        colours=classes.colours,
        void=classes.void,
        resize=reading.resize,
        objects=objects,
    )


def _annotations(
    reading: _Reading, path: str, address: str, job: _Job
) -> Iterator[Annotation]:
    """The annotations of a job without a mask."""
    reason = job.metadata.get("failure-reason")
    if reason is not None:
        yield _without_mask(job, address, f"the job failed: {reason}")
        return

    answers = answers_of(job.label)
    if not answers:
        answers = _response(reading, path, job)
    if answers:
        yield from read_answer(job.name, address, answers)
        return

    drawn = as_object(job.label).get("annotations")
    if isinstance(drawn, list):
        for number, each in enumerate(drawn):
            yield _without_mask(job, address, "a box or points", number, each)
    elif job.label is None or job.name.endswith(_REF):
        yield _without_mask(job, address, "the job has no label")


def _without_mask(job: _Job, address: str, detail: str, *content: Any) -> Annotation:
    """An annotation of a job that has no mask. `content`: tells it from others of its image."""
    message = f"{job.name}: {detail}"
    return Annotation(
        key=f"{job.name}#{content_digest(address, *content)}",
        dropped=Reason.NO_MASK,
        detail=message[:_LONGEST_DETAIL],
    )


def _response(reading: _Reading, path: str, job: _Job) -> list[Any]:
    """The answers in the file that `worker-response-ref` names; none if it is not there."""
    export = reading.export
    address = job.metadata.get("worker-response-ref")
    if not isinstance(address, str):
        return []
    found = find_file(export.files, address, path)
    if found is None or not found.lower().endswith(".json"):
        return []
    try:
        return answers_of(export.read_json(found))
    except Refusal:
        return []
