"""The answers on top of the evaluation page: is it better, where is it bad, what next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.evaluation.intervals import LEAST_IMAGES
from model.evaluation.report import Difference, GateCheck
from pipelines.pages.evaluation.evaluated_build import (
    MODEL,
    EvaluatedBuild,
    JudgedStratum,
)
from pipelines.pages.template_filters import counted, fraction, signed_fraction, words

_KINDS = ("domain", "customer", "export", "concept", "size", "edge", "unseen")
"""Kinds of strata that are looked at, in this order."""

_IN_WORDS = {
    "size": {
        "small": "small objects",
        "medium": "medium objects",
        "large": "large objects",
    },
    "edge": {
        "touches_edge": "objects at the image's edge",
        "inside": "objects inside the image",
    },
    "unseen": {
        "seen": "concepts seen in training",
        "unseen": "concepts never seen in training",
    },
}
"""By kind and value: strata whose value alone says too little."""

_NAMED = 3  # strata in an answer
_UNEVEN = 0.05  # precision and recall further apart than this say what the errors are


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer. `section`: where the page has more of it."""

    text: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader asks first, and what the report says to it."""

    question: str
    verdict: str
    sentences: list[Sentence]


def find_answers(build: EvaluatedBuild) -> list[Answer]:
    """The answers, in the order in which they are asked."""
    return [_is_better(build), _where_bad(build), _what_next(build)]


def _is_better(build: EvaluatedBuild) -> Answer:
    gain = build.overall.gain(build.best)
    sentences = [Sentence(_compared(build.best.title, gain), "overall")]
    if build.overall.is_small:
        sentences.append(
            Sentence(
                f"There are {counted(build.overall.images, 'test image')}: fewer than "
                f"{LEAST_IMAGES} are too few to judge a model by."
            )
        )

    gate = build.report.gate
    verdict = _verdict(gain.low, gain.high)
    if gate is not None:
        against_last = gate.overall
        if against_last is not None:
            if build.best.name == "baseline":  # it says the same once more
                sentences.pop(0)
            sentences.insert(0, Sentence(_compared("last model", against_last), "gate"))
            verdict = _verdict(against_last.low, against_last.high)
    if build.overall.is_small:
        verdict = "Too few images to say"
    if gate is not None and not gate.passed:
        verdict = "No"
        sentences.insert(0, Sentence("The gate stops this model.", "gate"))
    return Answer("Is it better than what we have?", verdict, sentences)


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return "Yes"
    if high < 0:
        return "No"
    return "Not shown"


def _compared(title: str, gain: Difference | GateCheck) -> str:
    interval = f"{signed_fraction(gain.low)} to {signed_fraction(gain.high)}"
    return f"IoU, model − {title}: {signed_fraction(gain.mean)} ({interval})."


def _where_bad(build: EvaluatedBuild) -> Answer:
    """Where the model is behind the strongest other method, and where its IoU is low."""
    behind = [each for each in _judged(build) if each.gain(build.best).high < 0]
    behind.sort(key=lambda each: each.gain(build.best).mean)
    by_iou = sorted(_judged(build), key=_iou)
    low = [each for each in by_iou if _iou(each) < _iou(build.overall)]

    sentences = []
    for stratum in behind[:_NAMED]:
        gain = signed_fraction(stratum.gain(build.best).mean)
        text = f"{_named(stratum)}: {gain} against {build.best.title}."
        sentences.append(Sentence(text, f"by-{_section(stratum)}"))
    for stratum in [each for each in low if each not in behind][:_NAMED]:
        text = f"{_named(stratum)}: IoU {fraction(_iou(stratum))}."
        sentences.append(Sentence(text, f"by-{_section(stratum)}"))

    verdict = f"Nowhere shown behind {build.best.title}"
    if behind:
        verdict = (
            f"Behind {build.best.title} in {counted(len(behind), 'stratum', 'strata')}"
        )
    if not _judged(build):
        verdict = "Nobody can say"
        sentences = [Sentence(f"No stratum has {LEAST_IMAGES} images to judge it by.")]
    return Answer("Where is it bad?", verdict, sentences)


def _what_next(build: EvaluatedBuild) -> Answer:
    sentences = [
        *_look_at_worst(build),
        *_kind_of_error(build),
        *_more_test_images(build),
    ]
    gain = build.overall.gain(build.best)
    if gain.low <= 0:
        steps = counted(build.report.model.steps, "step")
        sentences.append(
            Sentence(
                f"It is not shown to be better after {steps}: train longer, or on more objects.",
                "training",
            )
        )
    return Answer("What next?", "", sentences)


def _look_at_worst(build: EvaluatedBuild) -> Iterator[Sentence]:
    judged = _judged(build)
    if not judged:
        return
    worst = min(
        judged, key=lambda each: (min(0.0, each.gain(build.best).high), _iou(each))
    )
    yield Sentence(
        f"Look at the worst cases of {_named(worst)}: are the annotations right, and does training "
        "have enough of it?",
        "cases",
    )


def _kind_of_error(build: EvaluatedBuild) -> Iterator[Sentence]:
    metrics = build.overall.metrics[MODEL.name]
    precision = metrics["precision"].mean
    recall = metrics["recall"].mean
    shares = f"precision {fraction(precision)}, recall {fraction(recall)}"
    if precision < recall - _UNEVEN:
        yield Sentence(f"Its masks cover too much ({shares}).", "overall")
    elif recall < precision - _UNEVEN:
        yield Sentence(f"Its masks miss parts of objects ({shares}).", "overall")


def _more_test_images(build: EvaluatedBuild) -> Iterator[Sentence]:
    """Domains and customers too small to judge."""
    for kind in ("domain", "customer"):
        small = [each for each in build.strata.get(kind, []) if each.is_small]
        if not small:
            continue
        named = ", ".join(
            f"{words(each.title)} ({each.images})" for each in small[:_NAMED]
        )
        if len(small) > _NAMED:
            named += f" and {len(small) - _NAMED} more"
        yield Sentence(
            f"Too few test images to judge the {kind} {named}: {LEAST_IMAGES} are needed.",
            f"by-{kind}",
        )
        return


def _judged(build: EvaluatedBuild) -> Sequence[JudgedStratum]:
    """The strata that are large enough, by kind."""
    judged = []
    for kind in _KINDS:
        strata = build.strata.get(kind, [])
        if len(strata) > 1:
            judged += [each for each in strata if not each.is_small]
    return judged


def _iou(stratum: JudgedStratum) -> float:
    return stratum.metrics[MODEL.name]["iou"].mean


def _named(stratum: JudgedStratum) -> str:
    if stratum.kind in _IN_WORDS:
        return _IN_WORDS[stratum.kind][stratum.value]
    return f"{stratum.kind} {words(stratum.title)}"


def _section(stratum: JudgedStratum) -> str:
    if stratum.kind in ("edge", "unseen"):
        return "other"
    return stratum.kind
