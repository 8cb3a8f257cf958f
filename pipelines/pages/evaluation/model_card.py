"""The model card: `<build>/evaluate/model-card.md`, to hand on with a checkpoint.

It says what the model was made from, how it was judged, how good it is where, and its limits:
Mitchell et al. (2019), Model Cards for Model Reporting.
"""

from collections import Counter
from collections.abc import Iterator

from upath import UPath

from curate.export_settings import ExportSettings
from curate.settings import Settings
from curate.storage import read_partitions, write_bytes
from model.evaluation.intervals import LEAST_IMAGES
from model.evaluation.metrics import METRICS
from pipelines.pages.evaluation.evaluated_build import (
    MODEL,
    EvaluatedBuild,
    JudgedStratum,
    read_evaluated_build,
)
from pipelines.pages.evaluation.markdown import interval, listed, plain, signed, table
from pipelines.pages.template_filters import fraction

_SHOWN = ("iou", "edge_precision_2", "edge_recall_2", "edge_f_2", "mae")
"""Metrics of the table of methods."""

_KINDS = ("export", "domain", "customer", "size", "unseen", "edge", "source")
"""Kinds of strata in the table of strata."""


def write_model_card(settings: Settings) -> UPath:
    """Write the card of a model that has been evaluated; its path. InputError if it has not."""
    build = read_evaluated_build(settings)
    chapters = [
        _head(build),
        _data(build, settings),
        _judging(build),
        _results(build),
        _strata(build),
        *_confidence(build),
        _limits(build),
    ]
    text = "\n\n".join("\n".join(lines) for lines in chapters)
    path = build.folder / "evaluate" / "model-card.md"
    write_bytes(path, f"{text}\n".encode("utf-8", "replace"))
    return path


def _head(build: EvaluatedBuild) -> list[str]:
    model = build.report.model
    start = "random weights"
    if model.start != "random":
        name = plain(str(model.settings.get("start", "")))
        start = f"{name} ({model.start[:16]})"
    versions = ", ".join(
        f"{package} {version}" for package, version in sorted(model.versions.items())
    )
    return [
        f"# Model card: {plain(build.folder.name)}",
        "",
        "Gives the mask of the object in a drawn box, on crops of pictures like those below. "
        "It names no class, and finds no object by itself.",
        "",
        f"- network: U²-Net, {model.variant}, {model.parameters:,} parameters",
        f"- trained: {model.steps:,} steps, beginning with {start}",
        f"- checkpoint: `{model.digest}`",
        f"- versions: {plain(versions) or 'not recorded'}",
    ]


def _data(build: EvaluatedBuild, settings: Settings) -> list[str]:
    """The exports and their licences."""
    counts = _count_objects(build.folder)
    rows = [_export_row(export, counts) for export in settings.exports]
    licences = ", ".join(plain(each) for each in build.report.model.licences)
    heads = ["export", "customer", "domain", "licence", "role", "train", "val", "test"]
    return [
        "## Data",
        "",
        *table(heads, rows),
        "",
        "Objects by split. Images that show the same thing are in one split.",
        f"Licences of all that the model and its start learned from: {licences or 'none stated'}.",
    ]


def _export_row(export: ExportSettings, counts: Counter[tuple[str, str]]) -> list[str]:
    of_splits = [
        f"{counts[export.name, split]:,}" for split in ("train", "val", "test")
    ]
    return [
        export.name,
        export.customer,
        export.domain,
        plain(export.licence),
        _role(export),
        *of_splits,
    ]


def _role(export: ExportSettings) -> str:
    if export.role == "test":
        return "test set of its own"
    if export.role == "train":
        return "trains only"
    return "split"


def _count_objects(folder: UPath) -> Counter[tuple[str, str]]:
    """How many objects the shards have by export and split; none if the stage is not there."""
    counts: Counter[tuple[str, str]] = Counter()
    segments = folder / "shard" / "segments"
    if segments.exists():
        for table in read_partitions(segments, ["export", "split"]):
            exports = table["export"].to_pylist()
            counts.update(zip(exports, table["split"].to_pylist(), strict=True))
    return counts


def _judging(build: EvaluatedBuild) -> list[str]:
    others = "; ".join(
        f"{method.title} ({method.description})"
        for method in build.methods
        if method is not MODEL
    )
    return [
        "## How it was judged",
        "",
        f"On {build.overall.objects:,} objects in {build.overall.images:,} images that training "
        f"never saw (shards `{build.report.data.manifest_digest[:16]}`). Each method is given the "
        "window's pixels and the drawn box, and nothing else. A mask is probability ≥ 0.5. Edges "
        "are compared in bands of so many px at the image's own resolution. Intervals are 95%, "
        "bootstrapped over source images.",
        "",
        f"Beside it: {others}.",
    ]


