"""What is known of a label besides itself: its export's domain and languages, and the other labels.

The other labels of an export, its vocabulary, say two things: which steps of paths are categories
(`construction` in `construction--barrier--fence` heads many labels), and which concepts are named
beyond doubt, so that a word of several meanings has the one that fits them (`mouse` beside
`keyboard`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from curate.labels.pieces import path_steps
from curate.labels.taxonomy import ENGLISH
from curate.labels.words import Words, words

FEWEST_HEADED = 2
"""Labels that a step of a path heads at least if it is a category."""

_FEWEST_PREFIXED = 4  # labels that the vocabulary's own prefix has at least,
_SHARE_PREFIXED = 0.8  # and their share of all labels


@dataclass(frozen=True, slots=True)
class Context:
    """What the settings say of an export.

    `languages`: two letters each; the aliases of these languages count.
    """

    domain: str = ""
    languages: tuple[str, ...] = (ENGLISH,)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the labels of one export say together.

    `headed`: for each step that has others behind it, how many labels it heads.
    `labels`: the words of all labels. `last_steps`: how many labels end with a step.
    `prefix`: the first word of nearly all labels, or "".
    """

    headed: Counter[Words] = field(default_factory=Counter)
    labels: frozenset[Words] = frozenset()
    last_steps: Counter[Words] = field(default_factory=Counter)
    prefix: str = ""

    def is_category(self, step: Words) -> bool:
        """Whether a step heads several labels and is no label itself."""
        return self.headed[step] >= FEWEST_HEADED and step not in self.labels


def read_vocabulary(labels: Iterable[str]) -> Vocabulary:
    """What the labels of an export say together."""
    headed: Counter[Words] = Counter()
    last_steps: Counter[Words] = Counter()
    firsts: Counter[str] = Counter()
    known = []
    for label in labels:
        whole = words(label)
        known.append(whole)
        if len(whole) > 1:
            firsts[whole[0]] += 1

        *context, last = [words(step) for step in path_steps(label)] or [()]
        if not context:
            continue
        last_steps[last] += 1
        headed.update(set(context))
    return Vocabulary(
        headed=headed,
        labels=frozenset(known),
        last_steps=last_steps,
        prefix=_prefix(firsts, len(known)),
    )


def _prefix(firsts: Counter[str], labels: int) -> str:
    """The first word of nearly all labels, or ""."""
    for word, number in firsts.most_common(1):
        if number >= max(_FEWEST_PREFIXED, _SHARE_PREFIXED * labels):
            return word
    return ""
