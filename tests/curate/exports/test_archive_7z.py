"""7z archives, as py7zr writes them: solid blocks, links, bombs, passwords, damage."""

import io
from pathlib import Path

import msgspec
import pytest
from upath import UPath

from curate.errors import InputError
from curate.exports.archives import ArchiveLimits, is_archive, unpack
from curate.exports.opening import open_export
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from tests.curate.exports.coco_folder import coco, settings

py7zr = pytest.importorskip("py7zr")

LIMITS = ArchiveLimits(
    archive_ratio=100.0, archive_bytes=1_000_000, archive_members=20, path_bytes=200
)


def packed(path: Path, members: dict[str, bytes], **options: object) -> Path:
    with py7zr.SevenZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writef(io.BytesIO(content), "x")
            archive.header.files_info.files[-1]["filename"] = name  # whatever it is
    return path


def refusal(archive: Path, limits: ArchiveLimits = LIMITS) -> Reason:
    before = set(archive.parent.iterdir())
    with pytest.raises(Refusal) as caught:
        unpack(str(archive), str(archive.parent / "out"), limits)
    assert set(archive.parent.iterdir()) == before, "something stays"
    return caught.value.reason


def test_a_7z_export_is_read(tmp_path: Path) -> None:
    folder = coco(tmp_path / "set")
    (folder / "link.png").symlink_to("a.png")
    (folder / "out.png").symlink_to("/etc/passwd")
    archive = tmp_path / "a.7z"
    with py7zr.SevenZipFile(archive, "w") as opened:
        opened.writeall(folder, "set")
    assert is_archive(archive)
    export = open_export(settings(archive), Limits(), UPath(tmp_path / "scratch"))
    assert export.files.paths == ("set/a.json", "set/a.png", "set/link.png")
    assert set(export.files.refused) == {"set/out.png"}
    assert export.read("set/a.png") == (folder / "a.png").read_bytes()


@pytest.mark.parametrize("name", ["../a", "/a", "x/../../a", "C:\\a", "..\\a"])
def test_a_member_that_leaves_the_folder_refuses_the_archive(
    tmp_path: Path, name: str
) -> None:
    assert refusal(packed(tmp_path / "a.7z", {name: b"x"})) is Reason.ARCHIVE_ESCAPE


def test_a_member_costs_itself_as_in_other_archives(tmp_path: Path) -> None:
    long = "a" * 201
    archive = packed(tmp_path / "a.7z", {"a": b"1", long: b"2", "A": b"", "a/": b"3"})
    unpacked = unpack(str(archive), str(tmp_path / "out"), LIMITS)
    assert unpacked.refused[long].reason is Reason.OVER_LIMIT
    assert (tmp_path / "out/A").read_bytes() == b""
    assert (unpacked.replaced, unpacked.written) == (["a"], 2)
    assert (tmp_path / "out/a").read_bytes() == b"3"


def test_bombs_are_stopped(tmp_path: Path) -> None:
    zeros = bytes(900_000)
    assert refusal(packed(tmp_path / "a.7z", {"a": zeros})) is Reason.ARCHIVE_BOMB
    many = {f"{number}": b"x" for number in range(21)}
    assert refusal(packed(tmp_path / "b.7z", many)) is Reason.ARCHIVE_BOMB
    roomy = msgspec.structs.replace(LIMITS, archive_ratio=10_000.0, archive_bytes=100)
    assert refusal(tmp_path / "a.7z", roomy) is Reason.ARCHIVE_BOMB


@pytest.mark.parametrize("hides_names", [False, True])
def test_passwords_are_named(tmp_path: Path, hides_names: bool) -> None:
    archive = packed(
        tmp_path / "a.7z",
        {"a": b"secret"},
        password="p",  # noqa: S106
        header_encryption=hides_names,
    )
    assert refusal(archive) is Reason.ARCHIVE_ENCRYPTED


@pytest.mark.parametrize("method", ["BZIP2", "COPY", "DEFLATE", "LZMA2", "ZSTD"])
def test_methods_of_python_and_zstd_are_read(tmp_path: Path, method: str) -> None:
    filters = [{"id": getattr(py7zr, f"FILTER_{method}")}]
    archive = packed(tmp_path / "a.7z", {"a": b"content"}, filters=filters)
    unpack(str(archive), str(tmp_path / "out"), LIMITS)
    assert (tmp_path / "out/a").read_bytes() == b"content"


def test_other_methods_are_refused_by_name(tmp_path: Path) -> None:
    filters = [{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}]
    archive = packed(tmp_path / "a.7z", {"a": b"content"}, filters=filters)
    assert refusal(archive) is Reason.UNREADABLE_FILE


@pytest.mark.parametrize("place", range(0, 32, 3))
def test_damage_is_named(tmp_path: Path, place: int) -> None:
    content = bytes(range(256)) * 40
    archive = packed(tmp_path / "a.7z", {"a": content, "b": content[::-1]})
    data = archive.read_bytes()
    cut = tmp_path / "cut.7z"
    cut.write_bytes(data[: len(data) * place // 32])
    assert refusal(cut) in (Reason.MALFORMED_FILE, Reason.ARCHIVE_BOMB)

    spoilt = bytearray(data)
    spoilt[len(data) * place // 32] ^= 0xFF
    cut.write_bytes(spoilt)
    if 4 <= len(data) * place // 32 <= 7:
        return  # the version, which no reader looks at
    assert refusal(cut) in (Reason.MALFORMED_FILE, Reason.ARCHIVE_BOMB)


def test_without_py7zr_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(tmp_path / "a.7z", {"a": b"x"})
    monkeypatch.setattr("curate.exports.opening.find_spec", lambda _: None)
    with pytest.raises(InputError, match="pip install py7zr"):
        open_export(settings(archive), Limits(), UPath(tmp_path / "scratch"))
