"""What Label Studio asks a model, and what it is answered: records of its ML protocol.

As label-studio 1.23 sends and reads them (label_studio/ml/api_connector.py and models.py).
Fields that are not used here are left out.
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class DrawnValue(msgspec.Struct, frozen=True):
    """A rectangle in percent of the picture, turned by degrees around its top left."""

    x: float
    y: float
    width: float
    height: float
    rotation: float = 0.0
    rectanglelabels: list[str] = []


class DrawnRegion(msgspec.Struct, frozen=True):
    """What an annotator has drawn. `from_name`: its tag."""

    from_name: str
    type: str
    value: dict[str, Any]


class Context(msgspec.Struct, frozen=True):
    """What the model is asked about."""

    result: list[DrawnRegion] = []


class Parameters(msgspec.Struct, frozen=True):
    """The parameters of a request."""

    context: Context | None = None


class StudioTask(msgspec.Struct, frozen=True):
    """A task: the addresses of its pictures, by key."""

    data: dict[str, Any]


class PredictionWanted(msgspec.Struct, frozen=True):
    """`POST predict`."""

    tasks: list[StudioTask]
    label_config: str
    params: Parameters = Parameters()


class SetupWanted(msgspec.Struct, frozen=True):
    """`POST setup`. `schema`: the label config."""

    schema: str


class WebhookEvent(msgspec.Struct, frozen=True):
    """`POST webhook`."""

    action: str


class Health(msgspec.Struct, frozen=True):
    """The answer to `GET health`."""

    status: str = "UP"
    model_class: str = "Segcurate"


class ModelVersion(msgspec.Struct, frozen=True):
    """The answer to `POST setup`."""

    model_version: str


class MaskRegion(msgspec.Struct, frozen=True, kw_only=True):
    """A mask as a region: of `type` brushlabels or polygonlabels."""

    id: str
    from_name: str
    to_name: str
    type: str
    original_width: int
    original_height: int
    image_rotation: int = 0
    value: dict[str, Any]
    score: float | UnsetType = UNSET


class Prediction(msgspec.Struct, frozen=True):
    """The answer to a task. `score`: expected IoU, the least of all its regions."""

    result: list[MaskRegion]
    model_version: str
    score: float | UnsetType = UNSET


class Predictions(msgspec.Struct, frozen=True):
    """The answer to `POST predict`."""

    results: list[Prediction | list[Prediction]]
    model_version: str
