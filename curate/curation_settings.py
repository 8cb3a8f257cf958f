"""The settings of the stages up to shard: what may come in, and what becomes of it."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from curate.flags import Flag
from curate.limits import Section, Share

ShareRange = tuple[
    Annotated[float, Field(ge=0.0, le=4.0)], Annotated[float, Field(ge=0.0, le=4.0)]
]


class LicenceSettings(Section):
    """Licences that may enter a build."""

    allow: list[str] = Field(
        min_length=1,
        description=(
            "the licences of exports that may be read; an export with another one stops the run"
        ),
    )


class ReviewSettings(Section):
    """How many objects may wait for a reviewer's decision on their label."""

    max_waiting: Share | None = Field(
        default=None,
        description=(
            "share of an export's objects whose label may wait for a decision: if more wait, the "
            "run stops with exit 3; `null`: it warns and goes on without them"
        ),
    )


class FilterSettings(Section):
    """Objects too small to teach, or so large that the box says it all, are dropped.

    So are objects with flags that you name.
    """

    min_side: int = Field(
        default=8, ge=1, description="px that the box's shorter side has at least"
    )
    min_area: int = Field(default=64, ge=1, description="px that the mask has at least")
    max_share: float = Field(
        default=0.95,
        gt=0.0,
        le=1.0,
        description="share of the image that the mask covers at most",
    )
    drop_flags: list[Flag] = Field(
        default=[], description="objects with one of these flags are dropped"
    )


class SplitSettings(Section):
    """Shares of the splits, and what makes two images one group."""

    val: Share = Field(
        default=0.1, description="share of each domain's images for validation"
    )
    test: Share = Field(
        default=0.1, description="share of each domain's images for testing"
    )
    seed: int = Field(
        default=0, description="seed of the order in which groups are assigned"
    )
    near_duplicate_bits: int = Field(
        default=4,
        ge=0,
        le=10,
        description=(
            "bits of the 64-bit dHash in which near duplicates differ at most; a second look at "
            "their pixels confirms them"
        ),
    )
    scene_pattern: str | None = Field(
        default=None,
        description=(
            "regular expression that is searched in image paths; images of an export for which its "
            "groups (without groups: the whole match) are equal are one scene"
        ),
    )
    hold_out_concepts: Annotated[float, Field(ge=0.0, lt=1.0)] = Field(
        default=0.0,
        description=(
            "share of concepts, chosen by a hash of their ids and the seed, that never train: "
            "their objects are judged in test, and dropped from train and val as `held_out`"
        ),
    )

    @field_validator("scene_pattern")
    @classmethod
    def _is_pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return pattern

    @model_validator(mode="after")
    def _leaves_train(self) -> Self:
        if self.val + self.test >= 1.0:
            raise ValueError("val and test leave nothing to train on")
        return self


class BalanceSettings(Section):
    """Share of each domain in what training uses, and caps."""

    temperature: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="1 keeps the shares that domains and concepts have, 0 makes them equal",
    )
    targets: dict[str, Annotated[float, Field(gt=0.0)]] = Field(
        default_factory=dict,
        description="share of a domain, by its name, instead of the temperature's",
    )
    flag_trust: dict[Flag, Annotated[float, Field(gt=0.0, le=1.0)]] = Field(
        default_factory=dict,
        description=(
            "factor on the weight of objects with a flag, by the flag's name; of several flags "
            "the smallest factor counts"
        ),
    )
    quality_trust: Share = Field(
        default=0.0,
        description=(
            "how much the weight of an object shrinks with the quality of its annotation, as the "
            "last run of `quality` judged it: by the factor 1 − quality_trust × (1 − quality). "
            "Above 0, deliveries whose masks look wrong as a whole are held back"
        ),
    )
    accept: list[str] = Field(
        default_factory=list,
        description=(
            "deliveries whose masks a person has looked at, as the message names them "
            "(`EXPORT@DIGEST`): none of their objects is held back as `doubtful_delivery`. The "
            "name of an export alone accepts what it has delivered and all that it will"
        ),
    )
    max_per_image: int | None = Field(
        default=64, ge=1, description="objects that one image may bring; `null`: no cap"
    )
    max_per_concept: int | None = Field(
        default=None,
        ge=1,
        description="objects that one concept may bring; `null`: no cap",
    )
    max_per_customer: int | None = Field(
        default=None,
        ge=1,
        description="objects that one customer may bring; `null`: no cap",
    )

    def accepts(self, delivery: str) -> bool:
        """Whether a person has accepted a delivery, EXPORT@DIGEST, or all of its export.

        >>> BalanceSettings(accept=["yard@01ab"]).accepts("yard@01ab")
        True
        >>> BalanceSettings(accept=["yard@99ff"]).accepts("yard@01ab")
        False
        >>> BalanceSettings(accept=["yard"]).accepts("yard@01ab")
        True
        """
        export, _, _ = delivery.partition("@")
        return delivery in self.accept or export in self.accept


class CropSettings(Section):
    """How far the drawn box and the window reach around an object, and how crops are stored."""

    slack: ShareRange = Field(
        default=(0.0, 0.08),
        description=(
            "range from which each side of the drawn box gets its distance to the box, as a share "
            "of the box's width or height"
        ),
    )
    padding: ShareRange = Field(
        default=(0.02, 0.30),
        description=(
            "range from which each side of the window gets its distance to the drawn box, as a "
            "share of the drawn box's width or height"
        ),
    )
    min_padding_px: int = Field(
        default=2,
        ge=0,
        description="px that the window reaches beyond the drawn box at least",
    )
    image: Literal["auto", "webp"] = Field(
        default="auto",
        description=(
            "how crops are stored: `auto` as a JPEG's own blocks wherever that is possible, else "
            "as lossless WebP; `webp` always as that"
        ),
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.slack[0] > self.slack[1] or self.padding[0] > self.padding[1]:
            raise ValueError("a range goes from the smaller to the larger number")
        return self
