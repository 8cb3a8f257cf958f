"""Pages of paper: columns of text, titles, tables and figures."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import Ring, box
from examples.scenes.sampling import count, either, happens, one_of
from examples.scenes.things import Thing

_LETTERS_OF_WORD = (1, 10)
_LETTER_WIDTH = 0.55  # of its height; the gap to the next one included
_LETTER_INK = 0.3  # of its height: how wide its stroke is painted
_SMALL_LETTERS_TOP = 0.3  # of the height of a tall letter
_TALL = 0.35  # share of the letters that are tall
_LEADING = 2.0  # from line to line, in heights of a letter
_FIGURES = ("screen", "glass", "paint2", "box3")


@dataclass(frozen=True, slots=True)
class _Block:
    """A rectangle on a page, and the height of the letters in it."""

    x0: float
    y0: float
    x1: float
    y1: float
    letter: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def outline(self) -> Ring:
        return box(self.x0, self.y0, self.x1, self.y1)


def page(rng: Generator) -> Thing:
    """A page with one to three columns of blocks; each block is a part of it."""
    height = rng.uniform(0.7, 1.5)
    margin = rng.uniform(0.08, 0.2)
    columns = count(rng, 1, 4)
    gap = rng.uniform(0.06, 0.14)
    text_width = 2 * (1 - margin)
    column_width = (text_width - gap * (columns - 1)) / columns
    letter = column_width / rng.uniform(14, 60)

    thing = Thing("page")
    thing.add("paper", box(-1, -height, 1, height))
    for number in range(columns):
        left = -1 + margin + number * (column_width + gap)
        column = _Block(
            x0=left,
            y0=-height + margin * rng.uniform(0.6, 1.5),
            x1=left + column_width,
            y1=height - margin,
            letter=letter,
        )
        _fill_column(thing, rng, column)
    return thing


def _fill_column(thing: Thing, rng: Generator, column: _Block) -> None:
    """Put blocks below each other, down to the end of the column."""
    letter = column.letter
    top = column.y0
    while top < column.y1 - 4 * letter:
        wanted = top + letter * rng.uniform(4, 40)
        bottom = min(wanted, column.y1)
        block = _Block(column.x0, top, column.x1, bottom, letter)
        _add_block(thing, rng, block)
        top = bottom + letter * rng.uniform(1.5, 5)


def _add_block(thing: Thing, rng: Generator, block: _Block) -> None:
    """Put one block onto the page: mostly text, at times a title, a table or a figure."""
    kind = rng.random()
    if kind < 0.15:
        _add_text(thing, rng, "title", _title(rng, block))
    elif kind < 0.3:
        material = one_of(rng, _FIGURES)
        thing.add(material, block.outline, label="picture on a page")
    elif kind < 0.45:
        _add_table(thing, rng, block)
    else:
        _add_text(thing, rng, "text block", block)


def _title(rng: Generator, block: _Block) -> _Block:
    """A short block of large letters, where another block begins."""
    height = min(block.height, 4 * block.letter)
    width = block.width * rng.uniform(0.4, 1.0)
    return _Block(
        x0=block.x0,
        y0=block.y0,
        x1=block.x0 + width,
        y1=block.y0 + height,
        letter=2 * block.letter,
    )


def _add_text(thing: Thing, rng: Generator, label: str, block: _Block) -> None:
    """Lines of letters; the last one ends early. What is asked for is the box around them."""
    line_height = block.letter * _LEADING
    room = block.height - block.letter
    lines = 1 + max(0, int(room / line_height))
    is_ragged = happens(rng, 0.5)

    letters: list[Ring] = []
    for number in range(lines):
        shortened = 0.0
        if is_ragged:
            shortened = rng.uniform(0, 0.15)
        if 0 < number == lines - 1:
            shortened = rng.uniform(0, 0.7)
        end = block.x1 - block.width * shortened
        y = block.y0 + number * line_height
        letters += line_of_letters(rng, block.x0, end, y, block.letter)

    points = np.concatenate(letters)
    x0, y0 = points.min(axis=0).tolist()
    x1, y1 = points.max(axis=0).tolist()
    whole = thing.add("paper", box(x0, y0, x1, y1), label=label)
    thing.add("dark", *letters, inside=whole)


def line_of_letters(
    rng: Generator, x0: float, x1: float, y: float, letter: float
) -> list[Ring]:
    """Words from x0 to x1, of at least one letter; `letter`: their height, from `y` down."""
    letters: list[Ring] = []
    pitch = letter * _LETTER_WIDTH
    ink = letter * _LETTER_INK
    left_in_word = count(rng, *_LETTERS_OF_WORD)
    x = x0
    while x + ink <= x1 or not letters:
        is_tall = happens(rng, _TALL) or not letters
        top = y
        if not is_tall:
            top = y + letter * _SMALL_LETTERS_TOP
        letters.append(box(x, top, x + ink, y + letter))

        x += pitch
        left_in_word -= 1
        if left_in_word == 0:
            x += pitch
            left_in_word = count(rng, *_LETTERS_OF_WORD)
    return letters


def _add_table(thing: Thing, rng: Generator, block: _Block) -> None:
    """Rows and columns of short texts, with rules between them or without."""
    letter = block.letter
    row_height = letter * rng.uniform(2, 4)
    rows = max(2, int(block.height / row_height))
    columns = count(rng, 2, 6)
    tops = np.linspace(block.y0, block.y1, rows + 1)
    sides = np.linspace(block.x0, block.x1, columns + 1)

    ink: list[Ring] = []
    for top in tops[:-1]:
        for left, right in pairwise(sides):
            first = left + letter
            share = rng.uniform(0.2, 0.9)
            last = first + (right - first) * share
            ink += line_of_letters(rng, first, last, top + 0.4 * letter, letter)

    rule = letter * rng.uniform(0.06, 0.2)
    if happens(rng, 0.7):
        ink += [box(block.x0, y, block.x1, y + rule) for y in tops]
    if happens(rng, 0.5):
        ink += [box(x, block.y0, x + rule, block.y1) for x in sides]
    material = either(rng, 0.6, "paper", "box3")
    table = thing.add(material, block.outline, label="document table")
    thing.add("dark", *ink, inside=table)
