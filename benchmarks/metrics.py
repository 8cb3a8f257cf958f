"""The metrics of evaluation against pysodmetrics and plain definitions, on one thread.

    python -m benchmarks.metrics [--rounds 15]

Ours and theirs take turns on the same answers. Evaluation computes once for all methods what
follows from a true mask; here each answer comes with a fresh one.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
import py_sod_metrics as published
from numpy.typing import NDArray

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.timing import measure, ratio, report
from curate.pixels.masks import Mask
from model.evaluation.comparison import Comparison, Place, Truth
from model.evaluation.metrics import mean_absolute_error
from model.evaluation.saliency import e_curve, f_curve, structure
from model.evaluation.weighted_f import weighted_f

SIDES = (320, 160)
"""px of the windows."""

RADII = (1, 2, 5, 10)
"""px of the edge metric."""

_IMAGE_SIDE = 1280
_ANSWERS = 12

Answer = NDArray[np.float32]
Judge = Callable[[Answer, Mask], None]


@dataclass(frozen=True, slots=True)
class Claim:
    """Ours beside another way to the same numbers."""

    name: str
    ours: Judge
    theirs: Judge
    least: float
    """How many times as fast ours shall be."""


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)

    figures: dict[str, float] = {}
    lines: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their own
        for side in SIDES:
            answers = make_answers(side)
            for claim in CLAIMS:
                found = _ratio(claim, answers, arguments.rounds)
                figures[f"{claim.name}, {side} px"] = found
                lines.append(
                    f"{side} px: {claim.name}: {found:.1f} times as fast (≥ {claim.least:g})"
                )
    report("metrics", lines, figures)


def make_answers(side: int) -> list[tuple[Answer, Mask]]:
    """Objects with uneven outlines, and answers as a network gives them: blurred at the edge."""
    rng = np.random.default_rng(0)
    x = np.arange(side) / side - 0.5
    y = x[:, None]
    from_middle = np.hypot(x, y)

    found = []
    for _ in range(_ANSWERS):
        # How far inside of the outline each px is.
        unevenness = 0.15 * _noise(rng, side, side / 16)
        depth = 0.33 - from_middle + unevenness
        true = depth > 0

        errors = 0.05 * _noise(rng, side, side / 30)
        logits = 40 * (depth + errors)
        answer = 1 / (1 + np.exp(-logits))
        found.append((answer.astype(np.float32), true))
    return found


def _noise(rng: np.random.Generator, side: int, smoothness: float) -> NDArray[Any]:
    noise = cv2.GaussianBlur(rng.normal(size=(side, side)), (0, 0), smoothness)
    highest = np.abs(noise).max()
    return np.asarray(noise / highest)


def _ratio(claim: Claim, answers: Sequence[tuple[Answer, Mask]], rounds: int) -> float:
    """How many times as fast ours is, in the median of the rounds."""
    ways = {
        "ours": partial(_judge_all, claim.ours, answers),
        "theirs": partial(_judge_all, claim.theirs, answers),
    }
    return ratio(measure(ways, rounds), "ours", "theirs")


def _judge_all(judge: Judge, answers: Sequence[tuple[Answer, Mask]]) -> int:
    for answer, true in answers:
        judge(answer, true)
    return len(answers)


def _compare(answer: Answer, true: Mask) -> Comparison:
    nowhere = (False, False, False, False)
    return Comparison(answer, Truth(true, Place(nowhere, _IMAGE_SIDE, _IMAGE_SIDE)))


def _our_four(answer: Answer, true: Mask) -> None:
    comparison = _compare(answer, true)
    f_curve(comparison)
    e_curve(comparison)
    structure(comparison)
    mean_absolute_error(comparison)


def _our_five(answer: Answer, true: Mask) -> None:
    comparison = _compare(answer, true)
    f_curve(comparison)
    e_curve(comparison)
    structure(comparison)
    mean_absolute_error(comparison)
    weighted_f(comparison)


def _their_four(answer: Answer, true: Mask) -> None:
    for kind in (
        published.Fmeasure,
        published.Emeasure,
        published.Smeasure,
        published.MAE,
    ):
        kind().step(answer, true, normalize=False)


def _their_five(answer: Answer, true: Mask) -> None:
    _their_four(answer, true)
    published.WeightedFmeasure().step(answer, true, normalize=False)


def _our_edges(answer: Answer, true: Mask) -> None:
    comparison = _compare(answer, true)
    for radius in RADII:
        comparison.edges(radius)


def _plain_davis(answer: Answer, true: Mask) -> None:
    """DAVIS boundary F by its published code, once for each radius."""
    predicted = answer >= 0.5
    for radius in RADII:
        x = np.arange(-radius, radius + 1)
        y = x[:, None]
        in_disk = x**2 + y**2 <= radius**2
        disk = in_disk.astype(np.uint8)

        ours = _davis_lines(predicted)
        theirs = _davis_lines(true)
        near_ours = cv2.dilate(ours.astype(np.uint8), disk)
        near_theirs = cv2.dilate(theirs.astype(np.uint8), disk)
        np.sum(ours * near_theirs)
        np.sum(theirs * near_ours)


def _davis_lines(mask: Mask) -> Mask:
    """Px that differ from the one to the right, below, or below to the right."""
    right = mask.copy()
    right[:, :-1] = mask[:, 1:]
    below = mask.copy()
    below[:-1] = mask[1:]
    aslant = mask.copy()
    aslant[:-1, :-1] = mask[1:, 1:]

    differs_right = mask ^ right
    differs_below = mask ^ below
    differs_aslant = mask ^ aslant
    lines: Mask = differs_right | differs_below | differs_aslant
    return lines


CLAIMS = (
    Claim("F, E, S and MAE", _our_four, _their_four, least=8),
    Claim("F, E, S, MAE and weighted F", _our_five, _their_five, least=3),
    Claim("edges at four radii", _our_edges, _plain_davis, least=1),
)


if __name__ == "__main__":
    main()
