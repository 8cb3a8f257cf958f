"""All kinds of things; what a scene wants more often is listed more often."""

from examples.scenes.animals import bird, fish, insect
from examples.scenes.buildings import house, sign, window
from examples.scenes.cars import car, lorry
from examples.scenes.forms import (
    cluster,
    letter,
    limbs,
    patch,
    ring,
    solid,
    stack,
    wire,
)
from examples.scenes.furniture import chair, lamp, sofa, table
from examples.scenes.people import person, portrait
from examples.scenes.plants import (
    cell,
    flower,
    fruit,
    leafy,
    mushroom,
    single_leaf,
    tree,
)
from examples.scenes.quadrupeds import quadruped
from examples.scenes.things import Maker
from examples.scenes.tools import bolt, gear, tool
from examples.scenes.vehicles import aeroplane, bicycle, boat
from examples.scenes.wares import bag, bottle, carton, clock, cup, device

LIVING: tuple[Maker, ...] = (
    quadruped,
    quadruped,
    bird,
    fish,
    insect,
    person,
    person,
    portrait,
    leafy,
    leafy,
    flower,
    tree,
    fruit,
    single_leaf,
    mushroom,
    cell,
)
"""People, animals and plants."""

MADE: tuple[Maker, ...] = (
    car,
    car,
    lorry,
    bicycle,
    aeroplane,
    boat,
    bottle,
    bottle,
    cup,
    carton,
    carton,
    gear,
    bolt,
    tool,
    device,
    bag,
    clock,
    chair,
    chair,
    table,
    sofa,
    lamp,
    sign,
    house,
    window,
)
"""What people make."""

FORMS: tuple[Maker, ...] = (
    solid,
    solid,
    solid,
    solid,
    limbs,
    limbs,
    limbs,
    wire,
    wire,
    ring,
    letter,
    patch,
    cluster,
    stack,
    stack,
)
"""Forms without a name."""

ANY: tuple[Maker, ...] = LIVING + MADE + FORMS + FORMS
"""Everything; forms without a name are about as frequent as things with one."""
