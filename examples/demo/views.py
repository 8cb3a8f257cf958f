"""The demo's five views, with recognisable things in their natural materials."""

from collections.abc import Callable

from numpy.random import Generator

from examples.demo.garden import garden
from examples.demo.home import home
from examples.demo.scenery import View
from examples.demo.shop import shop
from examples.demo.street import street
from examples.demo.workshop import workshop

VIEWS: dict[str, Callable[[Generator, int, int], View]] = {
    "street": street,
    "home": home,
    "shop": shop,
    "garden": garden,
    "workshop": workshop,
}
"""The views by their names; each paints a picture of a height and width."""
