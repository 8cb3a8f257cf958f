"""Documents in which one value is not what it should be."""

import copy
import random
from typing import Any

_ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**70,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "text",
    "\ud800",
    "../../up.png",
    "/etc/passwd",
    [],
    [[]],
    {},
    {"a": 1},
    [None],
    ["a"],
    [1, 2],
    [[1, 2], [3, 4], [5, 6]],
    {"counts": [2**70], "size": [1, 2**70]},
)


def disturbed(data: Any, rng: random.Random) -> Any:
    """The document with one value, at any depth, made another one, left out or doubled."""
    if not isinstance(data, dict | list) or not data or rng.random() < 0.1:
        return copy.deepcopy(rng.choice(_ODD_VALUES))
    key = _some_key(data, rng)
    how = rng.random()
    if how < 0.1:
        del data[key]
    elif how < 0.2 and isinstance(data, list):
        data.append(copy.deepcopy(data[key]))
    else:
        data[key] = disturbed(data[key], rng)
    return data


def _some_key(data: Any, rng: random.Random) -> Any:
    if isinstance(data, dict):
        return rng.choice(list(data))
    return rng.randrange(len(data))