def _results(build: EvaluatedBuild) -> list[str]:
    rows = []
    for method in build.methods:
        metrics = build.overall.metrics[method.name]
        gain = "–"
        if method is not MODEL:
            gain = signed(build.overall.gain(method))
        rows.append([method.title, *(interval(metrics[name]) for name in _SHOWN), gain])
    titles = [METRICS[name].title for name in _SHOWN]
    return [
        "## Results",
        "",
        *table(["method", *titles, "IoU: model − method"], rows),
        *_gate(build),
    ]


def _gate(build: EvaluatedBuild) -> Iterator[str]:
    gate = build.report.gate
    if gate is None:
        return
    yield ""
    if gate.passed:
        yield "The gate lets it pass: in no stratum is it shown to be worse than the last model."
    else:
        fallen = [check.stratum for check in gate.checks if check.fell]
        names = sorted({f"{each.kind} {plain(each.value)}" for each in fallen})
        yield f"**The gate stops it**: worse than the last model in {listed(names)}."


def _strata(build: EvaluatedBuild) -> list[str]:
    rows = []
    for kind in _KINDS:
        strata = build.worst_first(kind)
        if len(strata) < 2:
            continue
        rows += [_stratum_row(build, each) for each in strata]
    heads = [
        "stratum",
        "value",
        "objects",
        "images",
        "IoU",
        f"model − {build.best.title}",
        "edge F, 2 px",
    ]
    return [
        "## By stratum",
        "",
        *table(heads, rows),
        "",
        f"*: fewer than {LEAST_IMAGES} images, too few to judge.",
    ]


def _stratum_row(build: EvaluatedBuild, stratum: JudgedStratum) -> list[str]:
    metrics = stratum.metrics[MODEL.name]
    few = ""
    if stratum.is_small:
        few = " \\*"
    return [
        stratum.kind,
        plain(stratum.title),
        f"{stratum.objects:,}",
        f"{stratum.images:,}{few}",
        interval(metrics["iou"]),
        signed(stratum.gain(build.best)),
        interval(metrics["edge_f_2"]),
    ]


def _confidence(build: EvaluatedBuild) -> Iterator[list[str]]:
    """Whether its probabilities and its expected IoU come true; nothing in a report without it."""
    found = build.report.confidence
    if found is None:
        return
    fitted = "Its confidence was fitted on the val split."
    if not found.fitted:
        fitted = "Its confidence was not fitted: the numbers are the network's own."
    heads = [
        "drawn box",
        "objects",
        "Brier score",
        "calibration error",
        "before fitting",
    ]
    rows = [
        [
            each.size,
            f"{each.objects:,}",
            fraction(each.brier),
            fraction(each.calibration_error),
            fraction(each.calibration_error_raw),
        ]
        for each in found.sizes
    ]
    yield [
        "## Calibration",
        "",
        f"{fitted} The IoU that it expects of an answer is off by {fraction(found.iou_error)} on "
        "average.",
        f"Answers ranked by it have an AURC of {fraction(found.aurc)} (the mean of 1 − IoU over "
        f"all coverages); ranked best, {fraction(found.aurc_perfect)}; at random, "
        f"{fraction(found.aurc_random)}.",
        "",
        *table(heads, rows),
    ]


def _limits(build: EvaluatedBuild) -> list[str]:
    domains = [plain(each.title) for each in build.strata.get("domain", [])]
    lines = [
        "## Limits",
        "",
        f"- Judged on {listed(domains)}, and on nothing else.",
    ]
    small = []
    behind = []
    for kind in (*_KINDS, "concept"):
        for stratum in build.worst_first(kind):
            name = f"{stratum.kind} {plain(stratum.title)}"
            if stratum.is_small:
                small.append(name)
            elif stratum.gain(build.best).high < 0:
                behind.append(name)
    if behind:
        lines.append(f"- Worse than {build.best.title} in {listed(behind)}.")
    if small:
        lines.append(f"- Too few test images to judge {listed(small)}.")

    unseen = [each for each in build.strata.get("unseen", []) if each.value == "unseen"]
    if unseen:
        iou = unseen[0].metrics[MODEL.name]["iou"]
        lines.append(
            f"- Concepts that it never trained on: IoU {interval(iou)} on "
            f"{unseen[0].objects:,} objects."
        )
    else:
        lines.append("- It was not judged on concepts that it never trained on.")
    lines.append(
        "- Boxes much looser or tighter than those of the settings (`crop.slack`) were not judged."
    )
    return lines
