"""Archives made by code: what leaves their folder, blows up or lies."""

import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard

from curate.exports.archives import is_archive, unpack
from curate.reasons import Reason, Refusal
from tests.curate.exports.made_archives import LIMITS, refusal, tarred, zipped


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz"])
def test_a_good_archive_is_unpacked(tmp_path: Path, name: str) -> None:
    if name.endswith("zip"):
        archive = zipped(tmp_path / name, {"x/": b"", "x/a.txt": b"one", "b.txt": b""})
    else:
        regular = tarfile.REGTYPE
        archive = tarred(
            tmp_path / name,
            ("x", b"", tarfile.DIRTYPE),
            ("x/a.txt", b"one", regular),
            ("b.txt", b"", regular),
        )
    assert is_archive(archive)
    unpack(str(archive), str(tmp_path / "out"), LIMITS)
    assert (tmp_path / "out/x/a.txt").read_bytes() == b"one"
    assert (tmp_path / "out/b.txt").read_bytes() == b""


@pytest.mark.parametrize(
    "name", ["../a", "/a", "x/../../a", "C:\\a", "..\\a", "\\\\host\\a"]
)
@pytest.mark.parametrize(
    "make",
    [
        lambda path, name: zipped(path, {name: b"x"}),
        lambda path, name: tarred(path, (name, b"x", tarfile.REGTYPE)),
    ],
)
def test_a_member_that_leaves_the_folder_refuses_the_archive(
    tmp_path: Path, name: str, make: Callable[[Path, str], Path]
) -> None:
    assert refusal(make(tmp_path / "a.bin", name)) is Reason.ARCHIVE_ESCAPE


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.FIFOTYPE,
    ],
)
def test_what_is_written_through_a_link_or_a_device_refuses_the_archive(
    tmp_path: Path, kind: bytes
) -> None:
    good = ("a", b"x", tarfile.REGTYPE)
    link = ("b", b"a", kind)
    for number, through in enumerate(("b/c", "b")):
        archive = tmp_path / f"{number}.tar"
        tarred(archive, good, link, (through, b"x", tarfile.REGTYPE))
        assert refusal(archive) is Reason.ARCHIVE_ESCAPE


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (tarfile.SYMTYPE, b"/etc/passwd"),
        (tarfile.SYMTYPE, b"../../outside"),
        (tarfile.SYMTYPE, b"nowhere"),
        (tarfile.SYMTYPE, b"up/outside"),
        (tarfile.LNKTYPE, b"../outside"),
        (tarfile.LNKTYPE, b"up/outside"),
        (tarfile.CHRTYPE, b""),
        (tarfile.FIFOTYPE, b""),
    ],
)
def test_a_link_that_leads_out_or_a_device_costs_itself(
    tmp_path: Path, kind: bytes, target: bytes
) -> None:
    (tmp_path / "outside").write_bytes(b"secret")
    archive = tarred(
        tmp_path / "a.tar",
        ("x/a", b"x", tarfile.REGTYPE),
        ("up", b"x/../..", tarfile.SYMTYPE),
        ("x/b", target, kind),
    )
    unpacked = unpack(str(archive), str(tmp_path / "out"), LIMITS)
    assert set(unpacked.refused) == {"up", "x/b"}
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["x", "a"]


def test_links_inside_an_archive_lead_where_they_did(tmp_path: Path) -> None:
    archive = tarred(
        tmp_path / "a.tar",
        ("latest", b"x", tarfile.SYMTYPE),
        ("x/hard", b"./x/a", tarfile.LNKTYPE),
        ("x/a", b"content", tarfile.REGTYPE),
        ("y/soft", b"../x/a", tarfile.SYMTYPE),
    )
    unpacked = unpack(str(archive), str(tmp_path / "tar"), LIMITS)
    assert not unpacked.refused
    for path in ("latest/a", "x/hard", "y/soft"):
        assert (tmp_path / "tar" / path).read_bytes() == b"content"

    archive = zipped(tmp_path / "a.zip", {"b": b"/etc/passwd"}, mode=0o120777)
    unpacked = unpack(str(archive), str(tmp_path / "zip"), LIMITS)
    assert set(unpacked.refused) == {"b"}
    assert not list((tmp_path / "zip").iterdir())


