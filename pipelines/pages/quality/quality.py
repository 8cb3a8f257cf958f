"""The page of the annotations' quality: `<build>/report/quality.html`.

It shows the most doubtful annotations, and the lines that reject them. Every number is from the
files of `<build>/quality/`.
"""

from dataclasses import dataclass

import msgspec
from upath import UPath

from curate.curation_settings import BalanceSettings
from curate.errors import InputError
from curate.settings import Settings
from curate.storage import read_table, write_bytes
from model.annotations.report import (
    DOUBTFUL,
    MOST_WRONG,
    DeliveryQuality,
    DoubtfulAnnotation,
    QualityReport,
    read_deliveries,
    read_quality,
)
from model.annotations.spoiling import Spoiling
from pipelines.pages.index import QUALITY, links_beside, write_index
from pipelines.pages.page import Section, Values, render_page
from pipelines.pages.quality.pictures import paint_annotation

_FOLDER = "quality/sections"


@dataclass(frozen=True, slots=True)
class JudgedBuild:
    """The judged annotations of a build."""

    folder: UPath
    report: QualityReport
    worst: list[DoubtfulAnnotation]
    deliveries: list[DeliveryQuality]
    balance: BalanceSettings
    """How much doubtful annotations lose in weight, and which deliveries are accepted."""


@dataclass(frozen=True, slots=True)
class ShownAnnotation:
    """A doubtful annotation with its picture."""

    annotation: DoubtfulAnnotation
    picture: str
    suspicion: str


def write_quality_page(settings: Settings) -> UPath:
    """Write the page of a build whose annotations are judged; its path.

    InputError if they are not.
    """
    build = _read(settings)
    values = {
        "name": build.folder.name,
        "folder": str(build.folder),
        "report": build.report,
        "links": links_beside(build.folder, QUALITY),
        "notices": [],
    }
    page = render_page("quality/quality.html", values, QUALITY_SECTIONS, build)
    path = build.folder / "report" / QUALITY
    write_bytes(path, page)
    write_index(build.folder)
    return path


def _read(settings: Settings) -> JudgedBuild:
    folder = UPath(settings.build)
    report = read_quality(folder / "quality")
    if report is None:
        raise InputError(
            f"{folder / 'quality'}: no quality.json here; run 'python -m pipelines quality' first"
        )
    table = read_table(folder / "quality" / "worst.parquet")
    return JudgedBuild(
        folder=folder,
        report=report,
        worst=msgspec.convert(table.to_pylist(), list[DoubtfulAnnotation]),
        deliveries=read_deliveries(folder / "quality"),
        balance=settings.balance,
    )


def show_worst(build: JudgedBuild) -> Values:
    """The most doubtful annotations, the worst first."""
    shown = []
    for annotation in build.worst:
        each = ShownAnnotation(
            annotation=annotation,
            picture=paint_annotation(annotation),
            suspicion=Spoiling(annotation.suspicion).meaning,
        )
        shown.append(each)
    return {"worst": shown}


def show_reject(build: JudgedBuild) -> Values:
    """The lines for each customer's file that reject what is shown."""
    by_customer: dict[str, list[DoubtfulAnnotation]] = {}
    for annotation in build.worst:
        by_customer.setdefault(annotation.customer, []).append(annotation)
    return {"customers": by_customer, "quality_trust": build.balance.quality_trust}


def show_deliveries(build: JudgedBuild) -> Values | None:
    """Each delivery as a whole, the one with most wrong masks first."""
    if not build.deliveries:
        return None
    ordered = sorted(build.deliveries, key=_surely_right)
    return {
        "deliveries": ordered,
        "held": [each for each in ordered if each.is_held],
        "balance": build.balance,
        "most_wrong": MOST_WRONG,
    }


def _surely_right(delivery: DeliveryQuality) -> float:
    if delivery.wrong is None:
        return 2.0
    return 1 - delivery.wrong.low


def show_groups(build: JudgedBuild) -> Values:
    """Exports by customer, the one with the largest share of doubtful annotations first."""
    return {"groups": build.report.groups, "doubtful": DOUBTFUL}


def show_found(build: JudgedBuild) -> Values:
    """How well masks spoiled on purpose are found."""
    return {"found": build.report.found, "doubtful": DOUBTFUL}


QUALITY_SECTIONS: tuple[Section[JudgedBuild], ...] = (
    Section(
        "deliveries",
        "Deliveries as a whole",
        f"{_FOLDER}/deliveries.html",
        show_deliveries,
    ),
    Section(
        "worst", "The most doubtful annotations", f"{_FOLDER}/worst.html", show_worst
    ),
    Section("reject", "Reject them", f"{_FOLDER}/reject.html", show_reject),
    Section("exports", "By export", f"{_FOLDER}/groups.html", show_groups),
    Section("found", "How sure this is", f"{_FOLDER}/found.html", show_found),
)
"""The sections of the page, in order: name, title, template, and the template's values.
"""
