"""What labels mean in the taxonomy: `python -m examples.match_labels car "traffic lights"`."""

import sys
from pathlib import Path

from curate.labels.concept_file import load_concepts
from curate.labels.matching import match_labels

CONCEPTS = Path(__file__).parents[1] / "taxonomy" / "concepts.yaml"


def main(labels: list[str]) -> None:
    """Print the concept of each label and the rule that found it, or the nearest concepts."""
    taxonomy = load_concepts(CONCEPTS)
    for label, match in match_labels(labels, taxonomy).items():
        if match.concept:
            print(f"{label}: {match.concept} ({match.how})")
        else:
            nearest = ", ".join(each.concept for each in match.suggestions)
            print(f"{label}: for a reviewer to decide; nearest: {nearest}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
