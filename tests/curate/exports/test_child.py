"""The child process: what it answers, what kills it, and that it costs one call."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from PIL import Image

from curate.exports import child, process_limits
from curate.exports.archives import ArchiveLimits, unpack
from curate.exports.child import ChildDied, call
from curate.exports.child_process import (
    Faulted,
    OutOfMemory,
    Refused,
    Result,
    answer_to,
)
from curate.exports.places import Places
from curate.reasons import Fault, Reason, Refusal
from curate.records import Annotation, ExportTraits, FoundImage, ImageRecord, Polygons
from curate.stages import objects
from curate.stages.objects import ImageLimits, ImageObjects, read_images
from tests.curate.exports import child_functions

BOUNDS = ImageLimits(file_bytes=10**9, image_pixels=120_000_000, label_characters=1000)
ROOT = Path(__file__).parents[3]

limits_memory = pytest.mark.skipif(
    "memory" in process_limits.unlimited(), reason="this system does not limit memory"
)


class Bounds(NamedTuple):
    child_bytes: int = 1_000_000_000
    child_seconds: float = 60.0


def found(file: Path, width: int, height: int) -> FoundImage:
    """A picture with an annotation of two rings, one of them broken, and a crowd."""
    Image.new("L", (width, height), 99).save(file)
    shape = Polygons(rings=[[1, 1, 9, 1, 9, 9, 1, float("nan")], [1, 1, 9, 1, 9, 9]])
    annotations = [
        Annotation(key="1", label="猫", shape=shape),
        Annotation(key="2", dropped=Reason.CROWD),
    ]
    record = ImageRecord(name=file.name, document="a.json", annotations=annotations)
    return FoundImage(record=record, path=file.name, file=str(file), flags=[])


def read(image: FoundImage, bounds: Bounds) -> ImageObjects:
    places = Places(str(Path(image.file).parent))
    [made] = call(
        read_images,
        bounds,
        [image],
        "acme",
        places,
        "auto",
        BOUNDS,
        {},
        "auto",
        ExportTraits(),
    )
    return made


def running_child() -> subprocess.Popen[bytes]:
    process = child._child(os.getpid(), Bounds().child_bytes)._process
    assert process is not None
    return process


@pytest.fixture
def small(tmp_path: Path) -> FoundImage:
    return found(tmp_path / "a.png", 64, 48)


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> FoundImage:
    return found(tmp_path_factory.mktemp("huge") / "huge.png", 10_000, 10_000)


def test_the_child_answers_as_the_function_does(small: FoundImage) -> None:
    result = read(small, Bounds())
    places = Places(str(Path(small.file).parent))
    assert [result] == objects.read_images(
        [small], "acme", places, "auto", BOUNDS, {}, "auto", ExportTraits()
    )
    assert result.objects is not None
    assert result.objects.labels == ["猫"]
    assert [drop.reason for drop in result.drops] == [Reason.CROWD]


def test_one_child_serves_all_calls(small: FoundImage) -> None:
    read(small, Bounds())
    before = running_child()
    read(small, Bounds())
    assert running_child() is before


@limits_memory
def test_a_picture_that_takes_too_much_memory_costs_itself(
    small: FoundImage, huge: FoundImage
) -> None:
    bounds = Bounds(child_bytes=50_000_000)
    result = read(huge, bounds)
    of_both_annotations = [Reason.IMAGE_BOMB] * 2
    assert [drop.reason for drop in result.drops] == of_both_annotations
    assert read(small, bounds).objects


@limits_memory
def test_memory_beyond_the_limit_is_refused_by_the_system() -> None:
    bounds = Bounds(child_bytes=200_000_000)
    assert call(child_functions.take_memory, bounds, 1_000_000) == 1_000_000
    with pytest.raises(ChildDied, match="more memory than the limits allow") as caught:
        call(child_functions.take_memory, bounds, 500_000_000)
    assert caught.value.memory


def test_a_picture_that_takes_too_long_costs_itself(
    small: FoundImage, huge: FoundImage
) -> None:
    read(small, Bounds())
    with pytest.raises(ChildDied, match=r"longer than 0\.05 s"):
        read(huge, Bounds(child_seconds=0.05))
    assert read(small, Bounds()).objects


def test_a_crash_costs_the_picture_that_was_being_read(
    small: FoundImage, huge: FoundImage
) -> None:
    read(small, Bounds())
    threading.Timer(0.1, running_child().send_signal, [signal.SIGSEGV]).start()
    with pytest.raises(ChildDied, match="SIGSEGV"):
        read(huge, Bounds())
    assert read(small, Bounds()).objects


def test_it_runs_nothing_but_its_tasks() -> None:
    with pytest.raises(Fault, match=r"posix:getpid is not marked|is not marked"):
        call(os.getpid, Bounds())


def test_an_exception_that_no_rule_foresees_is_a_fault_with_its_traceback() -> None:
    with pytest.raises(Fault, match="KeyError: 'cat'") as caught:
        call(child_functions.fail, Bounds(), "cat")
    assert caught.value.summary == "KeyError: 'cat'"
    assert "in fail\n    return nothing[key]\n" in caught.value.trace
    assert call(child_functions.double, Bounds(), 21) == 42


def test_a_path_that_no_system_allows_is_a_fault() -> None:
    image = FoundImage(
        record=ImageRecord(name="a", document=""), path="a", file="\0", flags=[]
    )
    with pytest.raises(Fault, match="ValueError"):
        call(
            read_images,
            Bounds(),
            [image],
            "acme",
            Places(""),
            "auto",
            BOUNDS,
            {},
            "auto",
            ExportTraits(),
        )


def test_a_refusal_comes_through(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    limits = ArchiveLimits(
        archive_ratio=100, archive_bytes=10**9, archive_members=10, path_bytes=100
    )
    with pytest.raises(Refusal) as caught:
        call(unpack, Bounds(), str(tmp_path / "a.zip"), str(tmp_path / "out"), limits)
    assert caught.value.reason is Reason.MALFORMED_FILE


def test_want_of_memory_is_told_from_other_exceptions() -> None:
    with pytest.raises(ChildDied) as caught:
        call(child_functions.run_out_of_memory, Bounds())
    assert caught.value.memory


@pytest.mark.parametrize("missing", ["/proc", "setrlimit", "resource"])
def test_a_system_without_limits_gives_the_same_answers(
    missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if missing == "/proc":
        monkeypatch.setattr(process_limits, "_STATM", tmp_path / "statm")
    # Nothing may be limited in earnest: the function runs in the process of the tests.
    monkeypatch.setattr(process_limits.resource, "setrlimit", _refused)
    if missing == "resource":
        monkeypatch.setattr(process_limits, "resource", None)

    assert answer("double", 21) == Result(msgspec.Raw(msgspec.msgpack.encode(42)))
    assert answer("refuse", "why") == Refused("crowd", "why")
    assert answer("run_out_of_memory") == OutOfMemory()
    assert isinstance(answer("fail", "cat"), Faulted)


def answer(function: str, *arguments: object) -> object:
    name = f"{child_functions.__name__}:{function}"
    request = msgspec.msgpack.encode((name, 60.0, arguments))
    return answer_to(request, 10**9)


def _refused(*_: object) -> None:
    raise ValueError("not allowed")


def test_it_ends_with_its_parent() -> None:
    program = """
        import os, time
        from types import SimpleNamespace

        from curate.exports import child
        from tests.curate.exports.child_functions import double

        limits = SimpleNamespace(child_bytes=10**9, child_seconds=60.0)
        child.call(double, limits, 1)
        print(child._child(os.getpid(), 10**9)._process.pid, flush=True)
        time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as parent:
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
    program = """
        import sys
        import curate.exports.archives
        import curate.exports.child_process
        import curate.stages.objects

        large = ("pyarrow", "pydantic", "pandas", "upath", "dask", "torch")
        print([name for name in large if name in sys.modules])
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
