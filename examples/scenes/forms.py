"""Forms without a name: blobs, polygons, rings, letters, wires, patches; most have parts."""

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import (
    Outline,
    Point,
    Ring,
    box,
    capsule,
    ellipse,
    point_at,
    ribbon,
)
from examples.scenes.random_outlines import blob, convex, rough, star, wander
from examples.scenes.sampling import count, either, happens, one_of
from examples.scenes.things import Thing
from examples.scenes.traced_outlines import glyph, stain


def solid(rng: Generator) -> Thing:
    """One closed outline, smooth, angular, starry or ragged; two in three have marks on them."""
    outline = _outline(rng)
    # A torn edge: the roughness grows with the size.
    if happens(rng, 0.3):
        size = float(np.ptp(outline, axis=0).max())
        amount = size * one_of(rng, (0.004, 0.012))
        outline = rough(
            rng,
            outline,
            amount,
            step=size * rng.uniform(0.01, 0.03),
        )
    rings = [outline]
    if happens(rng, 0.15):
        hole = _outline(rng) * rng.uniform(0.1, 0.3)
        rings.append(hole + rng.normal(0, 0.3, 2))

    thing = Thing("shape")
    body = thing.add("a", rings)
    for material in "bcd"[: count(rng, 0, 4)]:
        marks = _marks(rng)
        # Several marks are a pattern; one alone is something that has an outline.
        label = "part" if len(marks) == 1 else ""
        thing.add(material, *marks, label=label, inside=body)
    return thing


def _outline(rng: Generator) -> Ring:
    """Any closed line about the origin, about 1 large."""
    kind = rng.random()
    if kind < 0.45:
        roughness = rng.uniform(0.1, 1.3)
        return blob(rng, roughness, waves=count(rng, 2, 12))
    if kind < 0.62:
        return convex(rng, corners=count(rng, 3, 9))
    if kind < 0.72:
        corners = count(rng, 3, 9)
        depth = rng.uniform(0.1, 0.7)
        return star(
            rng,
            corners,
            depth,
            jitter=one_of(rng, (0.02, 0.25)),
        )
    if kind < 0.85:
        top = -rng.uniform(0.2, 1.0)
        bottom = rng.uniform(0.2, 1.0)
        return box(
            x0=-1,
            y0=top,
            x1=1,
            y1=bottom,
            corner=one_of(rng, (0.0, 0.1, 0.4)),
        )
    return ellipse(1, rng.uniform(0.15, 1))


def _marks(rng: Generator) -> list[Ring]:
    """Stripes, dots, or one patch."""
    middle = rng.normal(0, 0.4, 2)
    if happens(rng, 0.35):
        return _stripes(rng)
    if happens(rng, 0.4):
        dots = []
        for _ in range(count(rng, 2, 14)):
            at = rng.uniform(-0.9, 0.9, 2)
            rx, ry = rng.uniform(0.04, 0.2, 2)
            dots.append(ellipse(rx, ry, at))
        return dots
    patch = _outline(rng) * rng.uniform(0.25, 0.8)
    return [patch + middle]


def _stripes(rng: Generator) -> list[Ring]:
    """Nine bars in any direction."""
    step = rng.uniform(0.15, 0.6)
    angle = rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-np.sin(angle), np.cos(angle)])
    stripes = []
    for number in range(-4, 5):
        middle = across * number * step
        bar = capsule(
            start=middle - along * 3,
            end=middle + along * 3,
            r0=step * 0.25,
        )
        stripes.append(bar)
    return stripes


def limbs(rng: Generator) -> Thing:
    """A body with arms: ellipses and tapering limbs joined at random, in up to three colours."""
    body = blob(rng, 0.3, 4) * rng.uniform(0.3, 0.7)
    arms = []
    for _ in range(count(rng, 2, 9)):
        middle, end = _bent_line(rng)
        thick = rng.uniform(0.06, 0.35)
        widths = [thick, thick * 0.8, thick * rng.uniform(0.2, 0.9)]
        arms.append(ribbon([np.zeros(2), middle, end], widths))
        if happens(rng, 0.3):
            rx, ry = rng.uniform(0.1, 0.3, 2)
            arms.append(ellipse(rx, ry, end))

    thing = Thing("figure")
    thing.add(
        "a",
        *arms[::2],
        *arms[3::2],
    )
    # The second arm is a part, and may have a colour of its own.
    thing.add(
        either(rng, 0.5, "b", "a"),
        arms[1],
        label="part",
    )
    trunk = thing.add("a", body)
    thing.add("c", *_marks(rng), inside=trunk)
    return thing


