"""libjpeg-turbo is found in its package, else in the system, else not at all."""

import ctypes.util
import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from curate.pixels import turbojpeg_library
from curate.pixels.turbojpeg_library import NotCropped, library_file, load, version
from curate.records import Box


@pytest.fixture(autouse=True)
def found_anew() -> Iterator[None]:
    library_file.cache_clear()
    yield
    library_file.cache_clear()


def test_it_is_found_and_says_its_version() -> None:
    file = library_file()
    if file is None:
        pytest.skip("no libjpeg-turbo with lossless crops")
    assert Path(file).is_file()
    assert re.fullmatch(r"\d+\.\d+(\.\d+)*", version(file))
    with pytest.raises(NotCropped, match="JPEG"):
        load(file).crop(b"no picture at all", [Box(0, 0, 8, 8)])


@pytest.mark.parametrize("system", [None, "libz.so.1", "libnothing.so"])
def test_there_is_none_or_another_library(
    system: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_package(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(turbojpeg_library.importlib.metadata, "files", no_package)
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: system)
    assert library_file() is None
