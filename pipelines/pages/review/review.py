"""The page on which reviewers decide labels: `<build>/taxonomy/review.html`.

It holds all that it shows: labels with crops of the customer's own images, the concepts with
their definitions, and a script. As a file it gives YAML to copy; `taxonomy serve` lets it save.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from itertools import zip_longest

import msgspec
import pandas as pd
import pyarrow as pa
from markupsafe import Markup
from upath import UPath

from curate import storage
from curate.labels.decisions import Decisions
from curate.labels.names import spellings
from curate.labels.numbering import by_name
from curate.labels.taxonomy import Taxonomy
from pipelines.flow import labels as flow_labels
from pipelines.flow.partitions import gather
from pipelines.flow.runner import Run
from pipelines.pages.page import embedded_json, file, render
from pipelines.pages.review import attributes, examples, pictures
from pipelines.pages.review.attributes import Attributes
from pipelines.pages.review.examples import LabelKey

MAX_PICTURE_BYTES = 13_000_000
"""Bytes of all pictures before they are written as text: so the page stays below 20 MB."""

_SCRIPTS = (
    "review/review.js",
    "review/answers.js",
    "review/saving.js",
    "review/dialogues.js",
    "review/start.js",
)
"""One script of the page, in files by what they are about."""

_UNSURE = ("fuzzy", "compound")
_EXAMPLES_OF_CONCEPT = 4

# Crops of all labels together, at most; painting them takes time.
_CROPS_OF_WAITING = 2400
_CROPS_OF_DECIDED = 800
_LEAST_CROPS = 3  # of a label


class ReviewedLabel(msgspec.Struct):
    """A label as the page shows it; the same in several exports of a customer is one.

    `export`: "" unless what becomes of the label differs between the customer's exports.
    `exports`: names with numbers of objects. `why`: the matcher's reason. `crops`: ids of objects
    with a picture.
    """

    customer: str
    export: str
    label: str
    objects: int
    exports: list[tuple[str, int]]
    decision: str
    how: str
    score: float
    margin: float
    why: str
    suggestions: list[tuple[str, float]]
    crops: list[str]
    attributes: Attributes


class ShownConcept(msgspec.Struct):
    """A concept as the page shows it. `crops`: ids of objects whose labels mean it."""

    definition: str
    kind: str
    parent: str
    names: list[str]
    crops: list[str]


class ReviewData(msgspec.Struct):
    """All that the page's script shows. `pictures`: WebP in base64, by object_id."""

    labels: list[ReviewedLabel]
    concepts: dict[str, ShownConcept]
    pictures: dict[str, str]
    rejected: dict[str, list[str]]


def page_file(build: UPath) -> UPath:
    """Where the page is."""
    return build / "taxonomy" / "review.html"


def write_review_page(run: Run, labels: pa.Table) -> UPath:
    """Write the page of a table of schema `LABELS_AS_READ`; its path."""
    taxonomy, decisions = flow_labels.load(run.settings)
    data = _collect(run, labels.to_pandas(), taxonomy, decisions)
    path = page_file(run.build)
    storage.write_bytes(path, render_review_page(run.build.name, data))
    return path


def render_review_page(name: str, data: ReviewData) -> bytes:
    """The page as UTF-8. `name`: of the build."""
    script = "\n".join(file(name) for name in _SCRIPTS)
    digest = hashlib.sha256(script.encode()).digest()
    embedded = embedded_json(data)
    values = {
        "name": name,
        "data": embedded,
        "data_digest": hashlib.sha256(embedded.encode()).hexdigest()[:16],
        "script": Markup(script),  # noqa: S704  our own files
        "script_digest": base64.b64encode(digest).decode(),
        "sections": [],
        "notices": [],
    }
    return render("review/review.html", values).encode("utf-8", "replace")


def _collect(
    run: Run, table: pd.DataFrame, taxonomy: Taxonomy, decisions: Decisions
) -> ReviewData:
    """What the page shows."""
    proposals = gather(
        run, "taxonomy: examples", examples.propose, "ingest", examples.COLUMNS, None
    )
    counted = gather(
        run,
        "taxonomy: attributes",
        attributes.count_values,
        "ingest",
        attributes.COLUMNS,
        None,
    )
    names = _names_by_key(table)
    chosen = _by_name(examples.choose(proposals), names)
    values = attributes.total_values(counted)
    named = {names.get(key, key): found for key, found in values.items()}
    shown = _group(by_name(table), chosen, named)
    _limit_crops(shown)
    wanted = dict.fromkeys(crop for label in shown for crop in label.crops)
    painted = pictures.paint(run, list(wanted))
    within_budget = _fit(shown, painted)

    customers = {label.customer for label in shown}
    rejected = {
        customer: sorted(ids)
        for customer, ids in decisions.rejected_objects.items()
        if customer in customers
    }
    return ReviewData(
        labels=shown,
        concepts=_concepts(taxonomy, shown),
        pictures=within_budget,
        rejected=rejected,
    )


