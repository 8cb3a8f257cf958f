"""What judging the annotations writes: `<build>/quality/`.

`annotations.parquet` has a row for each train object, `worst.parquet` the pictures of the most
doubtful ones, `quality.json` says how well spoiled copies were found. Nothing here imports torch,
so pages may read it.
"""

import msgspec
import pyarrow as pa
from upath import UPath

from curate.storage import read_record
from model.annotations.spoiling import Spoiling
from model.evaluation.intervals import Interval

QUALITY_VERSION = 6

DOUBTFUL = 0.5
"""An annotation of a lower quality is counted as doubtful."""

MOST_WRONG = 0.25
"""A delivery is held back if more than this share of its masks is surely wrong."""

ANNOTATIONS = pa.schema(
    [
        ("object_id", pa.string()),
        ("image_id", pa.string()),
        ("export", pa.string()),
        ("customer", pa.string()),
        ("domain", pa.string()),
        ("concept", pa.string()),
        ("label", pa.string()),
        ("image_path", pa.string()),
        ("annotation_key", pa.string()),
        ("annotation_quality", pa.float64()),
        ("suspicion", pa.string()),
        ("iou", pa.float64()),
    ]
)
"""Columns of annotations.parquet before those of the signs: quality from 0, surely wrong, to 1; how
it is wrong, if it is; the IoU of the model's answers with the mask."""


class DoubtfulAnnotation(msgspec.Struct, frozen=True, kw_only=True):
    """A row of worst.parquet."""

    object_id: str
    export: str
    customer: str
    concept: str
    label: str
    image_path: str
    annotation_quality: float
    suspicion: str
    iou: float
    image: bytes
    """The crop, lossless WebP."""

    mask: bytes
    """As annotated, 1-bit PNG."""

    predicted: bytes
    """The model's."""


WORST = pa.schema(
    [
        *(
            (name, pa.string())
            for name in (
                "object_id",
                "export",
                "customer",
                "concept",
                "label",
                "image_path",
            )
        ),
        ("annotation_quality", pa.float64()),
        ("suspicion", pa.string()),
        ("iou", pa.float64()),
        ("image", pa.binary()),
        ("mask", pa.binary()),
        ("predicted", pa.binary()),
    ]
)
"""Columns of worst.parquet."""


class FoundSpoilings(msgspec.Struct, frozen=True, kw_only=True):
    """How well masks that were spoiled in one way are told from the build's own."""

    spoiling: Spoiling
    copies: int
    rank_area: float
    """AUROC: how often a spoiled copy has a lower quality than one of the build's own masks."""

    doubtful: float
    """Share of the copies with a quality below 0.5."""


class GroupQuality(msgspec.Struct, frozen=True, kw_only=True):
    """The annotations of an export of a customer."""

    customer: str
    export: str
    objects: int
    doubtful: int
    mean: float
    """Of their qualities."""


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """The file quality.json."""

    schema_version: int = QUALITY_VERSION
    key: str
    """Digest of all that it depends on."""

    objects: int
    unjudged: int
    """Objects with too little of an outline to judge; their quality is 1."""

    doubtful: int
    found: list[FoundSpoilings]
    groups: list[GroupQuality]


class DeliveryQuality(msgspec.Struct, frozen=True, kw_only=True):
    """What an export of a customer has delivered, judged as a whole."""

    customer: str
    export: str
    objects: int
    """Of the train split."""

    judged: int
    """Masks that were looked at; too small ones are not."""

    doubtful: float
    """Share of these with a quality below `DOUBTFUL`."""

    usual: float
    """The same of the masks that it is judged beside."""

    wrong: Interval | None
    """The share of its masks that is wrong; None: too few masks or images to tell."""

    is_held: bool
    """Whether balance holds it back, if the settings let it."""

    delivery: str = ""
    """EXPORT@DIGEST, which names it in `balance.accept`; "" if it is not held."""

    right: float
    below: float
    """px by which its masks lie to the right of, and below, where they would lie best: medians."""

    @property
    def found(self) -> str:
        """What is found, in words."""
        text = (
            f"{self.doubtful:.0%} of its masks are doubtful, where "
            f"{self.usual:.0%} are usual"
        )
        if self.wrong is not None:
            text += f"; {self.wrong.mean:.0%} are wrong, {self.wrong.low:.0%} at least"
        if self.is_held and self.lie:
            text += f"; they lie {self.lie}"
        return text

    @property
    def lie(self) -> str:
        """Where its masks lie, in words; "" if it is where they should."""
        sides = []
        for px, positive, negative in (
            (self.right, "to the right", "to the left"),
            (self.below, "below", "above"),
        ):
            if px >= 1:
                sides.append(f"{px:g} px {positive}")
            if px <= -1:
                sides.append(f"{-px:g} px {negative}")
        return " and ".join(sides)


class Deliveries(msgspec.Struct, frozen=True, kw_only=True):
    """The file deliveries.json."""

    schema_version: int = 1
    deliveries: list[DeliveryQuality]
    """Those that were judged last, and those that are held back since before."""


def read_deliveries(folder: UPath) -> list[DeliveryQuality]:
    """The judged deliveries of a build's folder `quality`. InputError if the file is broken."""
    record = read_record(folder / "deliveries.json", Deliveries)
    if record is None:
        return []
    return record.deliveries


def read_quality(folder: UPath) -> QualityReport | None:
    """The report of a build's folder `quality`; None if there is none. InputError if broken."""
    return read_record(folder / "quality.json", QualityReport)
