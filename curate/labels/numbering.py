"""Labels that number the instances: "yolk12", "car_1", "person #3", "leaf (2)".

Three hundred such labels are one name, and a reviewer should be asked once. The label
stays as it came; only what is matched and decided, `read_as`, is the name without the
number. The export's setting `label_numbers` says when:

- `strip`: the number at the end of a label counts instances.
- `keep`: it is part of the name (class1, class2).
- `auto`: the export's own labels tell. A name's numbers count instances if there are ten
  of them or more, if each occurs once in an image, and if they count: they are nearly
  without gaps, and either begin anew in each image (from 0 or 1, a higher number more
  seldom than a lower one) or go on through the export (each occurs once). Names of fewer
  than three letters (F16, T72), and words that say nothing without their number (class 7),
  keep it.

A label on which a reviewer has decided, letter for letter, is read as it is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from curate.flags import Flag
from curate.labels.decisions import Decisions
from curate.labels.outcomes import LABEL_KEYS, LABELS

NumberRule = Literal["auto", "strip", "keep"]
"""What the settings say of the numbers at the end of an export's labels."""

LABELS_AS_READ = LABELS.append(pa.field("read_as", pa.string()))
"""labels.parquet: `LABELS`, and the text that was matched."""

_NUMBER = re.compile(
    r"(?:[\s_.\-]*#?\s*(?<!\d)(\d{1,9})|\s*[(\[{]\s*#?(\d{1,9})\s*[)\]}])\s*$"
)
_LONGEST = 200  # characters; no tool numbers longer names
_LEAST_NUMBERS = 10
_LEAST_LETTERS = 3
_ONCE = 0.95  # share of the objects that are the only one of their label in their image
_FALLING = 0.8  # share of the numbers that are no more frequent than the number before
_GAPS = 2  # a number may be missing for each one that is there
_GENERIC = (
    "class",
    "category",
    "label",
    "type",
    "kind",
    "group",
    "grade",
    "id",
    "code",
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A label with a number at its end."""

    name: str
    number: int


def split_number(label: str) -> Numbered | None:
    """The name of a label and the number at its end; None if it has no name or no number.

    >>> split_number("person #3")
    Numbered(name='person', number=3)
    """
    if len(label) > _LONGEST:
        return None
    found = _NUMBER.search(label)
    if found is None:
        return None
    name = label[: found.start()].strip()
    if not any(character.isalpha() for character in name):
        return None
    return Numbered(name, int(found[1] or found[2]))


def count_uses(segments: pa.Table) -> pd.DataFrame:
    """The labels of a partition: export, label, number of `objects`, and of `images`."""
    by_label = segments.group_by(["export", "label"])
    counted = by_label.aggregate(
        [("image_id", "count"), ("image_id", "count_distinct")]
    )
    names = {"image_id_count": "objects", "image_id_count_distinct": "images"}
    uses: pd.DataFrame = counted.rename_columns(names).to_pandas()
    return uses


def total_uses(uses: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The tables of `count_uses` as one, each label of an export once, sorted."""
    by_label = pd.concat(uses).groupby(["export", "label"], as_index=False)
    summed: pd.DataFrame = by_label.sum()
    return summed


def find_numbered(
    uses: Iterable[pd.DataFrame], rules: Mapping[str, NumberRule]
) -> dict[tuple[str, str], str]:
    """The names of labels whose number counts instances, by export and label.

    `uses`: of `count_uses`, of all partitions. `rules`: by export; `auto` if not named.
    """
    names = {}
    for export, of_export in total_uses(uses).groupby("export"):
        rule = rules.get(str(export), "auto")
        if rule == "keep":
            continue
        for name, alike in _by_name(of_export).groupby("name"):
            if rule == "strip" or _counts_instances(str(name), alike):
                for label in alike["label"]:
                    names[str(export), str(label)] = str(name)
    return names


def as_read(
    counts: pd.DataFrame, names: Mapping[tuple[str, str], str], decisions: Decisions
) -> pd.DataFrame:
    """The labels of `outcomes.total_labels` with the column `read_as`: what is matched.

    `names`: of `find_numbered`.
    """
    read = []
    for customer, export, label in counts[LABEL_KEYS].itertuples(index=False):
        name = names.get((export, label), label)
        if decisions.find(customer, export, label) is not None:
            name = label
        read.append(name)
    return counts.assign(read_as=pd.Series(read, index=counts.index, dtype=object))


def by_name(labels: pd.DataFrame) -> pd.DataFrame:
    """One row for each name of an export: labels that are read alike are one.

    `labels`: with the column `read_as`. Counts are summed up, `label` is the name, and
    all else is that of the first label.
    """
    keys = ["customer", "export", "read_as"]
    columns = [column for column in labels.columns if column != "read_as"]
    others = [column for column in columns if column not in (*keys, "label")]

    how = dict.fromkeys(others, "first")
    how["count"] = "sum"
    how["example"] = "min"
    merged = labels.groupby(keys, as_index=False).agg(how)
    renamed = merged.rename(columns={"read_as": "label"})
    return renamed[columns]


def for_each_label(counts: pd.DataFrame, decided: pa.Table) -> pa.Table:
    """What becomes of each label: that of its name. A table of schema `LABELS_AS_READ`.

    `counts`: of `as_read`. `decided`: of `outcomes.decide_labels`, by name. A label whose
    number was left out is no exact match.
    """
    outcomes = decided.drop_columns(["count", "example"]).to_pandas()
    of_names = outcomes.rename(columns={"label": "read_as"})
    rows = counts.merge(of_names, how="left", on=["customer", "export", "read_as"])

    is_numbered = rows["label"] != rows["read_as"]
    is_exact = rows["how"] == "exact"
    inexact = is_numbered & is_exact
    rows["how"] = rows["how"].mask(inexact, "normalised")
    schema = decided.schema.append(LABELS_AS_READ.field("read_as"))
    return pa.Table.from_pandas(rows, schema=schema, preserve_index=False)


def with_numbered(decisions: Decisions, labels: pa.Table) -> Decisions:
    """The decisions, in which those on a name hold for its numbered labels, too.

    `labels`: of `for_each_label`.
    """
    by_export = {key: dict(value) for key, value in decisions.by_export.items()}
    for row in _numbered_rows(labels).to_pylist():
        customer = row["customer"]
        export = row["export"]
        decision = decisions.find(customer, export, row["read_as"])
        if decision is not None:
            of_export = by_export.setdefault((customer, export), {})
            of_export[row["label"]] = decision
    return msgspec.structs.replace(decisions, by_export=by_export)


def mark_numbered(segments: pa.Table, labels: pa.Table) -> pa.Table:
    """Rows of segments; those whose label was read without its number are flagged so."""
    numbered = _numbered_rows(labels)
    if not len(numbered) or not len(segments):
        return segments
    is_numbered = pc.is_in(_keys(segments), value_set=_keys(numbered))
    flags = segments["flags"].to_pylist()
    for row in np.flatnonzero(is_numbered.to_numpy(zero_copy_only=False)):
        flags[row] = sorted({*flags[row], Flag.NUMBERED_LABEL.value})
    at = segments.schema.get_field_index("flags")
    field = segments.schema.field(at)
    return segments.set_column(at, field, pa.array(flags, field.type))


def _by_name(labels: pd.DataFrame) -> pd.DataFrame:
    """The labels with a number at their end, and their `name` and `number`."""
    rows = []
    for row in labels.to_dict("records"):
        numbered = split_number(row["label"])
        if numbered is not None:
            rows.append(row | {"name": numbered.name, "number": numbered.number})
    return pd.DataFrame(rows, columns=[*labels.columns, "name", "number"])


def _counts_instances(name: str, alike: pd.DataFrame) -> bool:
    """Whether the numbers of a name count its instances, as the head of this file says.

    `alike`: its labels, with `number`, `objects` and `images`.
    """
    letters = sum(character.isalpha() for character in name)
    if letters < _LEAST_LETTERS or name.casefold() in _GENERIC:
        return False

    by_number = alike.groupby("number")[["objects", "images"]].sum().sort_index()
    numbers = by_number.index.to_numpy()
    if len(numbers) < _LEAST_NUMBERS:
        return False
    if np.ptp(numbers) + 1 > _GAPS * len(numbers):
        return False
    if by_number["images"].sum() < _ONCE * by_number["objects"].sum():
        return False

    objects = by_number["objects"].to_numpy()
    goes_on = bool((objects == 1).all())
    # Where all are as frequent, each may as well be a class of its own.
    is_rarer = objects[-1] < objects[0]
    is_falling = objects[1:] <= objects[:-1]
    falls = is_rarer and is_falling.mean() >= _FALLING
    return goes_on or bool(numbers[0] <= 1 and falls)


def _numbered_rows(labels: pa.Table) -> pa.Table:
    """The labels that are read without their number."""
    return labels.filter(pc.not_equal(labels["label"], labels["read_as"]))


def _keys(table: pa.Table) -> pa.Array:
    """Customer, export and label of each row as one text."""
    columns = [table[name].cast(pa.string()).combine_chunks() for name in LABEL_KEYS]
    return pc.binary_join_element_wise(*columns, "\0")
