"""The demo's five views, with recognisable things in their natural materials: street, home, shop, garden, workshop."""

from collections.abc import Callable

import cv2
import numpy as np

from examples import animals, buildings, forms, furniture, plants, vehicles, wares
from examples.canvas import Canvas, Thing
from examples.demo_scenery import View, band, daylight, floor, lay, sky, stand
from examples.scenery import Maker
from examples.textures import near, plain, render
from examples.wardrobe import natural

Generator = np.random.Generator


def street(rng: Generator, height: int, width: int) -> View:
    """Houses, a pavement, a road; cars, lorries, people, bicycles, signs, trees."""
    kerb, level = 0.50, 0.60
    canvas = daylight(rng, sky(rng, height, width))
    x = -20.0
    while x < width:
        tall = height * rng.uniform(0.26, 0.5)
        if rng.random() < 0.15:
            stand(canvas, rng, plants.tree(rng), x + 40, height * kerb, tall, shadow=0.1)
            x += 70
            continue
        house = buildings.house(rng)
        stand(canvas, rng, house, x + 55, height * kerb, tall, shadow=0.0, company=0)
        last = (
            canvas.entries[-1]
            if not canvas.entries
            else max(canvas.entries, key=lambda each: each.window[2])
        )
        x = max(x + 40, last.window[2] - rng.uniform(0, 12))
    top, low = round(kerb * height), round(level * height)
    paving = plain(near(rng, np.full(3, 165.0), 12), "bricks", 10, rng.uniform(0.5, 1.0))
    asphalt = plain(near(rng, np.full(3, 88.0), 10), "sand", 14, 0.9)
    canvas.image[top:low] = floor(rng, paving, low - top, width)
    canvas.image[low:] = floor(rng, asphalt, height - low, width)
    canvas.owner[top:] = 0
    canvas.image[low : low + 4] = near(rng, np.full(3, 190.0), 8)
    _lanes(canvas.image, rng, low)
    feet = np.sort(rng.uniform(kerb + 0.03, 0.99, int(rng.integers(5, 11))))
    for foot in feet:
        _street_thing(canvas, rng, float(foot), level)
    regions = [
        ("sky", band(height, width, 0, kerb)),
        ("pavement", band(height, width, kerb, level)),
        ("road", band(height, width, level, 1)),
    ]
    return View(canvas, regions)


def _street_thing(canvas: Canvas, rng: Generator, foot: float, level: float) -> None:
    height, width = canvas.size
    near_by = 0.35 + 1.3 * (foot - 0.5)
    at, kind = float(rng.uniform(0.02, 0.98) * width), rng.random()
    if foot < level:
        makers: tuple[tuple[Maker, float], ...] = (
            (animals.person, 0.42),
            (animals.person, 0.42),
            (plants.tree, 0.75),
            (buildings.sign, 0.55),
            (vehicles.bicycle, 0.28),
            (animals.quadruped, 0.16),
        )
    elif kind < 0.6:
        makers = ((vehicles.car, 0.26),)
    elif kind < 0.75:
        makers = ((vehicles.lorry, 0.42),)
    else:
        makers = ((animals.person, 0.42), (vehicles.bicycle, 0.28), (buildings.sign, 0.6))
    make, tall = makers[rng.integers(len(makers))]
    stand(
        canvas,
        rng,
        make(rng),
        at,
        foot * height,
        max(30.0, tall * near_by * height * rng.uniform(0.9, 1.15)),
    )


def _lanes(image: np.ndarray, rng: Generator, top: int) -> None:
    """White dashes that run towards the vanishing point."""
    height, width = image.shape[:2]
    vanish = width * rng.uniform(0.3, 0.7)
    for lane in (-0.9, 0.35, 1.6):
        for near_end in np.geomspace(0.12, 1.0, 6):
            y0, y1 = top + (height - top) * near_end * 0.72, top + (height - top) * near_end
            x0, x1 = (vanish + (lane - 0.35) * (y - top + 25) * width / height for y in (y0, y1))
            wide0, wide1 = 2 + 7 * near_end * 0.7, 2 + 9 * near_end
            ring = np.array([(x0, y0), (x0 + wide0, y0), (x1 + wide1, y1), (x1, y1)])
            cv2.fillPoly(
                image, [(ring * 16).astype(np.int32)], (205.0, 205.0, 200.0), cv2.LINE_AA, 4
            )


