"""Matching a customer's label to a concept, in the context of its export. The first rule wins.

exact       the label is the concept's id, letter for letter
normalised  equal to an id but for Unicode form, case, separators, camelCase, plurals and numbering
alias       equal to an alias of the export's languages, exactly or normalised
compound    a concept's name among words that say nothing new: see compound.py
fuzzy       a typing error of a name: see spelling.py

A name that means two concepts matches neither. A word of several meanings matches only if the
export's domain or its other labels say which one is meant (reading.py). A label with a question
mark says that its author doubts it, so only a person decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from curate.labels.answer import Answer, How, Step, answer_label
from curate.labels.context import Context, read_vocabulary
from curate.labels.likeness import (
    Likeness,
    NameIndex,
    Suggestion,
    index_names,
    likenesses,
)
from curate.labels.names import Lexicon, read_lexicon
from curate.labels.phrases import without_fillers
from curate.labels.pieces import list_items, path_steps
from curate.labels.reading import Reader
from curate.labels.relations import Relations, relate
from curate.labels.senses import Surroundings, likeliest
from curate.labels.spelling import corrections, known_words
from curate.labels.taxonomy import Taxonomy
from curate.labels.words import words


@dataclass(frozen=True, slots=True)
class Match:
    """What the rules say of a label.

    `concept`: "" if no rule answers.
    `score`: 1 for exact, normalised and alias, 0.9 for compound; for fuzzy, and if no rule answers,
    the likeness to the nearest concept.
    `margin`: that less the likeness of the label to the next concept.
    `suggestions`: the most like concepts, the best first.
    `steps`: the rules that were tried and what each said; if one answered, it is the last.
    `why`: the reason in one line.
    """

    concept: str
    how: How
    score: float
    margin: float
    suggestions: tuple[Suggestion, ...]
    steps: tuple[Step, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A taxonomy made ready for labels of some languages. `matcher` makes it.

    `known_words`: those of its names. `real_words`: those of the larger taxonomy.
    """

    lexicon: Lexicon
    known_words: frozenset[str]
    real_words: frozenset[str]
    index: NameIndex
    relations: Relations


def matcher(
    taxonomy: Taxonomy, languages: Iterable[str], larger: Taxonomy | None = None
) -> Matcher:
    """A taxonomy made ready for labels of some languages.

    `larger`: a taxonomy whose names and parents rank suggestions, too; nothing is accepted for it.
    """
    in_languages = tuple(languages)
    lexicon = read_lexicon(taxonomy, in_languages)
    larger_lexicon = lexicon
    if larger is not None:
        larger_lexicon = read_lexicon(larger, in_languages)
    return Matcher(
        lexicon,
        known_words(lexicon),
        known_words(larger_lexicon),
        index_names(lexicon),
        relate(lexicon, larger_lexicon),
    )


def match_labels(
    labels: Iterable[str], taxonomy: Taxonomy, context: Context | None = None
) -> dict[str, Match]:
    """The match of each label of an export.

    It depends on the label, the taxonomy, the export's domain and languages, and on what all labels
    say together (`Vocabulary`, and which concepts they name), but not on their order.
    """
    known = context or Context()
    return match_vocabulary(labels, matcher(taxonomy, known.languages), known.domain)


def match_vocabulary(
    labels: Iterable[str], ready: Matcher, domain: str = ""
) -> dict[str, Match]:
    """As `match_labels`, with a matcher that is made once for several exports."""
    distinct = sorted(set(labels))
    vocabulary = read_vocabulary(distinct)
    larger = ready.relations.lexicon
    present = _present(distinct, ready.lexicon)
    if larger is not ready.lexicon:
        present |= _present(distinct, larger)
    surroundings = Surroundings(present, ready.lexicon.domain_name(domain))
    corrected = corrections(distinct, ready.known_words, ready.real_words)

    found: dict[str, Match] = {}
    for label, likeness in zip(
        distinct, likenesses(distinct, ready.index, ready.real_words), strict=True
    ):
        reader = Reader(ready.lexicon, larger, vocabulary, surroundings)
        answer = answer_label(label, reader, corrected)
        meanings = ready.lexicon.senses_of(words(label))
        known = likeness.raised(ready.relations.scores(label))
        first = likeliest(meanings, surroundings)
        if answer.concept:
            known = known.raised({answer.concept: 1.0})
            first = [answer.concept, *first]
        suggestions = known.suggestions(first)
        found[label] = _match(answer, known, suggestions)
    return found


def _present(labels: Iterable[str], lexicon: Lexicon) -> frozenset[str]:
    """The concepts that labels name beyond doubt, and all that are wider.

    Of a path the last step is read, of a list the first item.
    """
    present: set[str] = set()
    for label in labels:
        last_step = (path_steps(label) or [label])[-1]
        first_item = (list_items(last_step) or [label])[0]
        name = words(first_item)
        named = lexicon.find(name) or lexicon.find(without_fillers(name))
        if named is None or lexicon.senses_of(name):
            continue
        if len(named.concepts) == 1:
            (concept,) = named.concepts
            present.add(concept)
            present.update(lexicon.ancestors[concept])
    return frozenset(present)


def _match(
    answer: Answer, known: Likeness, suggestions: tuple[Suggestion, ...]
) -> Match:
    """The match of one label: the answer, the suggestions and the margin to the next concept."""
    nearest = answer.concept
    score = answer.score
    if not nearest and suggestions:
        nearest = suggestions[0].concept
        score = suggestions[0].score

    margin = 0.0
    if nearest:
        margin = max(score - known.best_score_except(nearest), 0.0)
    return Match(
        concept=answer.concept,
        how=answer.how,
        score=round(score, 4),
        margin=round(margin, 4),
        suggestions=suggestions,
        steps=answer.steps,
        why=answer.why,
    )
