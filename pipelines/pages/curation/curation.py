"""The page of the curation: `write_curation_page(settings)` -> `<build>/report/curation.html`.

Where every object went, and what there is to look at: the ledgers as a flow chart, exports, drops with examples,
labels and those that wait, concepts with crops, domains before and after balance, splits, duplicates, flags.
Every number comes from a ledger or is counted from a stage's tables; nothing is estimated.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from upath import UPath

from curate.errors import InputError
from curate.reasons import Reason
from curate.records import Flag
from curate.schema import STAGES
from curate.settings import Settings
from curate.shards.windows import SIZES
from curate.storage import read_json, write_bytes
from pipelines.flow import build as builds
from pipelines.flow import labels as labelling
from pipelines.pages.curation import pictures
from pipelines.pages.curation.counts import (
    Counts,
    concept_examples,
    drop_examples,
    ingested,
    read_counts,
    tally,
)
from pipelines.pages.curation.duplicates import duplicate_groups, group_sizes
from pipelines.pages.curation.flow_chart import flow_chart
from pipelines.pages.curation.notices import notices
from pipelines.pages.page import render

SIDES = ("train", "val", "test")
_MOST_CROPS = 560  # of concepts, in the whole page
_MOST_PICTURED = 140  # concepts with crops; the rest stand in the table
_MOST_CONCEPTS = 1000  # rows of the table
_MOST_LABELS = 400
_MOST_WAITING = 24  # labels that wait, with a picture each
_DROPS_EACH = 4  # examples of each reason
_DECIDED = (
    Reason.BACKGROUND,
    Reason.REJECTED_LABEL,
    Reason.CAPPED,
    Reason.CROWD,
    Reason.DELETED,
)  # no losses
_DOUBTFUL = ("fuzzy", "compound")  # how a label may be matched that a person should look at
_FLAGS: dict[str, str] = {
    Flag.TOUCHES_EDGE: "the mask reaches the edge of its image: the object may go on beyond it",
    Flag.COARSE_POLYGON: "a polygon of few points for its size",
    Flag.CROSSING_POLYGON: "a polygon that crosses itself",
    Flag.PARTIAL: "some part of the annotation could not be used; the rest stays",
    Flag.JPEG_MASK: "the mask comes from a lossy picture, so its edges are a reading",
    Flag.BLENDED: "mask colours between two classes were given to the nearest",
    Flag.SCALED_MASK: "the mask was scaled to the size of its image",
    Flag.IMAGE_BY_NAME: "the image was found by its name, not at its stated path",
    Flag.EMBEDDED_IMAGE: "the image comes from inside the annotation file",
    Flag.REPLACED_CHARACTERS: "characters of the label that are no text were replaced",
}
_HOW = ("reviewed", "exact", "normalised", "alias", "compound", "fuzzy")


def write_curation_page(settings: Settings) -> UPath:
    """Write the page of a build that is finished up to shard; its path. InputError where there is none."""
    build = UPath(settings.build)
    for stage in STAGES:
        if builds.state(build, stage) is None:
            raise InputError(
                f"{build / stage}: not built yet; the page tells of all stages up to shard"
            )
    path = build / "report" / "curation.html"
    write_bytes(path, render("curation/curation.html", curation_context(settings)))
    return path


def curation_context(settings: Settings) -> dict[str, Any]:
    """All that the template shows."""
    build = UPath(settings.build)
    counts = read_counts(build)
    labels = _labels(settings, counts)
    by_side = tally(counts.objects, ["split"])
    sides = {side: by_side[side] for side in SIDES}
    exports = _exports(settings, counts)
    return {
        "name": build.name,
        "sides": sides,
        "ledgers": counts.ledgers,
        "chart": flow_chart(counts.ledgers, sides),
        "totals": _totals(build, counts),
        "exports": exports,
        "drops": _drops(build, settings, counts),
        "labels": labels,
        "concepts": _concepts(build, counts),
        "balance": _balance(settings, counts),
        "splits": _splits(counts),
        "groups": group_sizes(build),
        "duplicates": duplicate_groups(build, counts.images, settings.limits),
        "flags": [
            (flag, _FLAGS.get(flag, ""), count) for flag, count in counts.flags.most_common()
        ],
        "sizes": SIZES,
        "warnings": notices(counts.ledgers, exports, labels, sides),
        "settings": settings,
    }


def _totals(build: UPath, counts: Counts) -> dict[str, int]:
    files = read_json(build / "shard" / "manifest.json")["files"]
    return {
        "annotations": counts.ledgers["ingest"]["in"],
        "objects": counts.ledgers["shard"]["out"],
        "images": len(set(counts.images["image_id"].to_pylist())),
        "concepts": len(tally(counts.objects, ["concept"])),
        "labels": len(counts.labels),
        "groups": len(set(counts.images["group_id"].to_pylist())),
        "files": len(files),
        "bytes": sum(file["bytes"] for file in files),
    }


def _exports(settings: Settings, counts: Counts) -> list[dict[str, Any]]:
    first, last = counts.ledgers["ingest"]["by_export"], counts.ledgers["shard"]["by_export"]
    lost: Counter[str] = Counter()
    for ledger in counts.ledgers.values():
        for name, row in ledger["by_export"].items():
            lost[name] += sum(
                number for reason, number in row["by_reason"].items() if reason not in _DECIDED
            )
    return [
        {
            "export": export,
            "images": counts.images_in[export.name],
            "in": first.get(export.name, {"in": 0})["in"],
            "out": last.get(export.name, {"out": 0})["out"],
            "lost": lost[export.name],
        }
        for export in settings.exports
    ]


def _drops(build: UPath, settings: Settings, counts: Counts) -> list[dict[str, Any]]:
    """The reasons by stage, each with its meaning, its count, the exports it hit and examples."""
    meanings = {reason.value: reason.meaning for reason in Reason}
    rows = {stage: drop_examples(build, stage, _DROPS_EACH).to_pylist() for stage in STAGES}
    objects = ingested(build, (row["object_id"] for each in rows.values() for row in each))
    shown = pictures.dropped(objects, settings.limits)
    found = []
    for stage, ledger in counts.ledgers.items():
        examples: dict[str, list[dict[str, Any]]] = {}
        for row in rows[stage]:
            known = objects.get(row["object_id"], {}) if stage != "ingest" else {}
            picture = shown.get(row["object_id"], "") if known else ""
            examples.setdefault(row["reason"], []).append(
                row | {"label": known.get("label"), "picture": picture}
            )
        for reason in sorted(examples, key=lambda name: (-ledger["by_reason"].get(name, 0), name)):
            hit = {
                name: row["by_reason"].get(reason, 0) for name, row in ledger["by_export"].items()
            }
            found.append(
                {
                    "stage": stage,
                    "reason": reason,
                    "meaning": meanings.get(reason, ""),
                    "count": ledger["by_reason"].get(reason, 0),
                    "exports": Counter(
                        {name: number for name, number in hit.items() if number}
                    ).most_common(),
                    "examples": examples[reason],
                }
            )
    return found


def _labels(settings: Settings, counts: Counts) -> dict[str, Any]:
    """What became of each label, those first that a person should look at; and the queue with pictures."""
    build = UPath(settings.build)
    rows = []
    how: Counter[str] = Counter()
    for row in counts.labels:
        how[row["how"] or "waits"] += row["count"]
        rows.append(row | {"waits": not row["decision"]})
    rows.sort(
        key=lambda row: (
            not row["waits"],
            row["how"] not in _DOUBTFUL,
            -row["count"],
            row["label"],
        )
    )
    waiting = [row for row in rows if row["waits"]]
    shown = pictures.dropped(
        ingested(build, (row["example"] for row in waiting[:_MOST_WAITING])), settings.limits
    )
    made = builds.state(build, "remap")
    return {
        "rows": rows[:_MOST_LABELS],
        "more": max(0, len(rows) - _MOST_LABELS),
        "how": [(name, how[name]) for name in (*_HOW, "waits") if how[name]],
        "waiting": [
            row | {"picture": shown.get(row["example"], "")} for row in waiting[:_MOST_WAITING]
        ],
        "open": len(waiting),
        "open_objects": sum(row["count"] for row in waiting),
        "doubtful": Counter({name: how[name] for name in _DOUBTFUL if how[name]}),
        "queue": str(labelling.queue_file(build)),
        "stale": made is not None and made.settings != labelling.digests(settings),
    }


def _concepts(build: UPath, counts: Counts) -> dict[str, Any]:
    """Each concept with its counts, and crops of the most frequent."""
    number, draws = (
        tally(counts.objects, ["concept"]),
        tally(counts.objects, ["concept", "split"], "weight"),
    )
    by_side, by_size = (
        tally(counts.objects, ["concept", "split"]),
        tally(counts.objects, ["concept", "size"]),
    )
    kinds = dict(
        zip(
            counts.objects["concept"].to_pylist(),
            counts.objects["concept_kind"].to_pylist(),
            strict=True,
        )
    )
    exports: dict[str, set[str]] = {}
    for concept, export in tally(counts.objects, ["concept", "export"]):
        exports.setdefault(concept, set()).add(export)
    rows = [
        {
            "concept": concept,
            "kind": kinds[concept],
            "count": count,
            "sides": {side: by_side[concept, side] for side in SIDES},
            "sizes": {size: by_size[concept, size] for size in SIZES},
            "draws": draws[concept, "train"] / by_side[concept, "train"]
            if by_side[concept, "train"]
            else None,
            "exports": sorted(exports[concept]),
        }
        for concept, count in sorted(number.items(), key=lambda each: (-each[1], each[0]))
    ]
    pictured = rows[:_MOST_PICTURED]
    each = max(2, min(7, _MOST_CROPS // max(1, len(pictured))))
    names = {row["concept"] for row in pictured}
    examples = [row for row in concept_examples(build, each).to_pylist() if row["concept"] in names]
    shown = pictures.crops(build / "shard", examples)
    for row in pictured:
        row["examples"] = [
            example | {"picture": shown[example["object_id"]]}
            for example in examples
            if example["concept"] == row["concept"]
        ]
    return {
        "rows": rows[:_MOST_CONCEPTS],
        "more": max(0, len(rows) - _MOST_CONCEPTS),
        "pictured": pictured,
    }


def _balance(settings: Settings, counts: Counts) -> dict[str, Any]:
    """Train objects and expected draws by domain and by customer, as shares."""
    return {
        name: _shares(
            *(
                _of_train(tally(counts.objects, [name, "split"], value))
                for value in ("count", "weight")
            )
        )
        for name in ("domain", "customer")
    } | {
        "capped": counts.ledgers["balance"]["by_reason"].get(Reason.CAPPED.value, 0),
        "settings": settings.balance,
    }


def _of_train(totals: Mapping[Any, float]) -> dict[str, float]:
    return {name: number for (name, split), number in totals.items() if split == "train"}


def _shares(before: Mapping[str, float], after: Mapping[str, float]) -> list[dict[str, Any]]:
    all_before, all_after = sum(before.values()) or 1, sum(after.values()) or 1
    return [
        {
            "name": name,
            "count": before[name],
            "before": before[name] / all_before,
            "after": after[name] / all_after,
        }
        for name in sorted(before, key=lambda name: (-before[name], name))
    ]


def _splits(counts: Counts) -> list[dict[str, Any]]:
    """Objects, images and groups of each domain on each side."""
    objects = tally(counts.objects, ["domain", "split"])
    images, groups = (_distinct(counts, column) for column in ("image_id", "group_id"))
    domains = sorted({domain for domain, _ in objects})
    return [
        {
            "domain": domain,
            **{
                what: {side: numbers[domain, side] for side in SIDES}
                for what, numbers in (("objects", objects), ("images", images), ("groups", groups))
            },
        }
        for domain in domains
    ]


def _distinct(counts: Counts, column: str) -> Counter[Any]:
    rows = zip(
        *(counts.images[name].to_pylist() for name in ("domain", "split", column)), strict=True
    )
    return Counter((domain, split) for domain, split, _ in set(rows))
