"""Judging the annotations that the model learned from → `<build>/quality/`.

A model that has learned from many masks answers most of them about right, even where a few are
wrong. Where its answer, its agreement with itself over redrawn windows, and the image's edges speak
against a mask, the mask is doubtful.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from curate.errors import InputError
from curate.pixels.images import encode_mask, encode_webp
from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from curate.storage import digest, write_json, write_table
from model.annotations.annotations import read_annotation
from model.annotations.asking import Asking, asking
from model.annotations.covers import Covers
from model.annotations.evidence import Evidence
from model.annotations.judged_deliveries import judge_deliveries, keep_deliveries
from model.annotations.judging import (
    Looks,
    Qualities,
    SpoiledCopies,
    judge,
    own_looks,
    spoiled_copies,
)
from model.annotations.report import (
    ANNOTATIONS,
    DOUBTFUL,
    QUALITY_VERSION,
    WORST,
    FoundSpoilings,
    GroupQuality,
    QualityReport,
    read_quality,
)
from model.annotations.signs import SIGNS, Values
from model.annotations.spoiled_or_sound import rank_area
from model.annotations.spoiling import Spoiling
from model.checkpoint import load_checkpoint
from model.hardware import device

_FEWEST_OBJECTS = 50
_DIGITS = 6  # behind these, sums depend on where arrays lie in memory


def judge_annotations(settings: Settings, log: Callable[[str], None]) -> UPath:
    """Judge the annotations of the train split; the path of `<build>/quality/quality.json`.

    `log` takes lines for the user. What is up to date is not done again. InputError if there are no
    shards, no model, or too few objects to tell what is usual.
    """
    build = UPath(settings.build)
    folder = build / "quality"
    path = folder / "quality.json"
    shards = open_shards(build / "shard", "train")
    model_path = build / "train" / "model.safetensors"
    if not model_path.exists():
        raise InputError(f"{model_path}: no model to judge with; train one first")
    if len(shards) < _FEWEST_OBJECTS:
        raise InputError(
            f"{build}: {len(shards)} train objects are too few to tell what is usual: at least "
            f"{_FEWEST_OBJECTS} are needed"
        )

    key = digest(
        QUALITY_VERSION,
        model_path.read_bytes(),
        shards.digest,
        settings.quality.model_dump(),
        settings.crop.model_dump(),
    )
    if _is_known(folder, key):
        log(f"quality: {path} is up to date")
        return path

    model, _ = load_checkpoint(str(model_path))
    log(f"quality: {len(shards):,} annotations, and spoiled copies to compare with")
    asks = asking(model.to(device()), settings)
    report = _judge(asks, shards, settings, key, log)
    write_json(path, report)
    log(f"quality: {report.doubtful:,} of {report.objects:,} annotations are doubtful")
    return path


def _judge(
    asks: Asking,
    shards: Shards,
    settings: Settings,
    key: str,
    log: Callable[[str], None],
) -> QualityReport:
    """Judge all annotations and write both tables; what quality.json says of them."""
    rows = range(len(shards))
    covers = Covers(shards, rows)
    looks = own_looks(asks, covers, rows, log)
    own = looks.signs
    number = settings.quality.copies
    seed = settings.quality.seed
    copies = spoiled_copies(asks, covers, rows, number, seed, log)
    qualities = judge(shards, own, copies, seed)
    _judge_deliveries(shards, looks, copies, settings, log)

    folder = UPath(settings.build) / "quality"
    annotations = _annotations_table(shards, own, qualities)
    write_table(folder / "annotations.parquet", annotations)
    worst = _worst(qualities.own, settings.quality.shown)
    pictures = _worst_table(asks, shards, annotations, worst)
    write_table(folder / "worst.parquet", pictures)

    return QualityReport(
        key=key,
        objects=len(shards),
        unjudged=int(np.isnan(own).any(axis=1).sum()),
        doubtful=int((qualities.own < DOUBTFUL).sum()),
        found=_found(qualities, copies),
        groups=_groups(annotations),
    )


def _judge_deliveries(
    shards: Shards,
    looks: Looks,
    copies: SpoiledCopies,
    settings: Settings,
    log: Callable[[str], None],
) -> None:
    """Judge each export of a customer beside the other customers, and say what is wrong."""
    is_new = np.ones(len(shards), np.bool_)
    found = judge_deliveries(shards, looks, copies, is_new, settings.quality.seed)
    keep_deliveries(settings, found, None)
    for each in found:
        if each.is_held:
            log(
                f"quality: export {each.export} of customer {each.customer}: {each.found}"
            )


def _is_known(folder: UPath, key: str) -> bool:
    """Whether a folder holds what this key stands for."""
    try:
        report = read_quality(folder)
    except InputError:  # broken, or of another version
        return False
    return report is not None and report.key == key


def _annotations_table(
    shards: Shards, own: NDArray[np.float64], qualities: Qualities
) -> pa.Table:
    """The rows of annotations.parquet, in the order of the shards."""
    columns = {}
    for name in ANNOTATIONS.names[:-3]:
        columns[name] = shards.table[name].cast(pa.string())
    columns["annotation_quality"] = pa.array(np.round(qualities.own, _DIGITS))
    columns["suspicion"] = pa.array([str(each) for each in qualities.suspicions])
    columns["iou"] = pa.array(np.round(own[:, 0], _DIGITS))
    table = pa.table(columns, schema=ANNOTATIONS)
    for name, values in zip(SIGNS, own.T, strict=True):
        numbers = pa.array(np.round(values, _DIGITS), pa.float64(), from_pandas=True)
        table = table.append_column(name, numbers)
    return table


def _worst(quality: Values, most: int) -> list[int]:
    """The rows with the lowest qualities, the lowest first, as long as they are doubtful."""
    order = np.argsort(quality, kind="stable")[:most]
    return [row for row in order.tolist() if quality[row] < DOUBTFUL]


def _worst_table(
    asks: Asking, shards: Shards, annotations: pa.Table, rows: list[int]
) -> pa.Table:
    """The rows of worst.parquet, with what the model answers."""
    pictures = []
    for row in rows:
        annotation = read_annotation(shards, row)
        (answers,) = asks([annotation])
        evidence = Evidence(annotation, answers)
        picture = {
            "image": encode_webp(np.ascontiguousarray(annotation.image)),
            "mask": encode_mask(np.ascontiguousarray(annotation.mask)),
            "predicted": encode_mask(evidence.predicted),
        }
        pictures.append(picture)

    taken = pa.array(rows, pa.int64())
    described = annotations.select(WORST.names[:-3]).take(taken).to_pylist()
    together = [
        text | picture for text, picture in zip(described, pictures, strict=True)
    ]
    return pa.Table.from_pylist(together, schema=WORST)


def _found(qualities: Qualities, copies: SpoiledCopies) -> list[FoundSpoilings]:
    """How well each way of spoiling was found; ways that no object could be spoiled in are left
    out.
    """
    found = []
    for kind in Spoiling:
        is_kind = np.array([each == kind for each in copies.kinds], bool)
        if not is_kind.any():
            continue
        of_kind = qualities.copies[is_kind]
        both = np.concatenate([qualities.own, of_kind])
        is_spoiled = np.arange(len(both)) >= len(qualities.own)
        each = FoundSpoilings(
            spoiling=kind,
            copies=int(is_kind.sum()),
            rank_area=rank_area(both, is_spoiled),
            doubtful=float((of_kind < DOUBTFUL).mean()),
        )
        found.append(each)
    return found


def _groups(annotations: pa.Table) -> list[GroupQuality]:
    """The exports by customer, the one with the most doubtful annotations first."""
    frame = annotations.select(["customer", "export", "annotation_quality"]).to_pandas()
    groups = []
    for (customer, export), rows in frame.groupby(["customer", "export"]):
        quality = rows.annotation_quality
        group = GroupQuality(
            customer=customer,
            export=export,
            objects=len(quality),
            doubtful=int((quality < DOUBTFUL).sum()),
            mean=float(quality.mean()),
        )
        groups.append(group)
    return sorted(groups, key=lambda each: -each.doubtful / each.objects)