def _bent_line(rng: Generator) -> tuple[Point, Point]:
    """The middle and the end of a line from the origin that bends at its middle."""
    turn = rng.uniform(0, 2 * np.pi)
    reach = rng.uniform(0.6, 1.5)
    middle = point_at(turn, reach / 2)
    # x and y bend by different angles, so that the second half is also longer or shorter.
    x = np.cos(turn + rng.normal(0, 0.7))
    y = np.sin(turn + rng.normal(0, 0.7))
    end = middle + np.array([x, y]) * reach * 0.5
    return middle, end


def wire(rng: Generator) -> Thing:
    """A long thin thing: wire, crack, stem, snake, scratch; some fork."""
    steps = count(rng, 3, 9)
    line = wander(rng, steps, bend=one_of(rng, (0.15, 0.5, 1.0)))
    widths = rng.uniform(0.06, 0.5) * rng.uniform(0.3, 1.0, 4)
    # As thick everywhere.
    if happens(rng, 0.4):
        widths[:] = widths[0]

    branches = [ribbon(line, widths)]
    if happens(rng, 0.4):
        for _ in range(count(rng, 0, 3)):
            start = line[rng.integers(1, len(line) - 1)]
            walk = wander(rng, count(rng, 2, 5), 0.5)
            points = np.concatenate([[start], walk + start])
            branches.append(ribbon(points, widths[:2] * 0.7))
    thing = Thing("wire")
    thing.add("a", *branches)
    return thing


def ring(rng: Generator) -> Thing:
    """A ring, frame or net: what is behind shows through."""
    thing = Thing("ring")
    outer = _outline(rng)
    if happens(rng, 0.5):
        thing.add("a", [outer, outer * rng.uniform(0.4, 0.85)])
        return thing

    # A net in a frame.
    frame = [
        box(-1.5, -1.5, 1.5, 1.5),
        box(-1.35, -1.35, 1.35, 1.35),
    ]
    rows = np.arange(-0.8, 1, rng.uniform(0.25, 0.6))
    columns = np.arange(-0.8, 1, rng.uniform(0.25, 0.6))
    level = [capsule((-1.5, y), (1.5, y), 0.05) for y in rows]
    upright = [capsule((x, -1.5), (x, 1.5), 0.05) for x in columns]
    thing.add("a", frame, *level, *upright)
    return thing


def letter(rng: Generator) -> Thing:
    """A letter or digit."""
    thing = Thing("letter")
    thing.add("a", glyph(rng))
    return thing


def patch(rng: Generator) -> Thing:
    """A ragged patch with holes: stain, rust, cloud, moss."""
    thing = Thing("patch")
    thing.add("a", stain(rng))
    return thing


def cluster(rng: Generator) -> Thing:
    """Many small forms that make one thing: grapes, rubble, foliage, a flock."""
    # All grains have one shape, in several sizes.
    small = solid(rng).layers[0].outlines[0]
    number = count(rng, 5, 40)
    size = rng.uniform(0.12, 0.4)
    round_spots = rng.normal(0, 0.5, (number, 2))
    spots = round_spots * (1, rng.uniform(0.3, 1))
    grains: list[Outline] = []
    for at in spots:
        grain = [outline * size * rng.uniform(0.5, 1.3) + at for outline in small]
        grains.append(grain)

    thing = Thing("cluster")
    thing.add("a", *grains[::2])
    thing.add(either(rng, 0.4, "b", "a"), *grains[1::2])
    return thing


def stack(rng: Generator) -> Thing:
    """Solids built onto each other, each a part in its own colour."""
    thing = Thing("stack")
    at = np.zeros(2)
    for number in range(count(rng, 2, 6)):
        outline = _outline(rng) * rng.uniform(0.3, 0.9)
        thing.add(
            "abcd"[number % 4],
            outline + at,
            label="part",
        )
        # The next solid is beside the last one, and touches it mostly.
        at = at + rng.normal(0, 0.55, 2)
    return thing
