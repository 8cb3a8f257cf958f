"""The taxonomy that is shipped, read once."""

from pathlib import Path

import pytest

from curate.labels.concept_file import load_concepts
from curate.labels.taxonomy import Taxonomy


@pytest.fixture(scope="session")
def shipped() -> Taxonomy:
    return load_concepts(Path(__file__).parents[3] / "taxonomy" / "concepts.yaml")
