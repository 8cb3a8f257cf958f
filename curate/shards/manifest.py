"""The manifest of the shards: the files with their digests, and all that their bytes
depend on."""

import zlib
from collections.abc import Iterable, Mapping

import msgspec
import PIL
import pyarrow as pa
from PIL import features
from upath import UPath

from curate.curation_settings import CropSettings
from curate.errors import InputError
from curate.pixels import turbojpeg_library
from curate.schema import SCHEMA_VERSION
from curate.shards.layout import MANIFEST
from curate.storage import digest, read_record

NO_BLOCKS = "none: no libjpeg-turbo with lossless crops is installed"
"""What stands in the manifest where crops of JPEG photos are encoded anew."""


class ShardFile(msgspec.Struct, frozen=True):
    """A shard as the manifest lists it."""

    path: str
    """Relative to the manifest's folder."""
    split: str
    rows: int
    bytes: int
    sha256: str
    licences: dict[str, int]
    """Rows by licence."""


class CropRanges(msgspec.Struct, frozen=True):
    """The settings by which the crops were cut, see `CropSettings`."""

    slack: tuple[float, float]
    padding: tuple[float, float]
    min_padding_px: int


class Manifest(msgspec.Struct, frozen=True):
    """What manifest.json holds."""

    schema_version: int
    rows: dict[str, int]
    """By split."""
    licences: dict[str, int]
    """Rows by licence."""
    taxonomy_digest: str
    crop: CropRanges
    codecs: dict[str, str]
    """Name, options and versions of what encoded the shards, by what it encodes."""
    files: list[ShardFile]

    @property
    def digest(self) -> str:
        """Names these very shards."""
        return digest(msgspec.to_builtins(self))


class _Version(msgspec.Struct):
    """The one thing in a manifest that each version of this code can read."""

    schema_version: int | None = None


def codec_versions() -> dict[str, str]:
    """Name, options and version of all that reads photos and encodes shards here."""
    pillow = f"Pillow {PIL.__version__}"
    library = turbojpeg_library.library_file()
    blocks = NO_BLOCKS
    if library is not None:
        version = turbojpeg_library.version(library)
        blocks = f"JPEG blocks of the source, libjpeg-turbo {version}"
    decoder = f"libjpeg-turbo {features.version('libjpeg_turbo')}, {pillow}"
    return {
        "jpeg": blocks,
        "jpeg decoder": decoder,
        "image": f"WebP lossless, libwebp {features.version('webp')}, {pillow}",
        "large image": f"PNG, zlib {zlib.ZLIB_RUNTIME_VERSION}",
        "mask": f"PNG 1 bit, zlib {zlib.ZLIB_RUNTIME_VERSION}",
        "parquet": f"pyarrow {pa.__version__}",
    }


def make_manifest(
    files: Iterable[ShardFile], crop: CropSettings, taxonomy_digest: str
) -> Manifest:
    """The manifest of shards, in the order of their paths."""
    ordered = sorted(files, key=lambda file: file.path)
    return Manifest(
        schema_version=SCHEMA_VERSION,
        rows=_total({file.split: file.rows} for file in ordered),
        licences=_total(file.licences for file in ordered),
        taxonomy_digest=taxonomy_digest,
        crop=msgspec.convert(crop, CropRanges, from_attributes=True),
        codecs=codec_versions(),
        files=ordered,
    )


def read_manifest(folder: UPath) -> Manifest | None:
    """The manifest in a folder; None if there is none. InputError if it is broken."""
    return read_record(folder / MANIFEST, Manifest)


def require_manifest(folder: UPath) -> Manifest:
    """The manifest in a folder.

    InputError if it is missing, broken, or of another schema version.
    """
    path = folder / MANIFEST
    try:
        # A manifest of another version may have other fields.
        found = read_record(path, _Version)
        if found is None:
            raise InputError(f"{folder}: no {MANIFEST} here; make the shards first")
        if found.schema_version != SCHEMA_VERSION:
            versions = f"schema version {found.schema_version}, this code reads {SCHEMA_VERSION}"
            raise InputError(f"{folder}: shards of {versions}; make them anew")
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise InputError(f"{path}: broken ({error}); make the shards anew") from None


def _total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of counts by name, in the order of names."""
    total: dict[str, int] = {}
    for each in counts:
        for name, number in each.items():
            total[name] = total.get(name, 0) + number
    return dict(sorted(total.items()))
