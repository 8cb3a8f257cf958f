"""The table of methods: whatever answers a drawn box with a mask, the model or a baseline.

A new baseline is one function in `baselines` and one line here; judging, report and pages follow.
Nothing here imports torch, so pages may read the table. `judging` knows the networks.
"""

from collections.abc import Callable
from dataclasses import dataclass

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from model.evaluation.baselines import ellipse, grabcut, rectangle

Baseline = Callable[[Pixels, Box], Mask | None]
"""A method that needs no training; see `baselines`."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method, and how pages show it."""

    name: str
    """In report.json and scores.parquet."""

    title: str
    """On pages."""

    mark: str
    """Its sign in charts: SVG within ±5 px around the origin."""

    colour: str
    """Colour of its sign, as CSS."""

    dark_colour: str
    """The same on dark pages."""

    description: str
    """How it answers, in a few words."""

    baseline: Baseline | None = None
    """Its function; None if the method needs a trained model."""


_TABLE = (
    Method(
        name="model",
        title="model",
        mark='<circle r="5.5"/>',
        colour="var(--accent)",
        dark_colour="var(--accent)",
        description="the network that was trained",
    ),
    Method(
        name="baseline",
        title="last model",
        mark='<path d="M-4.6-4.6H4.6V4.6H-4.6z" class="open"/>',
        colour="#b0467a",
        dark_colour="#e48ab4",
        description="the model that the settings name as `evaluate.baseline`",
    ),
    Method(
        name="untuned",
        title="base, untuned",
        mark='<path d="M0-5.2 5.2 0 0 5.2-5.2 0z"/>',
        colour="#3b5fc0",
        dark_colour="#8ea8f5",
        description="the shipped checkpoint, as it is before any tuning",
    ),
    Method(
        name="prior",
        title="prior alone",
        mark='<path d="M0-5 4.8 3.6H-4.8z"/>',
        colour="#5b7a38",
        dark_colour="#a3c283",
        description=(
            "the usual shapes of masks in their boxes, as often as each comes: what the model "
            "answers before it looks at a pixel"
        ),
    ),
    Method(
        name="published",
        title="U²-Net, published",
        mark='<path d="M0-5.2V5.2M-5.2 0H5.2" class="open"/>',
        colour="#2b7a78",
        dark_colour="#7fd0cd",
        description=(
            "the published small U²-Net on the window at 320 × 320 px, cut to the drawn box"
        ),
    ),
    Method(
        name="published_native",
        title="its weights, asked as ours",
        mark='<path d="M-3.7-3.7 3.7 3.7M-3.7 3.7 3.7-3.7M0-5.2V5.2" class="open"/>',
        colour="#6b6f1d",
        dark_colour="#c9cf6a",
        description=(
            "the published weights at native size, with the ellipse in the drawn box as prior"
        ),
    ),
    Method(
        name="grabcut",
        title="GrabCut",
        mark='<rect x="-4" y="-4" width="8" height="8"/>',
        colour="#c2571a",
        dark_colour="#ee9a5f",
        description="Rother et al. 2004, five iterations from the drawn box",
        baseline=grabcut,
    ),
    Method(
        name="ellipse",
        title="ellipse in the box",
        mark='<ellipse rx="5.4" ry="3.2"/>',
        colour="#8a5aa8",
        dark_colour="#c49ee0",
        description="the ellipse that touches its four sides",
        baseline=ellipse,
    ),
    Method(
        name="rectangle",
        title="drawn box",
        mark='<path d="M-4-4 4 4M-4 4 4-4" class="open"/>',
        colour="#777b82",
        dark_colour="#a4a9b1",
        description="all of the box that the annotator drew",
        baseline=rectangle,
    ),
)

METHODS = {method.name: method for method in _TABLE}
"""All methods by name, in the order of the report."""
