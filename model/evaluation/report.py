"""The files report.json and cases.parquet, as typed records.

Nothing here imports torch, so pages may read them.
"""

import msgspec
from upath import UPath

from curate.storage import read_record, write_json
from model.evaluation.intervals import Interval
from model.records import Origin

REPORT_VERSION = 1


class Stratum(msgspec.Struct, frozen=True):
    """A subset of the test objects that is judged on its own."""

    kind: str
    """overall, export, domain, customer, concept, size, source, edge or unseen."""

    value: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one method on one stratum."""

    stratum: Stratum
    method: str
    objects: int
    images: int
    metrics: dict[str, Interval]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A metric of the model less that of another method, object by object, on one stratum."""

    stratum: Stratum
    metric: str
    against: str
    """The other method."""

    mean: float
    low: float
    high: float


class GateCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The model less its baseline in one metric and stratum."""

    stratum: Stratum
    metric: str
    objects: int
    images: int
    mean: float
    low: float
    high: float
    """Limits that hold in all strata and metrics together, in 95% of runs."""

    by_chance: float
    """How often a fall as large would be found in any stratum, if nothing had changed."""

    fell: bool
    """Whether the gate stops this model for it."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate says of the model, against its baseline."""

    baseline: str
    """The report or checkpoint that the model is compared with, as the settings name it."""

    digest: str
    """Digest of the baseline's checkpoint."""

    objects: int
    """Test objects that both have answered."""

    left_out: int
    """Test objects that the baseline's report does not hold, or holds with another mask."""

    passed: bool
    checks: list[GateCheck]
    too_small: list[Stratum]
    """Strata of too few images to judge."""

    @property
    def overall(self) -> GateCheck | None:
        """The check of the IoU of all objects; None if they are too few."""
        for check in self.checks:
            if check.stratum.kind == "overall" and check.metric == "iou":
                return check
        return None


class JudgedModel(Origin, frozen=True, kw_only=True):
    """The model that was judged: where it comes from, and what identifies it."""

    digest: str
    """Digest of its checkpoint."""

    parameters: int


class JudgedData(msgspec.Struct, frozen=True, kw_only=True):
    """What the model was judged on."""

    manifest_digest: str
    objects: int
    images: int
    grabcut_fallbacks: int
    """Objects on which GrabCut failed, so that the drawn box stands in."""


class ReliabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """Px, or answers, whose stated number lies in one step of the scale."""

    share: float
    """Share of all."""

    stated: float
    """Mean of what is stated: the probability, or the expected IoU."""

    found: float
    """Mean of what is true: how many px are the object, or the IoU."""


class SizeReliability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the probabilities of the answers to drawn boxes of a size come true."""

    size: str
    objects: int
    brier: float
    """Mean squared error of the calibrated probabilities."""

    brier_raw: float
    """The same as the network gives them."""

    calibration_error: float
    """Mean difference of stated and found, over 20 steps of probability (ECE)."""

    calibration_error_raw: float
    bins: list[ReliabilityBin]


class ConfidenceReport(msgspec.Struct, frozen=True, kw_only=True):
    """How well the model knows what it does not know, on the test objects.

    The risk of an answer is 1 − IoU. Answers are ranked by the expected IoU; the risk at a coverage
    is the mean risk of the best so many. AURC is its mean over all coverages: Geifman and El-Yaniv
    (2017), Selective classification for deep neural networks.
    """

    fitted: bool
    """Whether the checkpoint's confidence was fitted on val; else the numbers are the network's."""

    aurc: float
    aurc_perfect: float
    """That of a ranking by the true IoU."""

    aurc_random: float
    """That of a ranking that knows nothing: the mean risk."""

    risks: list[tuple[float, float]]
    """Coverage, and the risk there."""

    iou_error: float
    """Mean difference of expected and true IoU over the bins, as the calibration error."""

    iou_bins: list[ReliabilityBin]
    """Ten bins of as many answers each."""

    sizes: list[SizeReliability]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report."""

    schema_version: int = REPORT_VERSION
    model: JudgedModel
    data: JudgedData
    settings_digest: str
    results: list[Result]
    paired: list[Difference]
    gate: Gate | None = None
    """None if the settings name no baseline."""

    confidence: ConfidenceReport | None = None
    """None in reports of earlier versions."""

    def overall(self, metric: str) -> float | None:
        """The model's mean over all test objects."""
        for result in self.results:
            if result.stratum.kind == "overall" and result.method == "model":
                return result.metrics[metric].mean
        return None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A row of cases.parquet."""

    kind: str
    """worst, median or best of all objects; `stratum` if it is worst in a stratum only."""

    object_id: str
    concept: str
    domain: str
    iou: float
    drawn_x0: int
    drawn_y0: int
    drawn_x1: int
    drawn_y1: int
    image: bytes
    true: bytes
    predicted: bytes
    export: str = ""
    customer: str = ""
    label: str = ""
    """As the customer wrote it."""

    worst_of: list[Stratum] = []
    """The strata of which it is among the worst."""


def read_report(path: UPath) -> Report | None:
    """A report; None if there is no such file. InputError if it is broken or of another version."""
    return read_record(path, Report)


def write_report(path: UPath, report: Report) -> None:
    """Write a report, whole or not at all."""
    write_json(path, report)
