"""A bank of grey fields, made once per process from fixed seeds, that textures are cut from.

Dead leaves and 1/f noise have the statistics of photographs; cells, cracks, wood, bricks and weaves
have those of surfaces.
"""

from functools import cache

import numpy as np

from examples.scenes import noise, patterns, scattered
from examples.scenes.noise import Field, FieldMaker


@cache
def field(name: str) -> Field:
    """The field of a name, one of `names()`; KeyError for another."""
    make = _MAKERS[name]
    seed = [sum(name.encode()), len(name)]
    return make(np.random.default_rng(seed))


def names() -> tuple[str, ...]:
    """The fields' names."""
    return tuple(_MAKERS)


_MAKERS: dict[str, FieldMaker] = {
    "cloud": noise.clouds(2.4),
    "smoke": noise.clouds(1.8),
    "stone": noise.clouds(1.4),
    "grain": noise.clouds(1.0),
    "sand": noise.clouds(0.4),
    "brushed": noise.clouds(0.8, stretch=14.0),
    "fur": noise.clouds(1.1, stretch=5.0),
    "water": noise.clouds(1.8, stretch=0.25),
    "ridges": noise.ridges,
    "wood": noise.wood,
    "marble": noise.marble,
    "patches": scattered.cells(140),
    "mosaic": scattered.cells(900),
    "pebbles": scattered.pebbles(260),
    "scales": scattered.pebbles(1100),
    "cracks": scattered.cracks,
    "foliage": scattered.dead_leaves(3500, smallest=5.0, corners=7),
    "litter": scattered.dead_leaves(1600, smallest=9.0, corners=16),
    "rubble": scattered.dead_leaves(1400, smallest=8.0, corners=4),
    "crowd": scattered.dead_leaves(500, smallest=18.0, corners=12),
    "stripes": patterns.stripes,
    "waves": patterns.waves,
    "checks": patterns.checks,
    "plaid": patterns.plaid,
    "bricks": patterns.bricks,
    "dots": patterns.dots,
    "weave": patterns.weave,
    "blades": scattered.blades,
    "specks": noise.specks,
}
