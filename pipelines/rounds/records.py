"""What a round of the loop writes and prints."""

from typing import Literal

import msgspec

from model.annotations.report import DeliveryQuality


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool has given for an export."""

    export: str
    entries: int
    """Tasks, or files of an archive."""

    pictures: int = 0
    """Pictures that were fetched now."""

    lost_pictures: int = 0
    """Pictures that the tool names but does not give."""

    is_changed: bool
    """Whether anything differs from the last time."""


Outcome = Literal["promoted", "stopped", "unjudged"]
"""What became of a round's model: in use, stopped by the gate, or judged on too few images."""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """A round: `<build>/loop/open.json` while it runs, then `<build>/loop/rounds/N.json`."""

    schema_version: int = 1
    number: int
    began: str
    """UTC, as ISO 8601 has it."""

    start: str
    """The model that it goes on from: `runs/N`, or what `train.start` names."""

    against: str
    """The model that it is judged against: that one, or the base."""

    manifest: str
    """Digest of the shards that it began with."""

    new: int
    """Objects of all splits that the start's run did not know, or that have changed since."""

    to_learn: int
    """Those of them in the train split."""

    new_share: float
    """Share of an epoch's uses that these were to get."""

    fetched: list[Fetched] = []
    held: list[DeliveryQuality] = []
    """Deliveries that it found wrong as a whole, and did not learn from."""

    run: int | None = None
    """The run that it has trained; None until then."""

    outcome: Outcome | None = None
    """None while it runs."""

    falls: str = ""
    """In which strata the gate found the model worse."""

    iou: float | None = None
    """Mean IoU of its model on all test objects."""

    iou_change: float | None = None
    """That less the mean IoU of the model before, on the objects that both answered."""

    ended: str = ""
    """UTC, as ISO 8601 has it."""
