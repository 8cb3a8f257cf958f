"""The flags: remarks on objects that went on, by export, and crops with those on masks."""

from dataclasses import dataclass

from curate.flags import QUALITY_FLAGS, Flag
from pipelines.pages.curation import pictures
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.curation.examples import CropExample, find_flag_examples
from pipelines.pages.page import Values

_MOST_CROPS = 8  # of each flag


@dataclass(frozen=True, slots=True)
class ExportShare:
    """The objects of an export that have a flag."""

    export: str
    count: int
    share: float
    """Share of the export's objects."""


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """A flag that objects of the shards have."""

    flag: str
    meaning: str
    count: int
    exports: list[ExportShare]
    """The most frequent first."""
    trust: float | None
    """The factor that the settings give to it."""
    examples: list[CropExample]


def show_flags(build: CuratedBuild) -> Values:
    """The flags, the most frequent first, with crops of those that concern masks."""
    found = find_flag_examples(build.folder, QUALITY_FLAGS, _MOST_CROPS)
    every = [example for examples in found.values() for example in examples]
    trust = build.settings.balance.flag_trust

    flags = []
    for flag in Flag:
        exports = _shares(build, flag)
        if not exports:
            continue
        shown = ShownFlag(
            flag=flag.value,
            meaning=flag.meaning,
            count=sum(each.count for each in exports),
            exports=exports,
            trust=trust.get(flag),
            examples=found.get(flag.value, []),
        )
        flags.append(shown)
    return {
        "flags": sorted(flags, key=lambda each: (-each.count, each.flag)),
        "objects": build.ledgers["shard"].out,
        "pictures": pictures.paint_crops(build.folder / "shard", every),
    }


def _shares(build: CuratedBuild, flag: Flag) -> list[ExportShare]:
    """The exports with objects that have a flag, those with the most first."""
    rows = build.flags[build.flags["flag"] == flag.value]
    ordered = rows.sort_values(["count", "export"], ascending=[False, True])
    objects = build.objects.groupby("export")["count"].sum()
    shares = []
    for export, count in zip(ordered["export"], ordered["count"], strict=True):
        shares.append(ExportShare(export, int(count), count / objects[export]))
    return shares
