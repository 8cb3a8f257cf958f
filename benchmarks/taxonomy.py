"""How well labels find their concepts, on tables of pairs that other people have set by hand.

    python -m benchmarks.taxonomy TABLE.tsv --columns a,b [--json] [--asked]

The first column of a table, `universal`, holds the concepts; each other column is a vocabulary.
A cell holds its labels for the concept, joined by ` | `. The last row, `unlabeled`, is no concept:
its labels have none. Each concept is lent what our taxonomy knows of it, if its name is one of
ours (`benchmarks.shared.lending`). All labels of a column are matched together, as those of an
export are.

accepted   share of the labels that get a concept without a person
precision  share of the accepted that stand in that concept's row
wrong      how many do not; a label of `unlabeled` that gets any concept is one of them
top1       share of the labels with a concept that have it as the first suggestion
top3       among the first three
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.label_tables import Vocabulary, read_table
from benchmarks.shared.lending import lend
from curate.labels.concept_file import load_concepts
from curate.labels.matching import Match, match_vocabulary, matcher
from curate.labels.taxonomy import ENGLISH
from curate.settings import OWN_TAXONOMY

POOLED = "pooled"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the labels of one vocabulary.

    `with_concept`: labels that have a concept; of these, `first` have it as the first suggestion
    and `among_three` among the first three.
    """

    labels: int
    accepted: int
    wrong: int
    with_concept: int
    first: int
    among_three: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """A label that was given a concept in whose row it does not stand."""

    vocabulary: str
    label: str
    accepted_as: str
    how: str
    right: list[str]


def main() -> None:
    """Match the vocabularies of a table and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("table", type=Path, metavar="TABLE.tsv")
    parser.add_argument("--columns", required=True, metavar="a,b")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--asked", action="store_true", help="list what is asked, too")
    arguments = parser.parse_args()
    table = read_table(arguments.table, arguments.columns.split(","))
    ours = load_concepts(OWN_TAXONOMY)
    ready = matcher(lend(table.concepts, ours), (ENGLISH,), ours)

    counted = {}
    wrong = []
    asked = []
    for vocabulary in table.vocabularies:
        matches = match_vocabulary(vocabulary.right, ready)
        counted[vocabulary.name] = count(vocabulary, matches)
        wrong += wrong_matches(vocabulary, matches)
        asked += asked_labels(vocabulary, matches)
    rows = [shares(name, counts) for name, counts in counted.items()]
    rows.append(shares(POOLED, pool(counted)))

    if arguments.json:
        document = {
            "table": arguments.table.name,
            "vocabularies": rows,
            "wrong": [asdict(each) for each in wrong],
        }
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    print("\n".join(as_table(rows)))
    for each in wrong:
        given = f"{each.label!r} → {each.accepted_as} ({each.how})"
        right = ", ".join(each.right) or "none"
        print(f"wrong: {each.vocabulary}: {given}; right: {right}")
    if arguments.asked:
        print("\n".join(asked))


def count(vocabulary: Vocabulary, matches: Mapping[str, Match]) -> Counts:
    """Count what became of the labels of a vocabulary."""
    accepted = 0
    wrong = 0
    with_concept = 0
    first = 0
    among_three = 0
    for label, right in vocabulary.right.items():
        match = matches[label]
        if match.concept:
            accepted += 1
            wrong += match.concept not in right
        if right:
            with_concept += 1
            suggested = [each.concept for each in match.suggestions]
            first += bool(right.intersection(suggested[:1]))
            among_three += bool(right.intersection(suggested[:3]))
    return Counts(
        len(vocabulary.right), accepted, wrong, with_concept, first, among_three
    )


def wrong_matches(vocabulary: Vocabulary, matches: Mapping[str, Match]) -> list[Wrong]:
    """The labels that were given a concept in whose row they do not stand."""
    found = []
    for label, right in vocabulary.right.items():
        match = matches[label]
        if match.concept and match.concept not in right:
            wrong = Wrong(
                vocabulary.name, label, match.concept, match.how, sorted(right)
            )
            found.append(wrong)
    return found


def asked_labels(vocabulary: Vocabulary, matches: Mapping[str, Match]) -> list[str]:
    """A line for each label that a person is asked about."""
    lines = []
    for label, right in vocabulary.right.items():
        match = matches[label]
        if not match.concept:
            suggested = ", ".join(each.concept for each in match.suggestions)
            named = " | ".join(sorted(right)) or "none"
            lines.append(
                f"asked: {vocabulary.name}: {label!r} (suggested: {suggested}; right: {named})"
            )
    return lines


def pool(counted: Mapping[str, Counts]) -> Counts:
    """The sum over vocabularies."""
    totals = dict.fromkeys(Counts.__slots__, 0)
    for counts in counted.values():
        for name, number in asdict(counts).items():
            totals[name] += number
    return Counts(**totals)


def shares(name: str, counts: Counts) -> dict[str, str | int | float | None]:
    """One line of the report; what has no labels to count has no share."""
    return {
        "vocabulary": name,
        "labels": counts.labels,
        "accepted": _share(counts.accepted, counts.labels),
        "precision": _share(counts.accepted - counts.wrong, counts.accepted),
        "wrong": counts.wrong,
        "top1": _share(counts.first, counts.with_concept),
        "top3": _share(counts.among_three, counts.with_concept),
    }


def as_table(rows: list[dict[str, str | int | float | None]]) -> list[str]:
    """The lines of a report, the first with the names of the columns."""
    lines = ["vocabulary            labels  accepted  precision  wrong   top1   top3"]
    for row in rows:
        cells = [
            f"{row['vocabulary']:<20}",
            f"{row['labels']:>8}",
            f"{_shown(row['accepted']):>10}",
            f"{_shown(row['precision']):>11}",
            f"{row['wrong']:>7}",
            f"{_shown(row['top1']):>7}",
            f"{_shown(row['top3']):>7}",
        ]
        lines.append("".join(cells))
    return lines


def _share(some: int, of: int) -> float | None:
    if of == 0:
        return None
    return some / of


def _shown(share: str | int | float | None) -> str:
    if share is None:
        return "–"
    return f"{share:.3f}"


if __name__ == "__main__":
    main()
