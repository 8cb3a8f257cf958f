"""The demo's workshop: gears, bolts and tools on a bench that has scratches and stains."""

import numpy as np
from numpy.random import Generator

from examples.demo.scenery import Choice, View, daylight, somewhere
from examples.scenes.backgrounds import band
from examples.scenes.canvas import Canvas
from examples.scenes.forms import patch, wire
from examples.scenes.outlines import polygon
from examples.scenes.sampling import count, happens, one_of
from examples.scenes.staging import lay
from examples.scenes.textures import Material, grey, near, plain, render
from examples.scenes.things import Thing
from examples.scenes.tools import bolt, gear, tool
from examples.scenes.wares import carton, device

_ON_BENCH: tuple[Choice, ...] = (
    (gear, 0.3),
    (gear, 0.2),
    (bolt, 0.22),
    (bolt, 0.22),
    (tool, 0.55),
    (tool, 0.5),
    (carton, 0.25),
    (device, 0.3),
)
_WOOD = np.array([150.0, 110.0, 72.0])


def workshop(rng: Generator, height: int, width: int) -> View:
    """A bench from above."""
    canvas = daylight(rng, render(rng, _bench(rng), height, width))
    for _ in range(count(rng, 1, 5)):
        _add_fault(canvas, rng)
    for _ in range(count(rng, 4, 13)):
        make, share = one_of(rng, _ON_BENCH)
        at = somewhere(rng, canvas, across=(0.02, 0.98), down=(0.02, 0.98))
        thing = make(rng)
        size = height * share * rng.uniform(0.8, 1.3)
        lay(canvas, rng, thing, at, size)
    return View(canvas, [("bench", band(height, width, 0, 1))])


def _bench(rng: Generator) -> Material:
    """Metal, wood or stone."""
    name = one_of(rng, ("brushed", "brushed", "wood", "stone"))
    if name == "wood":
        tone = near(rng, _WOOD, 8)
        return plain(tone, name, contrast=22, scale=1.3)
    tone = near(rng, grey(rng.uniform(95, 185)), 8)
    return plain(tone, name, contrast=11, scale=1.3)


def _add_fault(canvas: Canvas, rng: Generator) -> None:
    """A scratch or a stain of the bench itself."""
    is_scratch = happens(rng, 0.65)
    make = wire if is_scratch else patch
    fault = Thing("stain", make(rng).layers)
    at = somewhere(rng, canvas, across=(0.1, 0.9), down=(0.1, 0.9))
    if is_scratch:
        # A wire is too broad for a scratch.
        fault = _scratch(rng)
    lay(
        canvas,
        rng,
        fault,
        at,
        size=rng.uniform(60, 200),
        shadow=0.0,
        realism=0.0,
        closeness=1.0,
        company=0,
    )


def _scratch(rng: Generator) -> Thing:
    """A narrow wedge with a bend."""
    bend = rng.normal(0, 0.15)
    wedge = polygon(
        (-1, 0.02),
        (0, bend + 0.045),
        (1, 0.0),
        (0, bend - 0.045),
    )
    thing = Thing("scratch")
    thing.add("a", wedge)
    return thing
