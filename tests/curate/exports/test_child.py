"""The child process: what it answers, what kills it, and that it costs one call."""

import os
import signal
import subprocess
import sys
import threading
import time
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from curate.exports import child
from curate.exports.archives import ArchiveLimits, unpack
from curate.exports.child import ChildDied, call
from curate.reasons import Reason, Refusal
from curate.records import Annotation, FoundImage, ImageRecord, Polygons
from curate.stages import objects
from curate.stages.objects import ImageLimits, ImageObjects, read_image

BOUNDS = ImageLimits(file_bytes=10**9, image_pixels=120_000_000, label_characters=1000)
ROOT = Path(__file__).parents[3]


class Bounds(NamedTuple):
    child_bytes: int = 1_000_000_000
    child_seconds: float = 60.0


def found(file: Path, width: int, height: int) -> FoundImage:
    Image.new("L", (width, height), 99).save(file)
    shape = Polygons(rings=[[1, 1, 9, 1, 9, 9, 1, float("nan")], [1, 1, 9, 1, 9, 9]])
    annotations = [
        Annotation(key="1", label="猫", shape=shape),
        Annotation(key="2", dropped=Reason.CROWD),
    ]
    record = ImageRecord(name=file.name, document="a.json", annotations=annotations)
    return FoundImage(record=record, path=file.name, file=str(file), flags=[])


def read(image: FoundImage, bounds: Bounds) -> ImageObjects:
    return call(read_image, bounds, image, "acme", str(Path(image.file).parent), "auto", BOUNDS, {})


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> FoundImage:
    return found(tmp_path_factory.mktemp("huge") / "huge.png", 10_000, 10_000)


def test_the_child_answers_as_the_function_does(tmp_path: Path) -> None:
    image = found(tmp_path / "a.png", 64, 48)
    result = read(image, Bounds())
    assert result == objects.read_image(image, "acme", str(tmp_path), "auto", BOUNDS, {})
    assert [each.label for each in result.objects] == ["猫"]
    assert [drop.reason for drop in result.drops] == [Reason.CROWD]


def test_one_child_serves_all_calls(tmp_path: Path) -> None:
    image = found(tmp_path / "a.png", 64, 48)
    read(image, Bounds())
    before = child._child(os.getpid(), Bounds().child_bytes)._process
    read(image, Bounds())
    assert child._child(os.getpid(), Bounds().child_bytes)._process is before


def test_a_picture_that_takes_too_much_memory_costs_itself(
    tmp_path: Path, huge: FoundImage
) -> None:
    bounds = Bounds(child_bytes=50_000_000)
    result = read(huge, bounds)
    assert [drop.reason for drop in result.drops] == [Reason.IMAGE_BOMB]
    assert read(found(tmp_path / "a.png", 64, 48), bounds).objects


def test_a_picture_that_takes_too_long_costs_itself(tmp_path: Path, huge: FoundImage) -> None:
    small = found(tmp_path / "a.png", 64, 48)
    read(small, Bounds())
    with pytest.raises(ChildDied, match=r"longer than 0\.05 s"):
        read(huge, Bounds(child_seconds=0.05))
    assert read(small, Bounds()).objects


def test_a_crash_costs_the_picture_that_was_being_read(tmp_path: Path, huge: FoundImage) -> None:
    small = found(tmp_path / "a.png", 64, 48)
    read(small, Bounds())
    process = child._child(os.getpid(), Bounds().child_bytes)._process
    assert process is not None
    threading.Timer(0.1, process.send_signal, [signal.SIGSEGV]).start()
    with pytest.raises(ChildDied, match="SIGSEGV"):
        read(huge, Bounds())
    assert read(small, Bounds()).objects


def test_it_runs_nothing_but_its_tasks() -> None:
    with pytest.raises(ChildDied, match=r"posix:getpid is not marked|is not marked"):
        call(os.getpid, Bounds())


def test_an_unexpected_answer_is_told_with_its_name() -> None:
    image = FoundImage(record=ImageRecord(name="a", document=""), path="a", file="\0", flags=[])
    with pytest.raises(ChildDied, match="ValueError"):
        call(read_image, Bounds(), image, "acme", "", "auto", BOUNDS, {})


def test_a_refusal_comes_through(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    limits = ArchiveLimits(
        archive_ratio=100, archive_bytes=10**9, archive_members=10, path_bytes=100
    )
    with pytest.raises(Refusal) as caught:
        call(unpack, Bounds(), str(tmp_path / "a.zip"), str(tmp_path / "out"), limits)
    assert caught.value.reason is Reason.MALFORMED_FILE


def test_it_ends_with_its_parent() -> None:
    file = BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    program = (
        "from curate import records; from curate.exports import child; from curate.stages import objects; import os, sys, time\n"
        "from types import SimpleNamespace\n"
        "limits = SimpleNamespace(child_bytes=10**9, child_seconds=60.0)\n"
        "record = records.ImageRecord(name='a', document='')\n"
        "found = records.FoundImage(record=record, path='a', file='a', flags=[])\n"
        f"data = {file.getvalue()!r}\n"
        "bounds = objects.ImageLimits(10**9, 10**9, 9)\n"
        "child.call(objects.read_image, limits, found, 'x', '', 'auto', bounds, {'a': data})\n"
        "print(child._child(os.getpid(), 10**9)._process.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_what_it_loads_to_read_pictures_is_little() -> None:
    program = (
        "import sys, curate.stages.objects, curate.exports.archives\n"
        "print([name for name in ('pyarrow', 'pydantic', 'pandas', 'upath', 'dask', 'torch') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
