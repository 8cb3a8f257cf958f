"""The manifest of the shards: the files, and all that their bytes depend on."""

from collections.abc import Iterable, Mapping

import msgspec
import PIL
import pyarrow as pa
from PIL import features
from upath import UPath

from curate.schema import SCHEMA_VERSION
from curate.settings import CropSettings
from curate.storage import read_record


class ShardFile(msgspec.Struct, frozen=True):
    """A shard. `path`: below the shards' folder; `licences`: rows by licence."""

    path: str
    split: str
    rows: int
    bytes: int
    sha256: str
    licences: dict[str, int]


class CropRanges(msgspec.Struct, frozen=True):
    """The settings by which the crops were cut, see `CropSettings`."""

    slack: tuple[float, float]
    padding: tuple[float, float]
    min_padding_px: int


class Manifest(msgspec.Struct, frozen=True):
    """What `manifest.json` holds.

    `rows`: by split. `licences`: rows by licence. `codecs`: by what they encode.
    """

    schema_version: int
    rows: dict[str, int]
    licences: dict[str, int]
    taxonomy_digest: str
    crop: CropRanges
    codecs: dict[str, str]
    files: list[ShardFile]


def make_manifest(files: Iterable[ShardFile], crop: CropSettings, taxonomy_digest: str) -> Manifest:
    """The manifest of these files, in the order of their paths."""
    ordered = sorted(files, key=lambda file: file.path)
    return Manifest(
        schema_version=SCHEMA_VERSION,
        rows=_total({file.split: file.rows} for file in ordered),
        licences=_total(file.licences for file in ordered),
        taxonomy_digest=taxonomy_digest,
        crop=msgspec.convert(crop, CropRanges, from_attributes=True),
        codecs=_codecs(),
        files=ordered,
    )


def read_manifest(folder: UPath) -> Manifest | None:
    """The manifest in the shards' folder; None if there is none.

    msgspec.DecodeError (or its ValidationError) if it is broken.
    """
    return read_record(folder / "manifest.json", Manifest)


def _codecs() -> dict[str, str]:
    pillow = f"Pillow {PIL.__version__}"
    return {
        "image": f"WebP lossless, libwebp {features.version('webp')}, {pillow}",
        "mask": f"PNG 1 bit, zlib {features.version('zlib')}, {pillow}",
        "parquet": f"pyarrow {pa.__version__}",
    }


def _total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for name, number in each.items():
            total[name] = total.get(name, 0) + number
    return dict(sorted(total.items()))
