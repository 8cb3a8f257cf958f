"""Files that a document names by an address."""

from pathlib import Path

import pytest
from upath import UPath

from curate.exports.files import Files, list_files
from curate.formats.shared.remote_files import find_file, image_name, path_of
from curate.limits import Limits

PATHS = (
    "a/images/1.png",
    "b/images/1.png",
    "images/2.png",
    "masks/1 2.png",
    "masks/0_10_30.png",
    "x/Upper.PNG",
    "y/3.png",
    "y/z/3.png",
)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    root = tmp_path / "export"
    for path in PATHS:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    (root / "images/link.png").symlink_to(root / "images/2.png")
    return list_files(UPath(root), Limits())


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("s3://bucket/customer/b/images/1.png", "b/images/1.png"),
        ("s3://bucket/2.png", "images/2.png"),
        ("https://host/masks/1%202.png?X-Amz-Signature=a/b#c", "masks/1 2.png"),
        ("s3://bucket/0_10:30.png", "masks/0_10_30.png"),
        ("s3://bucket/upper.png", "x/Upper.PNG"),
        ("gs://bucket/z/3.png", "y/z/3.png"),
        ("s3://bucket/1.png", None),
        ("s3://bucket/none.png", None),
        ("s3://bucket", None),
        ("a/images/1.png", "a/images/1.png"),
        ("a\\images\\1.png", "a/images/1.png"),
        ("images/1.png", None),
        ("../../2.png", "images/2.png"),
        ("", None),
    ],
)
def test_the_longest_common_end(files: Files, name: str, found: str | None) -> None:
    assert find_file(files, name, "doc.json") == found


def test_a_path_is_tried_from_the_documents_folder_first(files: Files) -> None:
    assert find_file(files, "images/1.png", "b/doc.json") == "b/images/1.png"
    assert find_file(files, "1.png", "doc.json", ["a/images"]) == "a/images/1.png"


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("s3://bucket/customer/b/images/1.png", "../b/images/1.png"),
        # By the file name alone: ingest finds it, and flags it.
        ("s3://bucket/2.png", "2.png"),
        ("s3://bucket/1.png", "1.png"),
        ("images/2.png", "images/2.png"),
        # A link is found, too: ingest says why it is not read.
        ("s3://bucket/images/link.png", "../images/link.png"),
    ],
)
def test_names_of_images(files: Files, name: str, called: str) -> None:
    assert image_name(files, name, "docs/doc.json") == called


def test_what_is_no_address_stays() -> None:
    assert path_of("C:\\photos\\1.png") == "C:/photos/1.png"
    assert path_of("what?.png") == "what?.png"
