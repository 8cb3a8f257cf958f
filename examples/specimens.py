"""Views of specimens: cells under a microscope, a surface with faults, plants."""

import numpy as np

from examples import animals, forms, plants
from examples.canvas import Canvas, Piece, Thing
from examples.outlines import blob
from examples.scenery import (
    Maker,
    anywhere,
    clutter,
    defocus,
    in_front,
    log_size,
    new_canvas,
    put,
    start,
)
from examples.textures import near, plain, render


def cells(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """A micrograph: cells or grains, dark or bright, round or ragged, touching."""
    dark = rng.random() < 0.4
    tone = near(rng, np.full(3, 25.0 if dark else 215.0) * rng.uniform(0.7, 1.1, 3), 12)
    name = str(rng.choice(["cloud", "grain", "smoke", "stone"]))
    image = render(rng, plain(tone, name, rng.uniform(2, 18), rng.uniform(0.5, 2)), height, width)
    canvas = new_canvas(rng, image)
    canvas.softness = float(rng.uniform(0.3, 1.8))
    kin = near(rng, np.full(3, 140.0), 45) if dark else near(rng, tone * rng.uniform(0.35, 0.9), 18)
    colours = np.stack([near(rng, kin, 12) for _ in range(4)])
    waves, roughness, nucleus = int(rng.integers(1, 9)), rng.uniform(0.05, 0.7), rng.random() < 0.4
    size = log_size(rng, 16, 90)
    count = int(min(70, height * width / size**2 * rng.uniform(0.05, 0.7)))
    for _ in range(max(3, count)):
        body = blob(rng, roughness, waves)
        pieces = [Piece("a", [[body]])]
        if nucleus:
            pieces.append(Piece("b", [[blob(rng, 0.2, 4) * 0.45]], "nucleus", 0))
        put(
            canvas,
            rng,
            Thing("cell", pieces),
            colours,
            size * rng.lognormal(0, 0.25),
            anywhere(rng, canvas, -0.02),
            turn=2.0,
            realism=0.0,
            closeness=0.15,
            shadow=0.0,
        )
    return canvas


def surface(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """A surface with faults: stains, scratches, cracks, dents, holes; often faint."""
    tone = near(rng, np.full(3, rng.uniform(40, 210)), 15)
    name = str(
        rng.choice(
            ["brushed", "grain", "stone", "sand", "cloud", "weave", "wood", "cracks", "marble"]
        )
    )
    image = render(rng, plain(tone, name, rng.uniform(3, 35), rng.uniform(0.5, 2.5)), height, width)
    canvas = new_canvas(rng, image)
    canvas.softness = float(rng.uniform(0.2, 2.2))
    gap = rng.uniform(8, 70)
    colours = np.stack([near(rng, tone, gap) for _ in range(4)])
    makers: tuple[Maker, ...] = (forms.wire, forms.patch, forms.solid, forms.cluster, forms.wire)
    for _ in range(int(rng.integers(1, 8))):
        thing = makers[rng.integers(len(makers))](rng)
        put(
            canvas,
            rng,
            thing,
            colours,
            log_size(rng, 24, 400),
            anywhere(rng, canvas),
            turn=2,
            realism=0,
            closeness=0.3,
            shadow=0.0,
        )
    return canvas


def vegetation(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """Leaves over leaves, stems, fruit, flowers."""
    canvas, colours = start(rng, height, width)
    makers: tuple[Maker, ...] = (
        plants.single_leaf,
        plants.leafy,
        plants.flower,
        plants.fruit,
        plants.tree,
        plants.mushroom,
        forms.wire,
        animals.insect,
    )
    clutter(canvas, rng, colours, int(rng.integers(2, 14)), (30, 200), makers)
    defocus(canvas, rng, 0.6)
    kinds = [makers[k] for k in rng.integers(0, len(makers), 2)]
    size = log_size(rng, 40, 260)
    for _ in range(int(rng.integers(2, 14))):
        thing = kinds[rng.integers(2)](rng)
        put(
            canvas,
            rng,
            thing,
            colours,
            size * rng.uniform(0.5, 1.5),
            anywhere(rng, canvas),
            turn=1.2,
            realism=0.8,
            closeness=0.4,
        )
    in_front(canvas, rng, colours, 0.3)
    return canvas
