"""The page of the curation: `<build>/report/curation.html`.

It shows where every object went. Every number comes from a ledger or is counted from a
stage's tables; nothing is estimated. One more section is one function and its template
in sections/, and one line of `CURATION_SECTIONS`.
"""

from upath import UPath

from curate.schema import STAGES
from curate.settings import Settings
from curate.shards.manifest import read_manifest
from curate.storage import write_bytes
from pipelines.flow import build as builds
from pipelines.pages.curation.curated_build import CuratedBuild, read_curated_build
from pipelines.pages.curation.notices import find_notices
from pipelines.pages.curation.sections.balance import show_balance
from pipelines.pages.curation.sections.concepts import show_concepts
from pipelines.pages.curation.sections.drops import show_drops
from pipelines.pages.curation.sections.duplicates import show_duplicates
from pipelines.pages.curation.sections.exports import show_exports
from pipelines.pages.curation.sections.flags import show_flags
from pipelines.pages.curation.sections.flow import show_flow
from pipelines.pages.curation.sections.labels import show_labels
from pipelines.pages.curation.sections.splits import show_splits
from pipelines.pages.index import CURATION, links_beside, write_index
from pipelines.pages.page import Section, Values, render_page

_FOLDER = "curation/sections"

CURATION_SECTIONS: tuple[Section[CuratedBuild], ...] = (
    Section("flow", "The way of every object", f"{_FOLDER}/flow.html", show_flow),
    Section("exports", "Exports", f"{_FOLDER}/exports.html", show_exports),
    Section("drops", "What was dropped", f"{_FOLDER}/drops.html", show_drops),
    Section("labels", "Labels", f"{_FOLDER}/labels.html", show_labels),
    Section("concepts", "Concepts", f"{_FOLDER}/concepts.html", show_concepts),
    Section("balance", "Balance", f"{_FOLDER}/balance.html", show_balance),
    Section("splits", "Splits", f"{_FOLDER}/splits.html", show_splits),
    Section("duplicates", "Duplicates", f"{_FOLDER}/duplicates.html", show_duplicates),
    Section("flags", "Flags", f"{_FOLDER}/flags.html", show_flags),
)
"""The sections of the page, in order: name, title, template, and the template's values.
"""


def write_curation_page(settings: Settings) -> UPath:
    """Write the page of a build that is finished up to shard; its path.

    InputError if it is not finished, or has lost files since.
    """
    folder = UPath(settings.build)
    for stage in STAGES:
        builds.require_whole(folder, stage, "shard")

    build = read_curated_build(settings)
    page = render_page(
        "curation/curation.html", _show_head(build), CURATION_SECTIONS, build
    )
    path = folder / "report" / "curation.html"
    write_bytes(path, page)
    write_index(build.folder)
    return path


def _show_head(build: CuratedBuild) -> Values:
    """What is above the sections: the numbers that people ask for first, and notices."""
    manifest = read_manifest(build.folder / "shard")
    files = manifest.files if manifest else []
    return {
        "name": build.folder.name,
        "folder": str(build.folder),
        "annotations": build.ledgers["ingest"].came_in,
        "objects": build.ledgers["shard"].out,
        "images": build.images["image_id"].nunique(),
        "groups": build.images["group_id"].nunique(),
        "concepts": build.objects["concept"].nunique(),
        "labels": len(build.labels.table),
        "exports": len(build.exports),
        "files": len(files),
        "megabytes": sum(file.bytes for file in files) / 1e6,
        "notices": find_notices(build),
        "links": links_beside(build.folder, CURATION),
    }