def test_a_tar_of_zstd_is_unpacked_and_its_bombs_are_stopped(tmp_path: Path) -> None:
    plain = tarred(tmp_path / "a.tar", ("x/a.txt", b"one", tarfile.REGTYPE))
    archive = tmp_path / "a.tar.zst"
    archive.write_bytes(zstandard.compress(plain.read_bytes()))
    assert is_archive(archive)
    unpack(str(archive), str(tmp_path / "out"), LIMITS)
    assert (tmp_path / "out/x/a.txt").read_bytes() == b"one"

    bomb = tarred(tmp_path / "b.tar", ("a", bytes(900_000), tarfile.REGTYPE))
    for data, expected in (
        (zstandard.compress(bomb.read_bytes()), Reason.ARCHIVE_BOMB),
        (archive.read_bytes()[:-20], Reason.MALFORMED_FILE),
        (b"\x28\xb5\x2f\xfd" + bytes(90), Reason.MALFORMED_FILE),
    ):
        other = tmp_path / "other.tar.zst"
        other.write_bytes(data)
        assert refusal_of(other, tmp_path / "refused") is expected


def refusal_of(archive: Path, folder: Path) -> Reason:
    with pytest.raises(Refusal) as caught:
        unpack(str(archive), str(folder), LIMITS)
    return caught.value.reason


