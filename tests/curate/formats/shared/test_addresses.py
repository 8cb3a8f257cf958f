"""Addresses of images, and the files that they mean."""

import pytest
from upath import UPath

from curate.exports.files import Files
from curate.formats.shared.addresses import ImageNames, path_of

FILES = (
    "a.png",
    "b/car.png",
    "c/d/car.png",
    "images/My cat (1).png",
    "x/20240101-a.png",
)


def find(*addresses: str, document: str = "export.json") -> str:
    return ImageNames(Files(UPath("/x"), FILES)).find(addresses, document)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("images/a%20b.png", "images/a%20b.png"),
        ("/mnt/images/a%20b.png", "a b.png"),
        ("https://example.org/x/a%2Fb.png?c=d.png", "b.png"),
        ("s3://bucket/what?/a.png", "what"),
        ("/data/local-files/?d=x%2Fa.png", "x/a.png"),
        ("/data/local-files?d=/mnt/x/a.png", "mnt/x/a.png"),
        ("/presign/?fileuri=!", ""),
        ("\\\\server\\photos\\a.png", "a.png"),
        ("C:\\photos\\a.png", "a.png"),
        ("", ""),
    ],
)
def test_of_an_address_only_the_file_means_anything(address: str, path: str) -> None:
    assert path_of(address) == path


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("gs://bucket/a.png", "a.png"),
        ("gs://bucket/A.PNG", "a.png"),
        ("gs://bucket/upload/1/20231231-a.png", "a.png"),
        ("gs://bucket/20240101-a.png", "20240101-a.png"),
        ("gs://bucket/20240102-a.png", "20240102-a.png"),
        ("gs://bucket/3f2a9c1e-a.png", "a.png"),
        ("gs://bucket/3f2a9c1e-My_cat_1.png", "My cat (1).png"),
        ("gs://bucket/c/d/car.png", "c/d/car.png"),
        ("https://example.org/b/car.png", "b/car.png"),
        ("https://example.org/car.png", "car.png"),
        ("nowhere/z.png", "nowhere/z.png"),
    ],
)
def test_the_file_that_is_meant(address: str, name: str) -> None:
    assert find(address) == name


def test_the_first_address_that_is_there_counts() -> None:
    assert find("z.png", "gs://x/a.png") == "a.png"
    assert find("z.png", "y.png") == "z.png"
    assert find() == ""


def test_names_are_seen_from_the_document() -> None:
    assert find("gs://x/c/d/car.png", document="b/export.json") == "../c/d/car.png"
