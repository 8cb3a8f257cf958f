"""`taxonomy explain`: why a label becomes what it becomes, step by step."""

from pathlib import Path
from typing import Any

import msgspec
import pyarrow.compute as pc
from upath import UPath

from curate import storage
from curate.errors import InputError, nearest
from curate.labels.concept_file import load_concepts
from curate.labels.context import Context
from curate.labels.decisions import (
    Decision,
    Decisions,
    customers_folder,
    load_decisions,
)
from curate.labels.matching import Match, match_labels
from curate.labels.taxonomy import BACKGROUND, REJECT, SPLIT, Taxonomy
from curate.settings import OWN_TAXONOMY, Settings
from curate.stages.filter import is_boxed
from curate.yaml_files import load_yaml
from pipelines.arguments import load
from pipelines.flow import labels


class Step(msgspec.Struct, frozen=True):
    """One step of deciding. `answer`: "" if the step does not answer."""

    step: str
    answer: str
    why: str


class Explanation(msgspec.Struct, frozen=True):
    """Why a label becomes what it becomes. `result`: its outcome in a few words."""

    label: str
    customer: str
    export: str
    decision: str
    how: str
    result: str
    steps: list[Step]
    suggestions: list[dict[str, Any]]


def explain_label(words: list[str], customer: str, export: str) -> Explanation:
    """Explain a label of a customer. `words`: a settings file, if there is one; the label.

    `customer`: "" is the only one of the settings, or that of `export`. InputError for other
    numbers of words, or a customer that the settings do not have.
    """
    if len(words) not in (1, 2):
        raise InputError("give a settings file, if there is one, and one label")
    label = words[-1]
    concepts: Path | UPath = OWN_TAXONOMY

    # The labels that are matched together, and what their export says of them: with settings,
    # all labels of the export.
    together = {label}
    context = Context()
    if len(words) == 2:
        settings = load(Path(words[0]), None)
        customer = customer or _only_customer(settings, export)
        concepts = UPath(settings.taxonomy)
        export = _find_export(settings, customer, export)
        together |= _labels_of(settings, export)
        context = labels.contexts(settings).get(export, context)
    if not customer:
        raise InputError("whose label is it? Give --customer NAME, or a settings file")

    taxonomy = load_concepts(concepts)
    folder = customers_folder(str(concepts))
    decisions = load_decisions(folder, taxonomy)
    reviewed = decisions.find(customer, export, label)
    file = folder / f"{customer}.yaml"
    first = _reviewed_step(reviewed, decisions, file, (customer, export, label))
    match = match_labels(together, taxonomy, context)[label]
    if reviewed is None:
        decision = match.concept
        how = match.how
    else:
        decision = reviewed.word
        how = "reviewed"
    return Explanation(
        label=label,
        customer=customer,
        export=export,
        decision=decision,
        how=how,
        result=_result(decision, taxonomy),
        steps=[first, *_rule_steps(match, skipped=reviewed is not None)],
        suggestions=_suggestions(match, taxonomy),
    )


def _suggestions(match: Match, taxonomy: Taxonomy) -> list[dict[str, Any]]:
    """The best concepts for a label, with the definitions by which reviewers decide."""
    found = []
    for each in match.suggestions:
        suggestion = {
            "concept": each.concept,
            "score": each.score,
            "definition": taxonomy.concepts[each.concept].definition,
        }
        found.append(suggestion)
    return found


def _only_customer(settings: Settings, export: str) -> str:
    """The customer of an export, or of all exports. InputError if there are several."""
    exports = settings.exports
    if export:
        exports = [each for each in exports if each.name == export]
    if export and not exports:
        hint = nearest(export, [each.name for each in settings.exports])
        raise InputError(f"there is no export {export!r}{hint}")
    names = sorted({each.customer for each in exports})
    if len(names) > 1:
        raise InputError(f"whose label is it? Give --customer NAME: {', '.join(names)}")
    return names[0]


