"""The folder of pictures: what makes room, what stays, and what a kill leaves."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from upath import UPath

from curate.pixels import masks, run_lengths
from pipelines.loop.pictures import BuildPicture, Pictures, id_of
from pipelines.loop.problems import Problem
from pipelines.loop.records import Picture, SavedObject, SavedObjects

FILES = [bytes([number]) * 100 for number in range(4)]


def picture_of(data: bytes) -> Picture:
    return Picture(id_of(data), "a.png", 6, 4)


def keep(pictures: Pictures, data: bytes) -> str:
    pictures.keep(picture_of(data), data)
    return id_of(data)


def an_object() -> SavedObjects:
    counts = run_lengths.compress(masks.encode(np.ones((4, 6), np.bool_)))
    return SavedObjects([SavedObject((0, 0, 6, 4), counts)])


def test_the_oldest_without_objects_makes_room(tmp_path: Path) -> None:
    pictures = Pictures(UPath(tmp_path), {}, 250)
    first, second = keep(pictures, FILES[0]), keep(pictures, FILES[1])
    pictures.save(first, an_object())
    third = keep(pictures, FILES[2])
    assert pictures.read(first) == FILES[0]
    with pytest.raises(Problem, match="send the file first") as caught:
        pictures.find(second)
    assert caught.value.status == 404
    assert [each.id for each in pictures.listed()] == [first, third]

    pictures.save(third, an_object())
    with pytest.raises(Problem, match="move some of its folders away") as caught:
        keep(pictures, FILES[3])
    assert caught.value.status == 507
    assert len(list(tmp_path.iterdir())) == 2


def test_what_a_kill_leaves_is_removed_or_whole(tmp_path: Path) -> None:
    pictures = Pictures(UPath(tmp_path), {}, 1000)
    whole, half = keep(pictures, FILES[0]), keep(pictures, FILES[1])
    (tmp_path / half / "picture.json").unlink()
    (tmp_path / whole / "objects.json.partial").write_text("{")
    again = Pictures(UPath(tmp_path), {}, 1000)
    assert [each.id for each in again.listed()] == [whole]
    assert not (tmp_path / half).exists()
    assert again.objects(whole) == SavedObjects()


def test_a_picture_of_the_build_is_not_kept_twice(tmp_path: Path) -> None:
    file = tmp_path / "photo.png"
    file.write_bytes(FILES[0])
    picture = msgspec.structs.replace(picture_of(FILES[0]), is_of_build=True)
    store = UPath(tmp_path / "store")
    of_build = {picture.id: BuildPicture(picture, str(file))}
    pictures = Pictures(store, of_build, 1000)
    assert pictures.read(keep(pictures, FILES[0])) == FILES[0]
    assert list(store.iterdir()) == []
    pictures.save(picture.id, an_object())
    assert pictures.listed()[0].objects == 1

    file.write_bytes(FILES[1])
    with pytest.raises(Problem, match="has changed"):
        pictures.read(picture.id)
    file.unlink()
    with pytest.raises(Problem, match="not there any more"):
        pictures.read(picture.id)
