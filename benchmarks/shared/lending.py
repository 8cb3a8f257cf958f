"""What our taxonomy knows of other people's concepts: names, kinds and parents, by their names."""

from collections.abc import Mapping, Sequence

from curate.labels.names import Lexicon, read_lexicon
from curate.labels.phrases import without_fillers
from curate.labels.taxonomy import ENGLISH, Concept, Kind, Sense, Taxonomy
from curate.labels.words import Words, singular, words


def lend(concepts: Sequence[str], ours: Taxonomy) -> Taxonomy:
    """A taxonomy of other people's concepts with what ours says of those of the same name.

    A name made of two similar concepts of ours (boat_ship) means either. Where several of theirs
    are one of ours, all of them get its names. Such a name is then ambiguous, as theirs are finer.
    """
    lexicon = read_lexicon(ours, (ENGLISH,))
    own = {concept: _same_name(words(concept), lexicon) for concept in concepts}
    theirs = _claims(own)
    for concept, known in own.items():
        if not known:
            own[concept] = _either(words(concept), lexicon)
    # Who has a name of ours has precedence over who has two of them.
    theirs = _claims(own) | theirs

    lent = {}
    for concept in concepts:
        lent[concept] = _lent(concept, own[concept], theirs, ours)
    taken: dict[Words, str] = {}
    for concept in concepts:
        name = words(concept)
        for spelled in (name, without_fillers(name)):
            taken.setdefault(singular(spelled), concept)

    senses = _senses(theirs, taken, lexicon)
    return Taxonomy(
        lent,
        "",
        senses={ENGLISH: senses},
        domains=ours.domains,
    )


def _claims(own: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Their concepts by the concept of ours that they are. `own`: the reverse."""
    claims: dict[str, list[str]] = {}
    for concept, known in own.items():
        for each in known:
            claims.setdefault(each, []).append(concept)
    return claims


def _same_name(name: Words, lexicon: Lexicon) -> list[str]:
    """The concept of ours that has a name, with or without fillers; none if it is ambiguous."""
    for spelled in (name, without_fillers(name)):
        named = lexicon.find(spelled)
        if named is None or len(named.concepts) > 1:
            continue
        if named.rank == "id" or not lexicon.senses_of(spelled):
            return list(named.concepts)
    return []


def _either(name: Words, lexicon: Lexicon) -> list[str]:
    """The concepts of ours of which a name is made, if they are alike."""
    for cut in range(1, len(name)):
        first = _possible(name[:cut], lexicon)
        second = _possible(name[cut:], lexicon)
        for one in first:
            for other in second:
                if one == other:
                    return [one]
                if _are_alike(one, other, lexicon):
                    return [one, other]
    return []


def _possible(name: Words, lexicon: Lexicon) -> list[str]:
    """The concepts of ours that a name means or may mean."""
    found: list[str] = []
    named = lexicon.find(name)
    if named is not None:
        found += named.concepts
    senses = lexicon.senses_of(name)
    found += [sense.concept for sense in senses if sense.concept]
    return found


def _are_alike(one: str, other: str, lexicon: Lexicon) -> bool:
    """Whether two of our concepts are kin of one kind: siblings, parent and child."""
    first = lexicon.taxonomy.concepts[one]
    second = lexicon.taxonomy.concepts[other]
    if first.kind != second.kind:
        return False
    is_parent = one == second.parent or other == first.parent
    are_siblings = first.parent != "" and first.parent == second.parent
    return is_parent or are_siblings


def _lent(
    concept: str, own: Sequence[str], theirs: dict[str, list[str]], ours: Taxonomy
) -> Concept:
    """One of their concepts with what ours says of it. `own`: what it is among ours."""
    aliases: list[str] = []
    kind: Kind = "thing"
    salient = True
    parent = ""
    for each in own:
        entry = ours.concepts[each]
        if concept in theirs[each]:
            aliases += entry.names_in((ENGLISH,))
        kind = entry.kind
        salient = entry.salient
        for wider in ours.ancestors(each):
            is_other = wider in theirs and concept not in theirs[wider]
            if is_other and not parent:
                parent = theirs[wider][0]
    return Concept(
        concept, "…", kind, parent, salient, aliases={ENGLISH: tuple(aliases)}
    )


def _senses(
    theirs: dict[str, list[str]], taken: dict[Words, str], lexicon: Lexicon
) -> dict[str, tuple[Sense, ...]]:
    """Our words of several meanings, in terms of their concepts.

    `theirs`: their concepts by ours. `taken`: the concept that has each word as its name.
    """
    found = {}
    for word, senses in lexicon.senses.items():
        meanings = []
        for sense in senses:
            # The labels that show this sense: those that name our concepts, and theirs.
            beside = list(sense.beside)
            for own, others in theirs.items():
                if lexicon.is_within(own, sense.beside):
                    beside += others

            # A concept whose own name is the word has it for itself.
            claimants = theirs.get(sense.concept, [""])
            if taken.get(word) in claimants:
                claimants = [taken[word]]
            meaning = sense.meaning or sense.concept
            for concept in claimants:
                lent = Sense(concept, meaning, tuple(beside), sense.domains)
                meanings.append(lent)
        meant = {each.concept for each in meanings}
        if taken.get(word, "") not in meant and word in taken:
            continue  # it names a concept of theirs that we do not have

        found[" ".join(word)] = tuple(meanings)
    return found
