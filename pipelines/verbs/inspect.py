"""`inspect` and `formats`: what an export holds before anything is built, and what the formats are."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from upath import UPath

from curate import formats
from curate.errors import InputError, nearest
from curate.limits import Limits
from curate.records import Drop, FoundImage
from curate.settings import ExportSettings, Settings
from curate.stages import ingest

_MOST_LABELS = 40  # in the text; JSON has them all


def inspect_settings(settings: Settings) -> list[dict[str, Any]]:
    """What each export of the settings holds, read as the format that is set."""
    return [_counts(export, settings.limits) for export in settings.exports]


def inspect_path(path: str) -> list[dict[str, Any]]:
    """What an export holds, read as each format that fits it, the best first. InputError where none fits."""
    found, said = [], []
    for name in formats.names():
        export = ExportSettings(
            name="export",
            path=path,
            format=name,
            customer="customer",
            domain="domain",
            licence="unknown",
        )
        try:
            counts = _counts(export, Limits())
        except InputError as error:
            said.append(f"{name}: {error}")
            continue
        if counts["annotations"] or counts["masks"]:
            found.append(counts)
        else:
            said.append(f"{name}: nothing annotated")
    if not found:
        raise InputError(f"{path}: no format fits\n  " + "\n  ".join(said))
    known = ("images_found", "annotations", "masks")
    return sorted(
        found, key=lambda counts: (*(-counts[name] for name in known), -len(counts["labels"]))
    )


def describe_formats(name: str | None) -> list[dict[str, str]]:
    """Name and documentation of each format, or of one. InputError for an unknown name."""
    if name is not None and name not in formats.names():
        raise InputError(
            f"unknown format {name!r}; known: {', '.join(formats.names())}{nearest(name, formats.names())}"
        )
    return [
        {"name": each, "documentation": formats.describe(each)}
        for each in ([name] if name else formats.names())
    ]


def formats_text(described: list[dict[str, str]], *, whole: bool) -> str:
    """The formats for a reader: a line each, or one with all of its documentation."""
    if whole:
        return "\n\n".join(f"{each['name']}\n\n{each['documentation']}" for each in described)
    width = max(len(each["name"]) for each in described)
    lines = [
        f"{each['name']:<{width}}  {each['documentation'].split(chr(10) + chr(10))[0]}"
        for each in described
    ]
    return "\n".join(
        [*(line.replace("\n", " ") for line in lines), "", "formats NAME prints all of one."]
    )


def text(found: list[dict[str, Any]]) -> str:
    """What was found, for a reader."""
    return "\n\n".join(_text(counts) for counts in found)


def _text(counts: dict[str, Any]) -> str:
    lines = [
        f"{counts['path']} as {counts['format']}",
        f"  images       {counts['images']:,}, of which {counts['images_found']:,} are in the export",
        f"  annotations  {counts['annotations']:,}"
        + (f", and {counts['masks']:,} mask files" if counts["masks"] else ""),
    ]
    lines += [f"  dropped      {number:,} {reason}" for reason, number in counts["dropped"].items()]
    labels = list(counts["labels"].items())
    shown = [
        f"{label or repr(label)} ({number:,})" if number else label
        for label, number in labels[:_MOST_LABELS]
    ]
    more = f", and {len(labels) - _MOST_LABELS} more" if len(labels) > _MOST_LABELS else ""
    lines.append(f"  labels       {', '.join(shown) or 'none'}{more}")
    return "\n".join(lines)


def _counts(export: ExportSettings, limits: Limits) -> dict[str, Any]:
    """Images, annotations and labels of one export; annotations inside mask files are counted when pixels are read."""
    labels: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    images: set[str] = set()
    annotations = masks = missing = 0
    with _scratch() as scratch:
        opened = ingest.open_export(export, limits, scratch)
        for each in ingest.plan(opened, ingest.read_export(opened, export), lambda _: "embedded"):
            if isinstance(each, Drop):
                dropped[each.reason.value] += each.count if each.count is not None else 1
                missing += each.reason.value in ("missing_image", "ambiguous_image")
            if not isinstance(each, FoundImage):
                continue
            images.add(each.path)
            masks += len(each.record.maps)
            for annotation in each.record.annotations:
                annotations += annotation.dropped is None
                if annotation.dropped is None:
                    labels[annotation.label] += 1
                else:
                    dropped[annotation.dropped.value] += 1
            for region_map in each.record.maps:
                labels.update(
                    dict.fromkeys(
                        [*region_map.labels.values(), *filter(None, [region_map.label])], 0
                    )
                )
    return {
        "name": export.name,
        "path": export.path,
        "format": export.format,
        "images": len(images) + missing,
        "images_found": len(images),
        "annotations": annotations,
        "masks": masks,
        "dropped": dict(dropped.most_common()),
        "labels": dict(sorted(labels.items(), key=lambda item: (-item[1], item[0]))),
    }


@contextmanager
def _scratch() -> Iterator[UPath]:
    with tempfile.TemporaryDirectory(prefix="segcurate-") as folder:
        yield UPath(folder)