def home(rng: Generator, height: int, width: int) -> View:
    """A room: wall, floor, furniture, a lamp, a plant, a cat, a person."""
    level = rng.uniform(0.52, 0.66)
    tone = near(rng, np.array([205.0, 195.0, 180.0]), 22)
    canvas = daylight(
        rng,
        render(
            rng, plain(tone, str(rng.choice(["cloud", "plaid", "grain"])), 6, 2.0), height, width
        ),
    )
    low = round(level * height)
    boards = natural(rng, str(rng.choice(["wood", "wood2"])))
    canvas.image[low:] = floor(rng, boards, height - low, width)
    canvas.image[low - 6 : low] = near(rng, np.full(3, 235.0), 6)
    for _ in range(int(rng.integers(1, 4))):
        at = (rng.uniform(0.1, 0.9) * width, rng.uniform(0.15, 0.35) * height)
        maker = (buildings.window, wares.clock, wares.device)[rng.integers(3)]
        lay(
            canvas,
            rng,
            maker(rng),
            at,
            height * rng.uniform(0.16, 0.36),
            turn=0.02,
            shadow=0.3,
            company=2,
        )
    makers: tuple[tuple[Maker, float], ...] = (
        (furniture.chair, 0.42),
        (furniture.chair, 0.42),
        (furniture.sofa, 0.34),
        (furniture.table, 0.3),
        (furniture.lamp, 0.6),
        (plants.leafy, 0.42),
        (animals.quadruped, 0.2),
        (animals.person, 0.7),
        (wares.bag, 0.16),
        (wares.carton, 0.2),
    )
    for foot in np.sort(rng.uniform(level + 0.05, 1.0, int(rng.integers(5, 10)))):
        make, tall = makers[rng.integers(len(makers))]
        stand(
            canvas,
            rng,
            make(rng),
            rng.uniform(0.08, 0.92) * width,
            foot * height,
            tall * height * (0.6 + 0.7 * foot - 0.2),
        )
    return View(
        canvas, [("wall", band(height, width, 0, level)), ("floor", band(height, width, level, 1))]
    )


def shop(rng: Generator, height: int, width: int) -> View:
    """Shelves with bottles, boxes, cups and bags in rows, several of each."""
    rows = int(rng.integers(2, 4))
    tone = near(rng, np.full(3, rng.choice([70.0, 150.0, 205.0])), 12)
    canvas = daylight(rng, render(rng, plain(tone, "brushed", 6, 2.0), height, width))
    canvas.light = (-0.3, -0.5, 1.0)
    board = natural(rng, str(rng.choice(["wood", "metal", "white"])))
    deep, shelf = round(height * 0.035), np.zeros((height, width), np.bool_)
    for row in range(rows):
        top, foot = row * height / rows, (row + 1) * height / rows - deep
        reach = round(top) + round(height * 0.09)
        canvas.image[round(top) : reach] *= np.linspace(0.45, 1, reach - round(top))[:, None, None]
        canvas.image[round(foot) - 3 : round(foot) + deep] = render(rng, board, deep + 3, width)
        canvas.image[round(foot) - 3 : round(foot)] *= 0.75
        shelf[round(foot) - 3 : round(foot) + deep] = True
        _fill_row(canvas, rng, foot - 2, (foot - top) * 0.86)
    return View(canvas, [("wall", band(height, width, 0, 1)), ("shelf", shelf)])


def _fill_row(canvas: Canvas, rng: Generator, foot: float, room: float) -> None:
    """Groups of like things along a board."""
    width, x = canvas.size[1], rng.uniform(-10, 20)
    makers: tuple[tuple[Maker, float], ...] = (
        (wares.bottle, 1.0),
        (wares.bottle, 0.85),
        (wares.carton, 0.75),
        (wares.cup, 0.5),
        (wares.bag, 0.8),
        (plants.fruit, 0.35),
        (wares.clock, 0.5),
    )
    while x < width:
        make, share = makers[rng.integers(len(makers))]
        tall, seed = room * share * rng.uniform(0.8, 1.0), rng.integers(2**31)
        thing: Thing = make(np.random.default_rng(seed))
        points = np.concatenate(
            [ring for piece in thing.pieces for group in piece.groups for ring in group]
        )
        wide = float(np.ptp(points[:, 0]) / np.ptp(points[:, 1])) * tall
        for _ in range(int(rng.integers(1, 4))):
            stand(
                canvas,
                np.random.default_rng(seed),
                thing,
                x + wide / 2,
                foot + rng.uniform(-2, 2),
                tall,
                shadow=0.35,
                flip=False,
            )
            x += wide * rng.uniform(0.85, 1.1)
        x += rng.uniform(2, 30)


