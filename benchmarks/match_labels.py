"""How long 10,000 labels take against 2,000 concepts on one core.

    python -m benchmarks.match_labels [--repeats 3]

Concepts and labels are made by code: names spelled otherwise, paths, phrases, typing errors, and
labels that no rule answers. Each label gets its three suggestions, too.
"""

import random
import time
from collections.abc import Callable, Sequence

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.timing import report
from curate.labels.matching import match_labels
from curate.labels.taxonomy import ENGLISH, Concept, Taxonomy

ALLOWED = 5.0
"""Seconds of one core that the labels may take."""

_LABELS = 10_000
_CONCEPTS = 2_000
_ALIASES = 3
_SYLLABLES = """
    ba be bo ca ce co da de do fa fe fi ga go la le lo ma mi mo na ne no pa pe po ra re ro sa se so
    ta te to va ve vi
""".split()  # noqa: SIM905


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    rng = random.Random(0)
    vocabulary = [_word(rng) for _ in range(3_000)]
    taxonomy = make_taxonomy(rng, vocabulary, _CONCEPTS)
    labels = make_labels(rng, vocabulary, list(taxonomy.concepts), _LABELS)

    seconds = []
    accepted = 0
    for _ in range(arguments.repeats):
        begun = time.process_time()
        matches = match_labels(labels, taxonomy)
        seconds.append(time.process_time() - begun)
        accepted = sum(bool(match.concept) for match in matches.values())
    worst = max(seconds)  # the first run fills caches
    lines = [
        f"{len(labels):,} labels against {len(taxonomy.concepts):,} concepts:",
        f"  {worst:.2f} s of one core (allowed {ALLOWED:.0f} s); {accepted:,} accepted",
    ]
    report("match_labels", lines, {"seconds": seconds, "allowed": ALLOWED})


def make_taxonomy(
    rng: random.Random, vocabulary: Sequence[str], number: int
) -> Taxonomy:
    """Concepts of one or two words, with aliases of one to three."""
    concepts: dict[str, Concept] = {}
    while len(concepts) < number:
        concept_id = "-".join(rng.choices(vocabulary, k=rng.randint(1, 2)))
        aliases = [
            " ".join(rng.choices(vocabulary, k=rng.randint(1, 3)))
            for _ in range(_ALIASES)
        ]
        concepts[concept_id] = Concept(
            concept_id, "…", "thing", aliases={ENGLISH: tuple(aliases)}
        )
    return Taxonomy(concepts, "")


def make_labels(
    rng: random.Random, vocabulary: Sequence[str], concepts: Sequence[str], number: int
) -> list[str]:
    """Labels of all sorts, each once."""
    sorts: list[Callable[[str], str]] = [
        lambda name: f"{name.upper()}_{rng.randint(1, 99)}",
        lambda name: f"root/{rng.choice(vocabulary)}/{name}",
        lambda name: f"small {name[:-1]}x{name[-1]}",
        lambda name: f"{name} {_word(rng)}",
        lambda _: " ".join(rng.choices(vocabulary, k=3)),
    ]
    labels: set[str] = set()
    while len(labels) < number:
        sort = rng.choice(sorts)
        labels.add(sort(rng.choice(concepts)))
    return sorted(labels)


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4)))


if __name__ == "__main__":
    main()
