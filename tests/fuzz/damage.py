"""Ways to damage an export: each changes its files, and draws what it needs from a generator."""

import random
from collections.abc import Callable
from typing import Any

from tests.fuzz import byte_damage, picture_damage, text_damage
from tests.fuzz.choices import PICTURES, Files, some_file


def change_files(files: Files, rng: random.Random) -> None:
    """A file is lost, empty, a copy of another one, or has another name."""
    path = some_file(files, rng)
    other = some_file(files, rng)
    how = rng.randrange(7)
    if how == 0:
        del files[path]
    elif how == 1:
        files[path] = b""
    elif how == 2:
        files[path] = files[other]
    elif how == 3:
        files[f"copy/{path}"] = files[path]
    elif how == 4:
        files[path], files[other] = files[other], files[path]
    elif how == 5:
        files[f"{path}/{path.rpartition('/')[2]}"] = files.pop(path)
    else:
        name = rng.choice(("new.json", "a b.png", "x.txt", "ÄÖ.jpg", "n.xml", "m.csv"))
        files[name] = files.pop(path)


def change_picture(files: Files, rng: random.Random) -> None:
    """A picture or mask file is damaged as only a picture can be."""
    pictures = [path for path in files if path.lower().endswith(PICTURES)]
    path = some_file(files, rng, pictures)
    how = rng.choice(picture_damage.WAYS)
    files[path] = how(files[path], rng)


DAMAGES: dict[str, Callable[[Files, random.Random], None]] = {
    "flip": byte_damage.flip,
    "header": byte_damage.flip_header,
    "cut": byte_damage.cut,
    "splice": byte_damage.splice,
    "repeat": byte_damage.repeat,
    "number": text_damage.change_number,
    "attribute": text_damage.change_attribute,
    "text": text_damage.change_text,
    "json": text_damage.change_json,
    "move": text_damage.move_json,
    "nest": byte_damage.nest,
    "encoding": text_damage.change_encoding,
    "files": change_files,
    "picture": change_picture,
}
"""All ways, by the name that stands in a case."""

WEIGHTS = {"number": 6, "text": 4, "json": 6, "move": 4, "picture": 5}
"""How often a way is chosen, if not once: the document can be read after these."""


def changed_settings(settings: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """An export's settings, with what any export may say besides."""
    more: dict[str, Any] = {
        "objects": rng.choice(("auto", "instances", "components")),
        "frame": rng.choice(("auto", "displayed", "stored")),
        "scene": rng.choice(("auto", "full", "partial")),
    }
    return more | settings
