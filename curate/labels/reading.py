"""Reads names: which concept a text means, alone or among words that say nothing new."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from curate.labels.context import Vocabulary
from curate.labels.names import Lexicon
from curate.labels.phrases import (
    BESIDE,
    CLASSES,
    COLOURS,
    GESTURES,
    HANDS,
    MATERIALS,
    ORIGINS,
    PLACES,
    POSITIONS,
    SIDES,
    SLEEVES,
    STANCES,
    STATES,
    SURFACES,
    without_fillers,
)
from curate.labels.senses import Surroundings, choose_meaning
from curate.labels.words import Words, singular, words

_IN_FRONT = (
    STATES | COLOURS | MATERIALS | PLACES | POSITIONS | STANCES | SLEEVES | ORIGINS
)
_MOST_REMOVED = 4  # words beside a name that may be left out


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the labels of one export.

    `larger`: knows names of concepts that the taxonomy may lack; it is the lexicon itself if there
    is no larger taxonomy. What such a concept is called is never read as another one.
    `notes`: what was found on the way, for `explain`; the reader adds to them.
    `known`: what was read before, with what stood beside it, for many rules read the same words.
    """

    lexicon: Lexicon
    larger: Lexicon
    vocabulary: Vocabulary
    surroundings: Surroundings = field(default_factory=Surroundings)
    notes: list[str] = field(default_factory=list)
    known: dict[tuple[Words, tuple[str, ...]], str] = field(default_factory=dict)

    def in_larger(self) -> "Reader":
        """A reader of the same export by the larger taxonomy."""
        return Reader(self.larger, self.larger, self.vocabulary, self.surroundings)

    def read(self, text: str, beside: tuple[str, ...] = ()) -> str:
        """The concept of a text that is no compound of several names; "" if it has none.

        `beside`: concepts that the label names beside it.
        """
        return self.read_words(words(text), beside)

    def read_words(self, name: Words, beside: tuple[str, ...] = ()) -> str:
        """The concept of some words: as a name, or as a phrase."""
        if (name, beside) not in self.known:
            concept = self.read_name(name, beside) or self.read_phrase(name, beside)
            self.known[name, beside] = concept
        return self.known[name, beside]

    def read_name(self, name: Words, beside: tuple[str, ...] = ()) -> str:
        """The concept that has this name; "" if none has it, or if nothing says which is meant."""
        named = self.lexicon.find(name)
        senses = self.lexicon.senses_of(name)
        if senses:
            meaning = choose_meaning(
                senses, named, self.surroundings, beside, self.lexicon
            )
            self._note(name, meaning.said)
            return meaning.concept
        if named is None:
            return ""
        if len(named.concepts) > 1:
            self._note(name, f"names several concepts: {', '.join(named.concepts)}")
            return ""
        return named.concepts[0]

    def read_phrase(self, name: Words, beside: tuple[str, ...] = ()) -> str:
        """The concept of a name among words that leave its meaning as it is.

        Fillers are left out wherever they are, states, colours, materials and places before the
        name, states behind it; positions if a part remains; and what follows "with".
        """
        if self.is_missing(name):
            return ""
        alone = _before(name, BESIDE)
        unfilled = without_fillers(alone)
        if unfilled and unfilled != name:
            concept = self.read_name(unfilled, beside)
            if concept and (alone == name or self._may_hold(concept, unfilled)):
                return concept

        inverted = self.read_inverted(unfilled[:-1], unfilled[-1:])
        if inverted:
            return inverted
        for removed, rest in _cuts(unfilled):
            worn = self._worn_with(removed)
            concept = self.read_name(rest, beside + worn)
            if concept and self._may_lose(concept, removed, rest):
                return concept
        return ""

    def read_inverted(self, name: Words, first: Words) -> str:
        """The concept of a name whose first word stands behind it: bear, polar; crosswalk-plain.

        It is no name itself (lamp, table) and no colour (house, green).
        """
        inverted = first + name
        if not name or self.lexicon.find(inverted) is None:
            return ""
        if not COLOURS.isdisjoint(first) or self.may_name(first):
            return ""
        return self.read_name(inverted)

    def may_name(self, name: Words) -> bool:
        """Whether some concept, also of the larger taxonomy, is or may be called so."""
        is_name = self.lexicon.find(name) or self.larger.find(name)
        return is_name is not None or bool(self.larger.senses_of(name))

    def _worn_with(self, removed: Words) -> tuple[str, ...]:
        """Clothing, if what is left out are sleeves: the top with long sleeves is a garment."""
        if SLEEVES.isdisjoint(singular(removed)):
            return ()
        return tuple(sorted(self.lexicon.clothes))

    def _may_hold(self, concept: str, name: Words) -> bool:
        """Whether something beside a concept leaves it what it is: a truck with box is a kind."""
        if self._is_among(concept, name, attrgetter("bodies")):
            return True
        is_mobile = self._is_among(concept, name, attrgetter("mobile"))
        return not is_mobile and not self.lexicon.is_background(concept)

    def read_surface(self, name: Words) -> str:
        """The concept of a surface with its material behind the name: wall-brick, floor-wood."""
        unfilled = without_fillers(singular(name))
        rest = unfilled[:-1]
        material = unfilled[-1:]
        if not rest or SURFACES.isdisjoint(material):
            return ""
        swapped = self.read_name(material + rest)
        if swapped:
            return swapped

        concept = self.read_name(rest)
        if not concept or self.lexicon.kind(concept) != "stuff":
            return ""
        if self._may_lose(concept, material, rest):
            return concept
        return ""

    def is_missing(self, name: Words) -> bool:
        """Whether a name is that of a concept that the taxonomy lacks."""
        if self.larger is self.lexicon or self.larger.senses_of(name):
            return False
        is_known = self.larger.find(name) is not None
        return is_known and self.lexicon.find(name) is None

    def _may_lose(self, concept: str, removed: Words, rest: Words) -> bool:
        """Whether a name means the same concept without the words that were removed."""
        kinds = singular(removed)
        positions = POSITIONS.intersection(kinds)
        has_colour = not COLOURS.isdisjoint(kinds)
        has_material = not (MATERIALS | SURFACES).isdisjoint(kinds)
        if positions and not self._has_sides(concept, positions, rest):
            return False
        if not STANCES.isdisjoint(kinds) and not self._can_move(concept, rest):
            return False
        if not SLEEVES.isdisjoint(kinds) and not self._is_worn(concept, rest):
            return False
        # An upper arm is less than an arm, a left one is not.
        if positions - SIDES - HANDS and self.lexicon.is_within(
            concept, self.lexicon.bodies
        ):
            return False
        if has_colour and self._is_natural(concept, rest):
            return False
        if not ORIGINS.isdisjoint(kinds) and not self._is_alive(concept, rest):
            return False
        # Small and large vehicles are classes of vehicles.
        if not CLASSES.isdisjoint(kinds) and concept in self.lexicon.wholes:
            return False
        if has_material:
            return self._is_made_of_any(concept, rest)
        return True

    def _has_sides(self, concept: str, positions: frozenset[str], name: Words) -> bool:
        """Whether positions only say which one is meant: a left shoe, but not a left door.

        Where a word has several meanings, they may tell which one it is: a back light.
        """
        if positions <= HANDS:
            is_part = self.lexicon.kind(concept) == "part"
            is_organ = self._is_among(concept, name, attrgetter("organs"))
            return is_part or is_organ or self._is_worn(concept, name)
        return self.lexicon.kind(concept) == "part" and not self.lexicon.senses_of(name)

    def _is_natural(self, concept: str, name: Words) -> bool:
        """Whether a concept lives or is eaten."""
        return self._is_among(concept, name, attrgetter("natural"))

    def _is_worn(self, concept: str, name: Words) -> bool:
        """Whether a concept is a piece of clothing."""
        return self._is_among(concept, name, attrgetter("clothes"))

    def _can_move(self, concept: str, name: Words) -> bool:
        """Whether a concept lives or is a vehicle."""
        is_mobile = self._is_among(concept, name, attrgetter("mobile"))
        return is_mobile or self._is_alive(concept, name)

    def _is_alive(self, concept: str, name: Words) -> bool:
        """Whether a concept is a person or an animal."""
        return self._is_among(concept, name, attrgetter("bodies"))

    def _is_among(
        self, concept: str, name: Words, some: Callable[[Lexicon], frozenset[str]]
    ) -> bool:
        """Whether a concept is below some, as this taxonomy or the larger one has it."""
        lexicon = self.lexicon
        if lexicon.is_within(concept, some(lexicon)):
            return True
        larger = self.larger
        named = larger.find(name)
        if named is None:
            return False
        return any(larger.is_within(each, some(larger)) for each in named.concepts)

    def _is_made_of_any(self, concept: str, name: Words) -> bool:
        """Whether a concept is the same whatever it is made of."""
        lexicon = self.lexicon
        is_mobile = lexicon.is_within(concept, lexicon.mobile)
        if is_mobile or self._is_natural(concept, name):
            return False
        # A taxonomy that tells wooden from stone walls must not get a tiled one as any wall.
        made_names = ((material, *name) for material in SURFACES)
        return all(lexicon.find(made_name) is None for made_name in made_names)

    def _note(self, name: Words, said: str) -> None:
        note = f"{' '.join(name)!r} {said}"
        if note not in self.notes:
            self.notes.append(note)


def _before(name: Words, stops: frozenset[str]) -> Words:
    """The words before the first one that is in `stops`; all of them if that is the first word."""
    for number, word in enumerate(name):
        if number and word in stops:
            return name[:number]
    return name


def _cuts(name: Words) -> Iterator[tuple[Words, Words]]:
    """Ways to take off words at both ends that may go, the fewest first: what goes, what stays."""
    kinds = singular(name)
    before = _run(kinds, _IN_FRONT)
    behind = _run(kinds[::-1], STATES | GESTURES | SIDES)
    most = min(before + behind, len(name) - 1, _MOST_REMOVED)
    for removed in range(1, most + 1):
        least_in_front = max(0, removed - behind)
        most_in_front = min(before, removed)
        for front in range(least_in_front, most_in_front + 1):
            from_end = removed - front
            stop = len(name) - from_end
            goes = name[:front] + name[stop:]
            stays = name[front:stop]
            yield goes, stays


def _run(some_words: Words, among: frozenset[str]) -> int:
    """How many words at the beginning are among some."""
    for number, word in enumerate(some_words):
        if word not in among:
            return number
    return len(some_words)