def garden(rng: Generator, height: int, width: int) -> View:
    """A bed or a lawn: plants in pots, flowers, mushrooms, fruit, leaves, birds and insects."""
    level = rng.uniform(0.0, 0.4)
    canvas = daylight(rng, sky(rng, height, width))
    low = round(level * height)
    grass = rng.random() < 0.6
    tone = near(rng, np.array([96.0, 118.0, 62.0]) if grass else np.array([112.0, 88.0, 66.0]), 12)
    ground = plain(
        tone, "blades" if grass else "rubble", 30 if grass else 20, rng.uniform(0.3, 0.6)
    )
    canvas.image[low:] = floor(rng, ground, height - low, width)
    if low > 30:
        hedge = natural(rng, "foliage")
        start = round(low * 0.45)
        canvas.image[start:low] = cv2.GaussianBlur(
            render(rng, hedge, low - start, width), (0, 0), 2.5
        )
    makers: tuple[tuple[Maker, float], ...] = (
        (plants.leafy, 0.55),
        (plants.leafy, 0.5),
        (plants.flower, 0.3),
        (plants.mushroom, 0.2),
        (plants.fruit, 0.15),
        (animals.bird, 0.17),
        (animals.quadruped, 0.22),
        (plants.tree, 0.7),
    )
    for foot in np.sort(rng.uniform(level + 0.12, 1.02, int(rng.integers(5, 12)))):
        make, tall = makers[rng.integers(len(makers))]
        stand(
            canvas,
            rng,
            make(rng),
            rng.uniform(0.03, 0.97) * width,
            foot * height,
            tall * height * (0.5 + 0.7 * foot),
        )
    for _ in range(int(rng.integers(0, 6))):
        maker = (plants.single_leaf, plants.single_leaf, animals.insect)[rng.integers(3)]
        lay(
            canvas,
            rng,
            maker(rng),
            (rng.uniform(0, 1) * width, rng.uniform(max(level, 0.3), 1) * height),
            height * rng.uniform(0.08, 0.2),
        )
    regions = [
        ("sky", band(height, width, 0, level)),
        ("grass" if grass else "soil", band(height, width, level, 1)),
    ]
    return View(canvas, regions)


def workshop(rng: Generator, height: int, width: int) -> View:
    """A bench from above: gears, bolts, tools and rings, and the bench's own scratches and stains."""
    name = str(rng.choice(["brushed", "brushed", "wood", "stone"]))
    tone = near(
        rng,
        np.array([150.0, 110.0, 72.0]) if name == "wood" else np.full(3, rng.uniform(95, 185)),
        8,
    )
    canvas = daylight(
        rng, render(rng, plain(tone, name, 22 if name == "wood" else 11, 1.3), height, width)
    )
    for _ in range(int(rng.integers(1, 5))):
        thing = forms.wire(rng) if rng.random() < 0.65 else forms.patch(rng)
        fault = Thing("scratch" if thing.label == "wire" else "stain", thing.pieces)
        at = (rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height)
        lay(
            canvas,
            rng,
            _thinned(rng, fault),
            at,
            rng.uniform(60, 200),
            shadow=0.0,
            realism=0.0,
            closeness=1.0,
            company=0,
        )
    makers: tuple[tuple[Maker, float], ...] = (
        (wares.gear, 0.3),
        (wares.gear, 0.2),
        (wares.bolt, 0.22),
        (wares.bolt, 0.22),
        (wares.tool, 0.55),
        (wares.tool, 0.5),
        (wares.carton, 0.25),
        (wares.device, 0.3),
    )
    for _ in range(int(rng.integers(4, 13))):
        make, size = makers[rng.integers(len(makers))]
        at = (rng.uniform(0.02, 0.98) * width, rng.uniform(0.02, 0.98) * height)
        lay(canvas, rng, make(rng), at, height * size * rng.uniform(0.8, 1.3))
    return View(canvas, [("bench", band(height, width, 0, 1))])


def _thinned(rng: Generator, fault: Thing) -> Thing:
    """A scratch drawn as a narrow wedge; stains stay as they are."""
    if fault.label == "stain":
        return fault
    bent = rng.normal(0, 0.15)
    wedge = np.array([(-1, 0.02), (0, bent + 0.045), (1, 0.0), (0, bent - 0.045)])
    return Thing("scratch", [type(fault.pieces[0])("a", [[wedge]])])


VIEWS: dict[str, Callable[[Generator, int, int], View]] = {
    "street": street,
    "home": home,
    "shop": shop,
    "garden": garden,
    "workshop": workshop,
}
