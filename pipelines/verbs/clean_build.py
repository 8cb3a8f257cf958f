"""`clean-build`: remove what the stages have written, after a look at what that is.

Only files and folders that this program writes are removed. Whatever else lies in the
build folder, such as the exports of the demo, stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.folders import remove_folder
from curate.schema import STAGES
from pipelines.flow import build as builds

_PINS = "pins.parquet"
_LOCK = ".lock"
_COMPARISONS = "report/compare-*.html"
_PRODUCTS = (
    _LOCK,
    ".promoted.lock",
    _PINS,
    *STAGES,
    "embedded",
    "evaluate",
    "faults",
    "inspect",
    "loop",
    "plans",
    "promoted.json",
    "rates.json",
    "quality",
    "report/curation.html",
    "report/index.html",
    "report/loop.html",
    "report/quality.html",
    "report/report.html",
    "run.json",
    "runs",
    "serve",
    "taxonomy/answered",
    "taxonomy/pictures",
    "taxonomy/review.html",
    "taxonomy/review.yaml",
    "train",
    "unpacked",
    # What a killed run leaves.
    *(
        f".{stage}{ending}"
        for stage in (*STAGES, "evaluate")
        for ending in (".new", ".partial", ".old")
    ),
)
"""What a run writes into the build folder: paths relative to it."""

_HARD_TO_REPLACE = {
    _PINS: "the split of each image; without it, images that tested may train",
    "train": "the trained model, model.safetensors",
    "evaluate": "the report on the model",
    "runs": "all runs with their checkpoints and reports",
    "promoted.json": "which run is in use, and how it came to that",
    "loop": "the rounds, the answers that were given, and what corrections cost",
    "serve": "the pictures that were opened in `serve`, and the masks drawn on them",
    "taxonomy/review.yaml": "the queue of labels, with what reviewers noted in it",
}
"""What would cost hours, or cannot be made again as it was."""

_NO_STATE = "its stage.json is gone; look whether files of yours are in it"


@dataclass(frozen=True, slots=True)
class Product:
    """A file or folder of a build. `size`: bytes; `remark`: what is lost with it."""

    path: UPath
    size: int
    remark: str


@dataclass(frozen=True, slots=True)
class BuildContents:
    """What a build folder holds: what would be removed, and what would stay.

    `staying`: paths relative to the folder. Of a folder that goes in part, those in it.
    """

    folder: UPath
    products: list[Product]
    staying: list[str]


class Cleaned(msgspec.Struct, frozen=True):
    """What has been removed: the paths, and their size in bytes."""

    removed: list[str]
    bytes: int


def look(folder: UPath) -> BuildContents:
    """What `clean` would remove from a build folder, and what it would keep.

    InputError if it is not a folder.
    """
    if not folder.exists():
        return BuildContents(folder, [], [])
    if not folder.is_dir():
        raise InputError(f"{folder}: the settings' build is not a folder")

    products: list[Product] = []
    comparisons = [f"report/{path.name}" for path in folder.glob(_COMPARISONS)]
    for name in sorted([*_PRODUCTS, *comparisons]):
        path = folder / name
        if path.exists() and not _is_foreign(path):
            remark = _HARD_TO_REPLACE.get(name, "")
            if name in STAGES and not (path / "stage.json").exists():
                remark = _NO_STATE
            products.append(Product(path, _size_of(path), remark))

    going = {product.path for product in products}
    staying = [str(path.relative_to(folder)) for path in _staying(folder, going)]
    return BuildContents(folder, products, sorted(staying))


def clean(found: BuildContents) -> Cleaned:
    """Remove the products, and the build folder if nothing else is in it.

    InputError if a run is at work in it.
    """
    with builds.held(found.folder):
        for product in found.products:
            if product.path.name != _LOCK:
                _remove(product.path)
                above = product.path.parent
                if above != found.folder and not any(above.iterdir()):
                    above.rmdir()

    # The lock is a file in the folder, so it goes last.
    lock = found.folder / _LOCK
    if lock.exists():
        lock.unlink()
    if not found.staying:
        remove_folder(found.folder)

    removed = [str(product.path) for product in found.products]
    return Cleaned(removed, sum(product.size for product in found.products))


def text(found: BuildContents) -> str:
    """What would be removed and what would stay, for a reader."""
    if not found.products:
        return f"{found.folder}: no build here, nothing to remove"

    lines = [f"To be removed from {found.folder}:"]
    for product in found.products:
        if product.path.name == _LOCK:
            continue
        name = product.path.relative_to(found.folder)
        line = f"  {_readable(product.size):>9}  {name}"
        if product.remark:
            line += f"  ({product.remark})"
        lines.append(line)
    if found.staying:
        names = ", ".join(found.staying)
        lines.append(f"To stay, as no run has written it: {names}")
    return "\n".join(lines)


def _is_foreign(path: UPath) -> bool:
    """Whether a folder only has a stage's name: no stage has written it."""
    written = ("stage.json", "ledger.json")
    is_ours = any((path / name).exists() for name in written)
    return path.name in STAGES and not is_ours


def _staying(folder: UPath, going: set[UPath]) -> Iterator[UPath]:
    """What is not of the build.

    A folder such as `taxonomy` goes if nothing but products is in it.
    """
    above = {path.parent for path in going}
    for path in folder.iterdir():
        if path in going:
            continue
        if path in above:
            yield from (each for each in path.iterdir() if each not in going)
        else:
            yield path


def _size_of(path: UPath) -> int:
    """Bytes of a file, or of all files below a folder."""
    if path.is_file():
        return int(path.stat().st_size)
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _remove(path: UPath) -> None:
    # A link to a folder on another disk: what it leads to is not ours.
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        remove_folder(path)


def _readable(size: int) -> str:
    """Bytes with a unit.

    >>> _readable(1_240_000)
    '1.24 MB'
    """
    number = float(size)
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} GB"
