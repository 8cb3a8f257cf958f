"""The files that a record of an export names: their lengths, and where they are."""

import posixpath

import msgspec

from curate.exports.export import Export
from curate.exports.finding import find_mask
from curate.exports.stated_names import last_step, leaves, path_bytes, read_name
from curate.flags import Flag
from curate.limits import Limits
from curate.mask_records import RegionMap
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord

_SHOWN_OF_NAME = 80  # characters of a name that is too long


def check_length(what: str, name: str, limits: Limits) -> None:
    """Refuse a name that is longer than a path may be: over_limit.

    `what` it is the name of, for the message: "image".
    """
    length = path_bytes(name)
    if length > limits.path_bytes:
        shown = name[:_SHOWN_OF_NAME]
        size = f"{length:,} bytes, more than {limits.path_bytes:,}"
        detail = f"the name of {what} {shown!r}… has {size}"
        raise Refusal(Reason.OVER_LIMIT, detail)


def embedded_path(record: ImageRecord) -> str:
    """What an embedded picture is called: by its name, if that could be a path in the export.

    A path of another machine becomes its file name, in the document's folder.
    """
    folder = posixpath.dirname(record.document)
    name = record.name.replace("\\", "/")
    path = posixpath.normpath(posixpath.join(folder, name))
    if read_name(record.name).spellings and not leaves(path):
        return path
    return posixpath.join(folder, last_step(record.name))


def with_found_files(
    export: Export, region_map: RegionMap
) -> tuple[RegionMap, list[Flag]]:
    """A mask with the paths of its files in the export, and flags of how they were found.

    Raises:
        Refusal: over_limit, or as `find_mask`, if one of them cannot be had.
    """
    found = {}
    flags: list[Flag] = []
    for name in ("path", "instances"):
        stated = getattr(region_map, name)
        if stated:
            check_length("mask", stated, export.limits)
            found[name], by_name = find_mask(export.files, stated)
            flags += by_name
    if region_map.by_number:
        flags.append(Flag.IMAGE_BY_NAME)
    return msgspec.structs.replace(region_map, **found), flags
