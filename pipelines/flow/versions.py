"""What a worker must have in common with the run: its code, its codecs, its libraries.

A worker with other code may write other rows, and one with another codec other bytes.
"""

import functools
import hashlib
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from curate.errors import InputError
from curate.shards.manifest import codec_versions

Versions = Mapping[str, str]
"""Versions by the name of what has them."""

_ROOMS = ("curate", "pipelines")  # the code that workers run
_LIBRARIES = (
    *("dask", "distributed", "fsspec", "msgspec", "numpy", "opencv-python-headless"),
    *("pandas", "rapidfuzz", "shapely"),
)
_MOST_WORKERS = 3  # in a message


@functools.cache
def versions_here() -> Versions:
    """The versions of this process."""
    libraries = {name: _version(name) for name in _LIBRARIES}
    python = ".".join(platform.python_version_tuple()[:2])
    own = {"segcurate": f"code {code_digest()}", "Python": python}
    return own | libraries | codec_versions()


@functools.cache
def code_digest() -> str:
    """Digest of the code that workers run, short enough to be read."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def differences(there: Versions, here: Versions) -> list[str]:
    """In what a worker differs from the run: a line for each, with both versions."""
    return [
        f"{name}: {there.get(name, 'missing')}, but the run has {version}"
        for name, version in here.items()
        if there.get(name) != version
    ]


def refuse_others(
    found: Mapping[str, Versions | BaseException], here: Versions
) -> None:
    """InputError if a worker differs. `found`: versions by address, or why nothing was found."""
    refused = []
    for worker, there in sorted(found.items()):
        if isinstance(there, OSError):
            continue  # it has just ended
        if isinstance(there, BaseException):
            refused.append(f"worker {worker} cannot run segcurate's code ({there!r})")
            continue
        different = differences(there, here)
        if different:
            refused.append(f"worker {worker} has {'; '.join(different)}")
    if not refused:
        return

    shown = refused[:_MOST_WORKERS]
    if len(refused) > len(shown):
        shown.append(f"and {len(refused) - len(shown)} more workers")
    advice = (
        "Nothing was done. Give all workers the run's code and releases (docs/scale.md)"
    )
    raise InputError("\n".join([*shown, advice]))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
