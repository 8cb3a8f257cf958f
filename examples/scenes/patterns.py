"""Grey fields of what people make: stripes, checks, bricks, dots, weaves.

Each is a regular pattern with a little noise.
"""

import numpy as np
from numpy.random import Generator

from examples.scenes.noise import Field, grid, spectral, spread


def stripes(rng: Generator) -> Field:
    """Level stripes with sharp borders, 32 px apart."""
    _, y = grid()
    phase = 2 * np.pi * y / 32
    wave = np.sin(phase)
    stripe = np.sign(wave)
    noise = 0.2 * spectral(rng, 1.2)
    return spread(stripe + noise)


def waves(rng: Generator) -> Field:
    """Soft wavy stripes."""
    _, y = grid()
    phase = 2 * np.pi * y / 25.6
    bend = 1.5 * spectral(rng, 2.4)
    wave = np.sin(phase + bend)
    noise = 0.2 * spectral(rng, 0.8)
    return spread(wave + noise)


def checks(rng: Generator) -> Field:
    """A chessboard with squares of 32 px."""
    x, y = grid()
    column = x // 32
    row = y // 32
    square = column + row
    is_bright = square % 2
    noise = 0.1 * spectral(rng, 1.2)
    return spread(is_bright + noise)


def plaid(rng: Generator) -> Field:
    """Stripes of 4 px in many tones, in both directions."""
    x, y = grid()
    column = (x // 4).astype(int)
    row = (y // 4).astype(int)

    # Sixteen tones in each direction, again and again.
    tones_of_columns = rng.normal(0, 1, 16)
    tones_of_rows = rng.normal(0, 1, 16)
    upright = tones_of_columns[column % 16]
    level = tones_of_rows[row % 16]
    crossed = upright + level
    noise = 0.15 * spectral(rng, 0.6)
    return spread(crossed + noise)


def bricks(rng: Generator) -> Field:
    """Bricks of 64 by 32 px in several tones, every second row moved by half a brick."""
    x, y = grid()
    row = (y // 32).astype(int)
    is_moved = row % 2
    moved_x = x + is_moved * 32
    column = (moved_x // 64).astype(int)
    tones = rng.uniform(0.45, 1.0, (17, 17))
    tone = tones[row % 17, column % 17]

    # Mortar is dark, and 4 px wide.
    in_brick_x = moved_x % 64
    in_brick_y = y % 32
    is_mortar = in_brick_x < 4
    is_mortar |= in_brick_y < 4
    pattern = np.where(is_mortar, 0.1, tone)

    noise = 0.06 * spectral(rng, 1.0)
    return spread(pattern + noise)


def dots(rng: Generator) -> Field:
    """Round dots, 32 px apart, every second row moved by half of that."""
    x, y = grid()
    row = y // 32
    is_moved = row % 2
    moved_x = x + 16 * is_moved

    # Each dot is in the middle of its square of 32 px; its radius is 10 px, its edge soft.
    in_square_x = moved_x % 32
    in_square_y = y % 32
    distance = np.hypot(in_square_x - 16, in_square_y - 16)
    dot = np.clip(10 - distance, -1, 1)

    noise = 0.1 * spectral(rng, 1.0)
    return spread(dot + noise)


def weave(rng: Generator) -> Field:
    """Threads of 8 px that pass over and under each other."""
    x, y = grid()
    column = x // 8
    row = y // 8

    # A thread is round: half a wave across its 8 px.
    in_thread_x = x % 8
    in_thread_y = y % 8
    phase_x = np.pi * in_thread_x / 8
    phase_y = np.pi * in_thread_y / 8
    upright = np.sin(phase_x)
    level = np.sin(phase_y)

    # At every second crossing the other one is above.
    crossing = column + row
    is_upright_over = crossing % 2 > 0
    threads = np.where(is_upright_over, upright, level)

    noise = 0.2 * spectral(rng, 0.7)
    return spread(threads + noise)