def _names_by_key(table: pd.DataFrame) -> dict[LabelKey, LabelKey]:
    """Each label of the table, and the name as which it is read."""
    columns = ["customer", "export", "label", "read_as"]
    found = {}
    for customer, export, label, name in table[columns].itertuples(index=False):
        found[LabelKey(customer, export, label)] = LabelKey(customer, export, name)
    return found


def _by_name(
    chosen: Mapping[LabelKey, list[str]], names: Mapping[LabelKey, LabelKey]
) -> dict[LabelKey, list[str]]:
    """The examples of each name: of its labels in turn."""
    lists: dict[LabelKey, list[list[str]]] = {}
    for key, crops in chosen.items():
        name = names.get(key, key)
        of_name = lists.setdefault(name, [])
        of_name.append(crops)
    return {name: _take_in_turn(each) for name, each in lists.items()}


def _group(
    table: pd.DataFrame,
    chosen: Mapping[LabelKey, list[str]],
    values: Mapping[LabelKey, Attributes],
) -> list[ReviewedLabel]:
    """The labels in the order of the page: those that wait, the unsure ones, the others."""
    shown = []
    for _, rows in table.groupby(["customer", "label"], sort=True):
        if rows["decision"].nunique() == 1:
            shown.append(_label(rows, "", chosen, values))
        else:
            for export, of_export in rows.groupby("export", sort=True):
                shown.append(_label(of_export, str(export), chosen, values))
    return sorted(shown, key=_order)


def _order(label: ReviewedLabel) -> tuple[int, int, str, str]:
    rank = 2
    if not label.decision:
        rank = 0
    elif label.how in _UNSURE:
        rank = 1
    return rank, -label.objects, label.customer, label.label


def _label(
    rows: pd.DataFrame,
    export: str,
    chosen: Mapping[LabelKey, list[str]],
    values: Mapping[LabelKey, Attributes],
) -> ReviewedLabel:
    """A label of a customer. `rows`: one for each of its exports."""
    first = rows.iloc[0]
    keys = [
        LabelKey(first["customer"], each, first["label"]) for each in rows["export"]
    ]
    crops = _take_in_turn([chosen.get(key, []) for key in keys])
    found: Attributes = {}
    for key in keys:
        found |= values.get(key, {})
    return ReviewedLabel(
        customer=first["customer"],
        export=export,
        label=first["label"],
        objects=int(rows["count"].sum()),
        exports=[
            (name, int(count))
            for name, count in zip(rows["export"], rows["count"], strict=True)
        ],
        decision=first["decision"],
        how=first["how"],
        score=float(first["score"]),
        margin=float(first["margin"]),
        why=first.get("why") or "",
        suggestions=[
            (each["concept"], float(each["score"])) for each in first["suggestions"]
        ],
        crops=crops[: examples.MOST],
        attributes=found,
    )


def _limit_crops(shown: Sequence[ReviewedLabel]) -> None:
    """Leave fewer crops to each label where there are many labels."""
    waiting = [label for label in shown if not label.decision]
    decided = [label for label in shown if label.decision]
    for labels, most in ((waiting, _CROPS_OF_WAITING), (decided, _CROPS_OF_DECIDED)):
        share = most // max(len(labels), 1)
        for label in labels:
            del label.crops[max(share, _LEAST_CROPS) :]


def _take_in_turn(lists: Sequence[Sequence[str]]) -> list[str]:
    """The first of each list, then the second of each, and so on."""
    in_turn = zip_longest(*lists)
    return [each for turn in in_turn for each in turn if each is not None]


def _fit(
    shown: Sequence[ReviewedLabel], painted: Mapping[str, bytes]
) -> dict[str, str]:
    """The pictures that fit into the page, as base64: the first of each label, the second, …

    The labels' crops without a picture are taken off their lists.
    """
    kept: dict[str, str] = {}
    left = MAX_PICTURE_BYTES
    for crop in _take_in_turn([label.crops for label in shown]):
        picture = painted.get(crop)
        if picture is None or crop in kept or len(picture) > left:
            continue
        left -= len(picture)
        kept[crop] = base64.b64encode(picture).decode()
    for label in shown:
        label.crops = [crop for crop in label.crops if crop in kept]
    return kept


def _concepts(
    taxonomy: Taxonomy, shown: Sequence[ReviewedLabel]
) -> dict[str, ShownConcept]:
    """All concepts, with crops of labels that are decided as each."""
    crops: dict[str, list[str]] = {}
    for label in shown:
        if label.decision and label.how not in _UNSURE:
            crops.setdefault(label.decision, []).extend(label.crops[:2])
    return {
        concept.id: ShownConcept(
            definition=concept.definition,
            kind=concept.kind,
            parent=concept.parent,
            names=spellings(concept.names),
            crops=crops.get(concept.id, [])[:_EXAMPLES_OF_CONCEPT],
        )
        for concept in taxonomy.concepts.values()
    }
