"""The exports that the fuzzer damages: one or more of each format, made by code, and real ones."""

import importlib
import inspect
import io
import json
import pkgutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard

import tests.curate.formats
from tests.curate.formats import cvat_exports, darwin_exports
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import (
    Drawn,
    Picture,
    picture_with_a_hole,
    picture_with_overlap,
    rectangle,
)

REAL_EXPORTS = Path(__file__).parents[3] / "shared" / "exports"
"""Real and hostile exports; a checkout may have them beside it."""

_PACKED = ("coco", "labelmap", "yolo")  # formats whose samples are packed as well
_LARGEST = 4_000_000  # bytes of a sample: a larger one takes too long for its worth


@dataclass(frozen=True)
class Sample:
    """An export that can be read. `archive`: the file to open, if it is not the folder."""

    name: str
    format: str
    files: dict[str, bytes]
    settings: dict[str, Any] = field(default_factory=dict)
    archive: str = ""


def made_samples() -> Iterator[Sample]:
    """What each class of the battery writes, and archives of some of these."""
    packed = set()
    for battery in _batteries():
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            battery().write(root, _pictures(battery))
            files = _files_of(root)
        settings = {"options": battery.options, **battery.settings}
        name = f"{battery.format}/{battery.__name__}"
        yield Sample(name, battery.format, files, settings)

        if battery.format in _PACKED and battery.format not in packed:
            packed.add(battery.format)
            for kind, data in _archives(files):
                whole = {kind: data}
                yield Sample(
                    f"{name}.{kind}", battery.format, whole, settings, archive=kind
                )


def video_samples() -> Iterator[Sample]:
    """Videos, of which a document states a few frames and the reader works out the others."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "export"
        shapes = [cvat_exports.tracked(frame) for frame in (0, 4, 7)]
        cvat_exports.video(root, cvat_exports.track(*shapes), frames=range(8))
        options = {"options": {"interpolate": True}}
        yield Sample("cvat/video", "cvat", _files_of(root), options)

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        darwin_exports.video(root, darwin_exports.track(), frames=8)
        yield Sample("darwin/video", "darwin", _files_of(root))


def real_samples() -> Iterator[Sample]:
    """The real and the hostile exports beside this checkout, if there are any."""
    for folder in sorted(REAL_EXPORTS.glob("*/*")):
        stated = [folder / "expected.json", folder / "case.json"]
        known = [file for file in stated if file.exists()]
        if not known:
            continue
        case = json.loads(known[0].read_text("utf-8"))
        if "exit" in case.get("expect", {}):
            continue
        root = folder
        if (folder / "data").is_dir():
            root = folder / "data"
        files = _files_of(root)
        files.pop(known[0].name, None)
        archive = ""
        if case.get("path"):
            archive = Path(case["path"]).name
        if sum(map(len, files.values())) <= _LARGEST:
            name = f"{folder.parent.name}/{folder.name}"
            yield Sample(name, case["format"], files, archive=archive)


def _batteries() -> Iterator[type[Battery]]:
    """All classes of the tests of the formats that write an export."""
    modules = pkgutil.iter_modules(tests.curate.formats.__path__)
    for module in sorted(module.name for module in modules):
        if not module.startswith("test_"):
            continue
        tested = importlib.import_module(f"{tests.curate.formats.__name__}.{module}")
        for _, found in inspect.getmembers(tested, inspect.isclass):
            is_own = found.__module__ == tested.__name__
            if is_own and issubclass(found, Battery):
                yield found


def _pictures(battery: type[Battery]) -> list[Picture]:
    """A few small pictures of what the format can say."""
    left = rectangle(24, 40, 2, 3, 11, 20)
    right = rectangle(24, 40, 25, 3, 34, 20)
    pictures = [
        Picture("good.png", 24, 40, (Drawn("cat", left), Drawn("plant pot", right))),
        Picture("b/größe 1.png", 24, 40, (Drawn("Straßenschild", right),)),
    ]
    if battery.holes:
        pictures.append(picture_with_a_hole())
    if battery.overlaps:
        pictures.append(picture_with_overlap())
    return pictures


def _files_of(root: Path) -> dict[str, bytes]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def _archives(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The files in an archive of each kind, and the archive's name."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    yield "export.zip", zipped.getvalue()

    for mode, name in (("w:gz", "export.tar.gz"), ("w", "export.tar")):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode=mode) as tar:
            for path, data in files.items():
                member = tarfile.TarInfo(path)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        yield name, packed.getvalue()
    yield "export.tar.zst", zstandard.compress(packed.getvalue())
