"""Every label that is painted has its concept."""

from pathlib import Path

import numpy as np

from curate.labels.concept_file import load_concepts
from curate.labels.decisions import load_decisions
from examples.scenes.catalogue import ANY

ROOT = Path(__file__).parents[3]


def test_every_painted_label_has_its_concept() -> None:
    decisions = load_decisions(
        ROOT / "taxonomy/customers", load_concepts(ROOT / "taxonomy/concepts.yaml")
    )
    known = decisions.by_customer["scenes"]
    things = [
        maker(np.random.default_rng(seed)) for maker in set(ANY) for seed in range(6)
    ]
    labels = {thing.label for thing in things}
    labels |= {layer.label for thing in things for layer in thing.layers}
    assert labels - {""} <= set(known)
