"""A build that has been evaluated: what the sections of its page show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from model.evaluation.intervals import LEAST_IMAGES, Interval
from model.evaluation.methods import METHODS, Method
from model.evaluation.metrics import METRICS, Metric
from model.evaluation.report import Difference, Report, read_report

MODEL = METHODS["model"]


@dataclass(frozen=True, slots=True)
class JudgedStratum:
    """A stratum with all that the report says of it."""

    kind: str
    value: str
    objects: int
    images: int

    metrics: dict[str, Mapping[str, Interval]] = field(default_factory=dict)
    """By method, then by metric: its mean with the interval."""

    differences: dict[tuple[str, str], Difference] = field(default_factory=dict)
    """By metric and method: the model's mean less the method's."""

    @property
    def title(self) -> str:
        """Its value for readers."""
        return self.value.replace("_", " ")

    @property
    def is_small(self) -> bool:
        """Whether it has too few images to judge."""
        return self.images < LEAST_IMAGES

    def gain(self, method: Method) -> Difference:
        """The model's IoU less that of a method."""
        return self.differences["iou", method.name]


@dataclass(frozen=True, slots=True)
class EvaluatedBuild:
    """The report of a build, sorted for reading."""

    folder: UPath
    report: Report

    overall: JudgedStratum
    """All test objects."""

    strata: Mapping[str, Sequence[JudgedStratum]]
    """By kind, as the report has them; `overall` is one of the kinds."""

    methods: Sequence[Method]
    """The methods that were judged, in the order of METHODS: the model is the first."""

    metrics: Sequence[Metric]
    """The metrics of the report, in the order of METRICS."""

    best: Method
    """The strongest of the other methods: the best IoU over all test objects."""

    test_exports: frozenset[str]
    """The exports with `role: test`: each is an independent test set."""

    def worst_first(self, kind: str) -> list[JudgedStratum]:
        """The strata of a kind, the worst for the reader first.

        First those in which the model is shown to be worse than the strongest other method, by how
        much; then the others, by the model's IoU. Those too small to judge come last; so few images
        show nothing to be worse, so they are sorted by IoU alone.
        """
        return sorted(self.strata.get(kind, []), key=self._badness)

    def _badness(self, stratum: JudgedStratum) -> tuple[bool, float, float]:
        iou = stratum.metrics[MODEL.name]["iou"].mean
        if stratum.is_small:
            return True, 0.0, iou
        behind = min(0.0, stratum.gain(self.best).high)
        return False, behind, iou


def read_evaluated_build(settings: Settings) -> EvaluatedBuild:
    """Read the report of a build. InputError if it is missing or broken."""
    folder = UPath(settings.build)
    report = read_report(folder / "evaluate" / "report.json")
    if report is None:
        raise InputError(
            f"{folder / 'evaluate'}: no report.json here; run 'python -m pipelines evaluate' first"
        )

    strata = _sort_by_kind(report)
    (overall,) = strata["overall"]
    methods = [method for method in METHODS.values() if method.name in overall.metrics]
    others = [method for method in methods if method is not MODEL]
    known = overall.metrics[MODEL.name]
    return EvaluatedBuild(
        folder=folder,
        report=report,
        overall=overall,
        strata=strata,
        methods=methods,
        metrics=[metric for metric in METRICS.values() if metric.name in known],
        best=max(others, key=lambda each: overall.metrics[each.name]["iou"].mean),
        test_exports=frozenset(
            export.name for export in settings.exports if export.role == "test"
        ),
    )


def _sort_by_kind(report: Report) -> dict[str, list[JudgedStratum]]:
    """The strata of a report by kind, in its order."""
    strata: dict[tuple[str, str], JudgedStratum] = {}
    for result in report.results:
        kind = result.stratum.kind
        value = result.stratum.value
        new = JudgedStratum(kind, value, result.objects, result.images)
        stratum = strata.setdefault((kind, value), new)
        stratum.metrics[result.method] = result.metrics
    for difference in report.paired:
        stratum = strata[difference.stratum.kind, difference.stratum.value]
        stratum.differences[difference.metric, difference.against] = difference

    by_kind: dict[str, list[JudgedStratum]] = {}
    for stratum in strata.values():
        by_kind.setdefault(stratum.kind, []).append(stratum)
    return by_kind
