"""Archives inside exports: where their files are, which ids they get, and the limits on them."""

import gzip
import io
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from upath import UPath

from curate.drops import Drop, FaultReport
from curate.exports.export import Export
from curate.limits import Limits
from curate.reasons import Fault, Reason
from curate.stages.ingest import (
    FoundImage,
    Ingested,
    ingest_partition,
    keep_in,
    plan,
    read_export,
)
from tests.curate.exports.coco_folder import coco, opened, settings

Content = bytes | Mapping[str, "Content"]


def zipped(content: Mapping[str, Content]) -> bytes:
    """A zip; what is a mapping in it is a zip, too."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in content.items():
            archive.writestr(name, each if isinstance(each, bytes) else zipped(each))
    return sink.getvalue()


def paths(folder: Path, scratch: Path, limits: Limits | None = None) -> tuple[str, ...]:
    return opened(folder, scratch, limits).files.paths


def lost(export: Export) -> list[tuple[Reason, str]]:
    return [
        (each.reason, each.detail.split(":")[0])
        for each in export.lost
        if isinstance(each, Drop)
    ]


def ingest(export: Export) -> Ingested:
    stated = settings(export.files.root)
    planned = plan(export, read_export(export, stated), keep_in(UPath("memory://kept")))
    found = [each for each in planned if isinstance(each, FoundImage | Drop)]
    return ingest_partition(found, stated, export.files.places, export.limits)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "export"
    made.mkdir()
    return made


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


def test_an_archive_is_a_folder_beside_it(folder: Path, scratch: Path) -> None:
    (folder / "part1.zip").write_bytes(zipped({"a.json": b"{}", "images/1.png": b"1"}))
    (folder / "images.ZIP").write_bytes(zipped({"images/1.png": b"2"}))
    (folder / "deep").mkdir()
    with tarfile.open(folder / "deep/set.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("b.json"))
    export = opened(folder, scratch)
    assert export.files.paths == (
        "deep/set/b.json",
        "images/1.png",
        "part1/a.json",
        "part1/images/1.png",
    )
    assert export.read("part1/images/1.png") == b"1"
    assert export.read("images/1.png") == b"2"
    assert not list(folder.rglob("1.png")), "nothing is written into the export"


def test_ids_do_not_tell_how_an_export_was_packed(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    coco(plain / "part1")
    coco(plain / "part2")
    packed = tmp_path / "packed"
    packed.mkdir()
    for part in ("part1", "part2"):
        shutil.make_archive(str(packed / part), "zip", plain / part)
    shutil.make_archive(str(tmp_path / "all"), "zip", packed)
    shutil.make_archive(str(packed / "part2"), "gztar", plain, "part2")
    (packed / "part2.zip").unlink()

    ids = []
    for path in (plain, packed, tmp_path / "all.zip"):
        made = ingest(opened(path, tmp_path / "scratch"))
        ids.append(set(made.segments["object_id"].to_pylist()))
    assert len(ids[0]) == 2
    assert ids[0] == ids[1] == ids[2]


def test_annotations_and_images_may_be_packed_apart(
    tmp_path: Path, scratch: Path
) -> None:
    source = coco(tmp_path / "source")
    document, picture = ((source / name).read_bytes() for name in ("a.json", "a.png"))
    archive = tmp_path / "all.zip"
    inside = {"annotations.zip": {"a.json": document}, "images.zip": {"a.png": picture}}
    archive.write_bytes(zipped(inside))
    made = ingest(opened(archive, scratch))
    assert made.segments["image_path"].to_pylist() == ["images/a.png"]
    assert made.segments["flags"].to_pylist() == [[]]

    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / "a.json").write_bytes(document)
    (folder / "pictures.zip").write_bytes(zipped({"a.png": picture, "b.json": b"[]"}))
    export = opened(folder / "a.json", scratch)
    assert export.files.paths == ("a.json", "pictures/a.png")


def test_what_was_unpacked_beside_its_archive_is_read_once(
    folder: Path, scratch: Path
) -> None:
    (folder / "part").mkdir()
    (folder / "part/a.json").write_bytes(b"{}")
    (folder / "part.zip").write_bytes(zipped({"part/a.json": b"{}"}))
    export = opened(folder, scratch)
    assert export.files.paths == ("part/a.json",)
    assert "part.zip" in export.files.notes

    (folder / "part/a.json").write_bytes(b"{ }")
    assert paths(folder, scratch) == ("part.zip/a.json", "part/a.json")
    (folder / "part.tar.zip").write_bytes(zipped({"c": b""}))
    assert "part.tar/c" in paths(folder, scratch)


def test_archives_are_opened_to_the_depth_of_the_limits(
    folder: Path, scratch: Path
) -> None:
    content: Content = b"end"
    for number in (4, 3, 2, 1):
        content = {f"{number}.zip": content, f"{number}.txt": b""}
    (folder / "0.zip").write_bytes(zipped(content))
    export = opened(folder, scratch)
    assert export.files.paths == ("0/1.txt", "0/1/2.txt", "0/1/2/3.txt")
    assert lost(export) == [(Reason.OVER_LIMIT, "0/1/2/3.zip")]
    assert "3 archives" in str(export.lost[0])

    export = opened(folder, scratch, Limits(archive_depth=0))
    assert export.files.paths == ("0.zip",)
    assert "archive_depth" in export.files.notes["0.zip"]


def test_the_firewall_holds_at_each_depth(folder: Path, scratch: Path) -> None:
    encrypted = bytearray(zipped({"a": b"secret"}))
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    evil: dict[str, Content] = {
        "bomb.zip": {"zeros": bytes(3_000_000)},
        "broken.zip": b"PK\x03\x04 and no more",
        "escape.zip": {"../../evil": b"x"},
        "fake.zip": b"<html>",
        "secret.zip": bytes(encrypted),
    }
    reasons = {
        "bomb": Reason.ARCHIVE_BOMB,
        "broken": Reason.MALFORMED_FILE,
        "escape": Reason.ARCHIVE_ESCAPE,
        "fake": Reason.MALFORMED_FILE,
        "secret": Reason.ARCHIVE_ENCRYPTED,
    }
    (folder / "x.zip").write_bytes(zipped(evil | {"y.zip": evil, "good": b"good"}))
    export = opened(folder, scratch)
    assert export.files.paths == ("x/good",)
    assert lost(export) == [
        (reason, f"{start}{name}.zip")
        for start in ("x/", "x/y/")
        for name, reason in reasons.items()
    ]
    assert not list(scratch.parent.rglob("evil"))


def test_all_archives_together_hold_the_limits(folder: Path, scratch: Path) -> None:
    for number in range(4):
        (folder / f"{number}.zip").write_bytes(
            zipped({"a": bytes(999) + b"%d" % number})
        )
    for limits in (Limits(archive_bytes=3000), Limits(archive_members=3)):
        for _ in range(2):  # unpacked, and found unpacked
            export = opened(folder, scratch, limits)
            assert export.files.paths == ("0/a", "1/a", "2/a")
            assert lost(export) == [(Reason.ARCHIVE_BOMB, "3.zip")]


def test_what_an_archive_unpacks_to_is_weighed_with_what_is_in_it(
    tmp_path: Path, scratch: Path
) -> None:
    """Each is within its ratio of 100, but 90 times 90 is not."""
    bombs = {f"{number}.zip": {"a": bytes(80_000)} for number in range(200)}
    (tmp_path / "a.zip").write_bytes(zipped(bombs | {"zeros": bytes(500_000)}))
    export = opened(tmp_path / "a.zip", scratch)
    unpacked = sum(export.files.size(path) or 0 for path in export.files.paths)
    assert unpacked <= 100 * (tmp_path / "a.zip").stat().st_size
    assert {reason for reason, _ in lost(export)} == {Reason.ARCHIVE_BOMB}


def test_a_fault_costs_the_archive_alone(
    folder: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise Fault("KeyError: 3", "Traceback: line 7")

    (folder / "a.zip").write_bytes(zipped({"a": b""}))
    (folder / "b").touch()
    monkeypatch.setattr("curate.exports.archive_files.call", faulty)
    export = opened(folder, scratch)
    assert export.files.paths == ("b",)
    report, drop = export.lost
    assert isinstance(report, FaultReport)
    assert isinstance(drop, Drop)
    assert drop.reason is Reason.FAULT


def test_links_and_long_names_in_a_nested_archive_cost_themselves(
    folder: Path, scratch: Path
) -> None:
    with tarfile.open(folder / "a.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("a/1.png"))
        link = tarfile.TarInfo("a/out.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("a/longer-than-this.png"))
    export = opened(folder, scratch, Limits(path_bytes=15))
    assert export.files.paths == ("a/1.png",)
    refused = {path: why.reason for path, why in export.files.refused.items()}
    assert refused == {
        "a/out.png": Reason.PATH_ESCAPE,
        "a/longer-than-this.png": Reason.OVER_LIMIT,
    }


def test_archives_at_a_url_are_fetched(tmp_path: Path, scratch: Path) -> None:
    source = coco(tmp_path / "source")
    remote = UPath("memory://nested")
    remote.mkdir(exist_ok=True)
    (remote / "a.json").write_bytes((source / "a.json").read_bytes())
    (remote / "images.zip").write_bytes(
        zipped({"a.png": (source / "a.png").read_bytes()})
    )
    made = ingest(opened(remote, scratch))
    assert made.segments["image_path"].to_pylist() == ["images/a.png"]

    export = opened(remote, scratch, Limits(archive_bytes=100))
    assert lost(export) == [(Reason.OVER_LIMIT, "images.zip")]


def test_a_file_packed_alone_is_read_as_what_is_in_it(
    folder: Path, scratch: Path
) -> None:
    coco(folder)
    document = folder / "a.json"
    packed = folder / "a.json.gz"
    packed.write_bytes(gzip.compress(document.read_bytes()))
    document.unlink()
    before = ingest(opened(folder, scratch))
    assert before.segments.num_rows > 0

    document.write_bytes(gzip.decompress(packed.read_bytes()))
    after = opened(folder, scratch / "other")
    assert ingest(after).segments["object_id"] == before.segments["object_id"]
    assert "beside it already" in after.files.notes["a.json.gz"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no gzip", Reason.MALFORMED_FILE),
        (gzip.compress(b"{}" * 999)[:20], Reason.MALFORMED_FILE),
        (gzip.compress(bytes(20_000_000)), Reason.ARCHIVE_BOMB),
    ],
    # A name for each, as gzip holds the time, which must not be in a test's name.
    ids=["no gzip", "cut off", "bomb"],
)
def test_a_file_packed_badly_costs_itself(
    folder: Path, scratch: Path, content: bytes, reason: Reason
) -> None:
    (folder / "train.json.gz").write_bytes(content)
    (folder / "a.png").write_bytes(b"a picture")
    export = opened(folder, scratch)
    assert lost(export) == [(reason, "train.json.gz")]
    assert export.files.paths == ("a.png",)
