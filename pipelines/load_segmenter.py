"""Loading the model that a verb asks."""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.predict import Segmenter


def load_segmenter(path: str, note: Callable[[str], None]) -> "Segmenter":
    """A model, as `Segmenter.load` takes it. What it warns of becomes a line for `note`."""
    from model.predict import Segmenter  # torch is slow to import

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        segmenter = Segmenter.load(path)
    for warning in caught:
        if warning.category is UserWarning:
            note(f"note: {warning.message}")
    return segmenter