def _find_export(settings: Settings, customer: str, export: str) -> str:
    """The export that is meant: the one that is named, or the customer's only one, else "".

    InputError if the customer has no such export, or there is no such customer.
    """
    names = sorted({each.customer for each in settings.exports})
    if customer not in names:
        hint = nearest(customer, names)
        raise InputError(f"no export has the customer {customer!r}{hint}")
    exports = [each.name for each in settings.exports if each.customer == customer]
    if export and export not in exports:
        hint = nearest(export, exports)
        raise InputError(f"{customer} has no export {export!r}{hint}")
    if not export and len(exports) == 1:
        return exports[0]
    return export


def _labels_of(settings: Settings, export: str) -> set[str]:
    """The labels of an export, as far as it is built: they say what each of them means.

    Those of remap, and where it has not run yet, those that ingest has read.
    """
    build = UPath(settings.build)
    if labels.labels_file(build).exists():
        table = labels.read_labels(build)
        return set(table[table["export"] == export]["label"])

    found: set[str] = set()
    for file in storage.partitions(build / "ingest" / "segments"):
        rows = storage.read_table(file, ["export", "label"])
        of_export = rows.filter(pc.equal(rows["export"], export))
        found |= set(of_export["label"].unique().to_pylist())
    return found


def _reviewed_step(
    reviewed: Decision | None,
    decisions: Decisions,
    file: UPath,
    key: tuple[str, str, str],
) -> Step:
    """The step of the reviewers, with the place of their decision."""
    customer, export, label = key
    if not file.is_file():
        return Step("reviewed", "", f"there is no file {file}")
    document = load_yaml(file, as_text=True)
    if reviewed is None:
        hint = nearest(label, decisions.by_customer.get(customer, {}))
        return Step("reviewed", "", f"{file} has no decision on this label{hint}")

    path: tuple[str, ...] = ("labels", label)
    if label in decisions.by_export.get((customer, export), {}):
        path = ("exports", export, label)
    entry = document.data
    for each in path:
        entry = entry[each]
    why = document.where(*path)
    if isinstance(entry, dict):
        for name in ("by", "at", "note"):
            if entry.get(name):
                why += f", {name} {entry[name]}"
    return Step("reviewed", reviewed.word, why)


def _rule_steps(match: Match, *, skipped: bool) -> list[Step]:
    """The steps of the rules, up to the one that answers. `skipped`: a reviewer has decided."""
    steps = []
    for tried in match.steps:
        answer = ""
        if tried.rule == match.how:
            answer = match.concept
        said = tried.said
        if skipped:
            said = f"does not count, a reviewer has decided; {said}"
        steps.append(Step(tried.rule, answer, said))
    return steps


def _result(decision: str, taxonomy: Taxonomy) -> str:
    """What becomes of the objects."""
    if not decision:
        return "waits for a decision: its objects are dropped as unmapped_label"
    if decision == REJECT:
        return "rejected: its objects are dropped as rejected_label"
    if decision == SPLIT:
        return "split: the first rule that fits an object decides on it"
    concept = taxonomy.concepts.get(decision)
    goes_on = concept is not None and is_boxed(concept)
    if decision == BACKGROUND or not goes_on:
        return f"{decision}: its objects are dropped as background"
    return f"{decision}: its objects go on"


def text(explanation: Explanation) -> str:
    """The explanation for a reader."""
    lines = [f"{explanation.label!r} of {explanation.customer}: {explanation.result}"]
    for number, step in enumerate(explanation.steps, 1):
        answer = step.answer or "–"
        lines.append(f"  {number}. {step.step:<11} {answer:<24} {step.why}")
    if explanation.suggestions:
        lines.append("nearest concepts")
    lines += [
        f"  {each['score']:.2f} {each['concept']}: {each['definition']}"
        for each in explanation.suggestions
    ]
    return "\n".join(lines)
