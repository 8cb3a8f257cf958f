"""Archives that are encrypted, break off or are damaged, and a disk that is full."""

import errno
import struct
import tarfile
from pathlib import Path

import pytest

from curate.exports.archives import unpack
from curate.reasons import Reason
from tests.curate.exports.made_archives import LIMITS, refusal, tarred, zipped


@pytest.mark.parametrize("bit", [0x1, 0x41, 0x2001])
def test_an_encrypted_archive_is_refused_by_name(tmp_path: Path, bit: int) -> None:
    archive = zipped(tmp_path / "a.zip", {"a": b"secret"})
    data = bytearray(archive.read_bytes())
    at = data.index(b"PK\x01\x02") + 8
    data[at : at + 2] = struct.pack("<H", bit)
    archive.write_bytes(data)
    assert refusal(archive) is Reason.ARCHIVE_ENCRYPTED


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
def test_an_archive_that_breaks_off_is_refused(
    tmp_path: Path, name: str, share: float
) -> None:
    content = bytes(range(256)) * 100
    members = {f"{number}.bin": content for number in range(3)}
    if name.endswith("zip"):
        archive = zipped(tmp_path / name, members)
    else:
        archive = tarred(
            tmp_path / name, *((each, content, tarfile.REGTYPE) for each in members)
        )
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])
    assert refusal(archive) is Reason.MALFORMED_FILE


def test_a_tar_that_breaks_off_between_members_is_refused(tmp_path: Path) -> None:
    archive = tarred(
        tmp_path / "a.tar",
        ("a", bytes(512), tarfile.REGTYPE),
        ("b", bytes(512), tarfile.REGTYPE),
    )
    archive.write_bytes(archive.read_bytes()[:1024])
    assert refusal(archive) is Reason.MALFORMED_FILE


def test_damage_inside_a_member_is_found(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a": bytes(range(256)) * 40})
    data = bytearray(archive.read_bytes())
    data[60] ^= 0xFF
    archive.write_bytes(data)
    assert refusal(archive) is Reason.MALFORMED_FILE


def test_a_full_disk_is_no_fault_of_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("curate.exports.archive_writing._copy", full)
    archive = zipped(tmp_path / "a.zip", {"a": b"x"})
    with pytest.raises(OSError, match="No space left"):
        unpack(str(archive), str(tmp_path / "out"), LIMITS)
    assert not (tmp_path / "out").exists()
