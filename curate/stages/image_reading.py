"""Images read in the child process, several of them in one message.

If something goes wrong, each image is sent alone, to find the one that takes too much memory,
ends the child or meets a bug of ours.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from upath import UPath

from curate import storage, stores
from curate.drops import FaultReport
from curate.export_settings import ExportSettings
from curate.exports.child import ChildDied, call
from curate.exports.places import Places
from curate.limits import Limits
from curate.mask_records import MaskFile
from curate.reasons import Reason, Refusal
from curate.records import ExportTraits, FoundImage
from curate.stages.faults import BeforeImage, fault_report, opens_all
from curate.stages.image_source import ImageLimits
from curate.stages.objects import ImageObjects, lost_image, read_images

_IMAGES_TOGETHER = 32  # in a message; more of them gain nothing
_ANNOTATIONS_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Shared:
    """What all images of a partition share."""

    export: ExportSettings
    places: Places
    """Where the export's files are."""
    limits: Limits
    traits: ExportTraits
    before: BeforeImage


def read_all(
    images: Iterable[FoundImage], shared: Shared
) -> Iterator[ImageObjects | FaultReport]:
    """What becomes of each image, in order."""
    for together in _messages(images, shared):
        if len(together) > 1:
            try:
                read = _ask(together, {}, shared)
            except Exception:  # noqa: S110  of one image at least: each of them tells alone
                pass
            else:
                yield from read
                continue
        for each in together:
            yield _read_alone(each, shared)


def _messages(
    images: Iterable[FoundImage], shared: Shared
) -> Iterator[list[FoundImage]]:
    """The images in lists, each of which is one message to the child."""
    together: list[FoundImage] = []
    annotations = 0
    for image in images:
        number = len(image.record.annotations)
        is_alone = shared.before is not opens_all or _is_remote(image, shared.places)
        is_full = len(together) == _IMAGES_TOGETHER
        is_full |= annotations + number > _ANNOTATIONS_TOGETHER
        if together and (is_alone or is_full):
            yield together
            together = []
            annotations = 0
        together.append(image)
        annotations += number
        if is_alone:
            yield together
            together = []
            annotations = 0
    if together:
        yield together


def _read_alone(found: FoundImage, shared: Shared) -> ImageObjects | FaultReport:
    """Have an image read; what refuses it or kills the child costs its annotations."""
    export = shared.export.name
    try:
        shared.before(found.path)
        files = _remote_files(found, shared.places, shared.limits)
        [read] = _ask([found], files, shared)
    except ChildDied as death:
        reason = Reason.UNDECODABLE_IMAGE
        if death.memory:
            reason = Reason.IMAGE_BOMB
        refusal = Refusal(reason, f"{found.path}: {death.detail}")
        return lost_image(export, found, refusal)
    except Refusal as refusal:
        return lost_image(export, found, refusal)
    except Exception as error:  # a bug of ours: it costs the image, not the run
        return fault_report(error, export, found.path)
    return read


def _ask(
    images: list[FoundImage], files: dict[str, bytes], shared: Shared
) -> list[ImageObjects]:
    """What the child makes of images. `files`: the bytes of images that no local file holds."""
    limits = shared.limits
    image_limits = msgspec.convert(limits, ImageLimits, from_attributes=True)
    return call(
        read_images,
        limits,
        images,
        shared.export.name,
        shared.places,
        shared.export.objects,
        image_limits,
        files,
        shared.export.frame,
        shared.traits,
    )


def _is_remote(found: FoundImage, places: Places) -> bool:
    """Whether a file of an image is not on this machine."""
    return not all(map(stores.is_here, _files_of(found, places)))


def _files_of(found: FoundImage, places: Places) -> list[str]:
    """Where the files of an image are: its picture and its masks."""
    # Each is looked for by itself: an embedded image is in the build, not in the export.
    paths = [segment_map.path for segment_map in found.record.segment_maps]
    for region_map in found.record.maps:
        paths.append(region_map.path)
        if region_map.instances:
            paths.append(region_map.instances)
    shapes = [annotation.shape for annotation in found.record.annotations]
    paths += [shape.path for shape in shapes if isinstance(shape, MaskFile)]
    return [found.file, *map(places.file, paths)]


def _remote_files(
    found: FoundImage, places: Places, limits: Limits
) -> dict[str, bytes]:
    """The bytes of what is not on this machine: the child has neither network nor
    credentials.

    Refusal over_limit or unreadable_file. StoreUnavailable, which costs no image.
    """
    read = {}
    for name in _files_of(found, places):
        if stores.is_here(name):
            continue
        file = UPath(name)
        try:
            with stores.reaching(file):
                size = file.stat().st_size
            if size > limits.file_bytes:
                detail = f"{file.name}: larger than {limits.file_bytes:,} bytes"
                raise Refusal(Reason.OVER_LIMIT, detail)
            read[name] = storage.read_bytes(file)
        except OSError as error:
            detail = f"{file}: {error.strerror or error}"
            raise Refusal(Reason.UNREADABLE_FILE, detail) from None
    return read
