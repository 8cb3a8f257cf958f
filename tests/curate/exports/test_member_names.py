"""Names of archives that do not say their encoding."""

import unicodedata

import pytest

from curate.exports.member_names import read_member_name


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("images/plain.png", "ascii"),
        ("images/Tür 1.png", "utf-8"),
        ("images/图片1.png", "utf-8"),
        ("images/зима.png", "utf-8"),
        (unicodedata.normalize("NFD", "images/Tür.png"), "utf-8"),
        ("猫😀.png", "utf-8"),
        ("images/图片1.png", "cp936"),
        ("汽车/照片_01.jpg", "cp936"),
        ("中文数据集/训练.json", "cp936"),
        ("写真/テスト.png", "cp932"),
        ("画像/犬1.jpg", "cp932"),
        ("снимки/Кошка 1.png", "cp1251"),
        ("снимки/Кошка 1.png", "cp866"),
        ("images/Tür 1.png", "cp437"),
        ("images/Tür 1.png", "cp1252"),
        ("école/é.png", "cp1252"),
    ],
)
def test_a_name_is_read_as_it_was_written(name: str, encoding: str) -> None:
    assert read_member_name(name.encode(encoding))[0] == name


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("图.png", "cp936"),
        ("사진.png", "cp949"),
        ("ü.png", "cp437"),
        ("ü.png", "cp1252"),
    ],
)
def test_what_may_be_read_wrongly_has_the_right_reading_too(
    name: str, encoding: str
) -> None:
    text, others = read_member_name(name.encode(encoding))
    assert name in [text, *others]
