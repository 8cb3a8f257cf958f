"""Archives made by code, and the reason for which one is refused."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from curate.exports.archives import ArchiveLimits, unpack
from curate.reasons import Reason, Refusal

LIMITS = ArchiveLimits(
    archive_ratio=100.0, archive_bytes=1_000_000, archive_members=20, path_bytes=200
)


def zipped(path: Path, members: dict[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def tarred(path: Path, *members: tuple[str, bytes, bytes]) -> Path:
    """Members: name, content (or link target), type."""
    with tarfile.open(
        path, "w:gz" if path.suffix in (".gz", ".tgz") else "w"
    ) as archive:
        for name, content, kind in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content)
            else:
                info.linkname = content.decode()
            archive.addfile(info, io.BytesIO(content))
    return path


def refusal(archive: Path, limits: ArchiveLimits = LIMITS) -> Reason:
    before = set(archive.parent.iterdir())
    with pytest.raises(Refusal) as caught:
        unpack(str(archive), str(archive.parent / "out"), limits)
    assert set(archive.parent.iterdir()) == before, (
        "something of a refused archive stays"
    )
    return caught.value.reason
