"""libjpeg-turbo is found in its package, else in the system, else not at all."""

import ctypes.util
import importlib.metadata
import re
from collections.abc import Iterator

import pytest

from curate.pixels import turbojpeg_library
from curate.pixels.turbojpeg_library import NotCropped, turbo_jpeg
from curate.records import Box


@pytest.fixture(autouse=True)
def found_anew() -> Iterator[None]:
    turbo_jpeg.cache_clear()
    yield
    turbo_jpeg.cache_clear()


def test_it_is_found_and_says_its_version() -> None:
    library = turbo_jpeg()
    if library is None:
        pytest.skip("no libjpeg-turbo with lossless crops")
    assert re.fullmatch(r"\d+\.\d+(\.\d+)*", library.version)
    with pytest.raises(NotCropped, match="JPEG"):
        library.crop(b"no picture at all", [Box(0, 0, 8, 8)])


@pytest.mark.parametrize("system", [None, "libz.so.1", "libnothing.so"])
def test_there_is_none_or_another_library(
    system: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_package(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(turbojpeg_library.importlib.metadata, "files", no_package)
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: system)
    assert turbo_jpeg() is None