@pytest.mark.parametrize("name", ["a/" * 120 + "b.png", "c" * 300 + ".png"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_path_that_is_too_long_costs_itself(
    tmp_path: Path, name: str, kind: str
) -> None:
    limits = msgspec.structs.replace(LIMITS, path_bytes=230 + len(name) // 300 * 100)
    if kind == "zip":
        archive = zipped(tmp_path / "a.zip", {name: b"x", "good.png": b"good"})
    else:
        regular = tarfile.REGTYPE
        archive = tarred(
            tmp_path / "a.tar", (name, b"x", regular), ("good.png", b"good", regular)
        )
    unpacked = unpack(str(archive), str(tmp_path / "out"), limits)
    assert unpacked.refused[name].reason is Reason.OVER_LIMIT
    assert (tmp_path / "out/good.png").read_bytes() == b"good"


def test_an_archive_of_endless_paths_is_a_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curate.exports.archive_writing._MOST_LONG_NAMES", 1000)
    long = {f"{number}{'x' * 400}": b"" for number in range(5)}
    assert refusal(zipped(tmp_path / "a.zip", long)) is Reason.ARCHIVE_BOMB


def test_of_members_of_one_path_the_last_one_counts(tmp_path: Path) -> None:
    regular = tarfile.REGTYPE
    archive = tarred(
        tmp_path / "a.tar",
        ("a", b"first", regular),
        ("b", b"x", regular),
        ("./a", b"last", regular),
    )
    unpacked = unpack(str(archive), str(tmp_path / "out"), LIMITS)
    assert (tmp_path / "out/a").read_bytes() == b"last"
    assert (unpacked.replaced, unpacked.refused) == (["a"], {})


def test_a_file_where_a_folder_is_costs_itself(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "a.zip",
        {"a": b"x", "a/b": b"x", "a/b/c": b"x", "d/e": b"x", "d": b"x"},
    )
    unpacked = unpack(str(archive), str(tmp_path / "out"), LIMITS)
    reasons = {path: why.reason for path, why in unpacked.refused.items()}
    assert reasons == dict.fromkeys(["a/b", "a/b/c", "d"], Reason.MALFORMED_FILE)
    assert (tmp_path / "out/d/e").is_file()


def test_names_that_differ_in_case_alone_are_two_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.png": b"1", "A.png": b"2"})
    assert unpack(str(archive), str(tmp_path / "out"), LIMITS).refused == {}

    # A system that does not tell them apart lists the first name when asked for the second.
    again = zipped(tmp_path / "b.zip", {"a.png": b"1", "./a.png": b"2"})
    monkeypatch.setattr("os.listdir", lambda _: ["A.PNG"])
    unpacked = unpack(str(again), str(tmp_path / "again"), LIMITS)
    assert unpacked.refused["a.png"].reason is Reason.UNREADABLE_FILE
    assert (tmp_path / "again/a.png").read_bytes() == b"1"


def test_names_in_another_encoding_are_read_and_other_readings_kept(
    tmp_path: Path,
) -> None:
    name = "图片/1.png".encode("gbk")
    archive = zipped(tmp_path / "a.zip", {"P" * len(name): b"x"})
    archive.write_bytes(archive.read_bytes().replace(b"P" * len(name), name))
    unpacked = unpack(str(archive), str(tmp_path / "zip"), LIMITS)
    assert (tmp_path / "zip/图片/1.png").is_file()
    assert unpacked.spellings[name.decode("utf-8")] == "图片/1.png"

    gnu = tarfile.GNU_FORMAT
    with tarfile.open(tmp_path / "a.tar", "w", format=gnu, encoding="gbk") as opened:
        opened.addfile(tarfile.TarInfo("图片/1.png"))
    unpack(str(tmp_path / "a.tar"), str(tmp_path / "tar"), LIMITS)
    assert (tmp_path / "tar/图片/1.png").is_file()


def test_a_bomb_is_stopped_by_what_it_unpacks_to(tmp_path: Path) -> None:
    assert (
        refusal(zipped(tmp_path / "ratio.zip", {"a": bytes(900_000)}))
        is Reason.ARCHIVE_BOMB
    )
    assert (
        refusal(tarred(tmp_path / "ratio.tgz", ("a", bytes(900_000), tarfile.REGTYPE)))
        is Reason.ARCHIVE_BOMB
    )
    assert (
        refusal(tarred(tmp_path / "size.tar", ("a", bytes(1_100_000), tarfile.REGTYPE)))
        is Reason.ARCHIVE_BOMB
    )
    many = {f"{number}": b"" for number in range(21)}
    assert refusal(zipped(tmp_path / "many.zip", many)) is Reason.ARCHIVE_BOMB
    assert (
        refusal(
            tarred(
                tmp_path / "many.tar", *((name, b"", tarfile.REGTYPE) for name in many)
            )
        )
        is Reason.ARCHIVE_BOMB
    )


def test_an_archive_inside_is_a_file_at_first(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"bomb": bytes(900_000)}).read_bytes()
    unpack(
        str(zipped(tmp_path / "a.zip", {"inner.zip": inner})),
        str(tmp_path / "out"),
        LIMITS,
    )
    assert (tmp_path / "out/inner.zip").read_bytes() == inner


def test_headers_that_lie_about_sizes_do_not_help_a_bomb(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a": bytes(900_000)})
    data = bytearray(archive.read_bytes())
    size = struct.pack("<I", 900_000)
    assert data.count(size) == 2
    archive.write_bytes(data.replace(size, struct.pack("<I", 10)))
    assert refusal(archive) in (Reason.ARCHIVE_BOMB, Reason.MALFORMED_FILE)


def test_members_that_share_their_bytes_are_a_bomb(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "a.zip", {f"{number}": bytes(90_000) for number in range(2)}
    )
    with zipfile.ZipFile(archive) as opened:
        first, second = opened.infolist()
    data = archive.read_bytes()
    at = data.rindex(b"PK\x01\x02") + 42
    archive.write_bytes(
        data[:at] + struct.pack("<I", first.header_offset) + data[at + 4 :]
    )
    assert second.header_offset != first.header_offset
    assert refusal(archive) in (Reason.ARCHIVE_BOMB, Reason.MALFORMED_FILE)


def test_what_says_it_is_an_archive_and_is_none_is_refused(tmp_path: Path) -> None:
    fake = tmp_path / "a.zip"
    fake.write_bytes(b"<html>")
    assert is_archive(fake)
    assert refusal(fake) is Reason.MALFORMED_FILE
    assert not is_archive(Path(__file__))
