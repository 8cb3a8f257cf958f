"""The page of the evaluation: `<build>/report/report.html`.

It shows the model beside what it must beat. Every number is in report.json or is
counted from scores.parquet. One more section is one function and its template in
sections/, and one line of `EVALUATION_SECTIONS`.
"""

import base64
import hashlib
from functools import partial

from upath import UPath

from curate.settings import Settings
from curate.storage import write_bytes
from model.evaluation.methods import METHODS
from pipelines.pages.evaluation.answers import find_answers
from pipelines.pages.evaluation.evaluated_build import (
    EvaluatedBuild,
    read_evaluated_build,
)
from pipelines.pages.evaluation.model_card import write_model_card
from pipelines.pages.evaluation.notices import find_notices
from pipelines.pages.evaluation.sections.cases import show_cases
from pipelines.pages.evaluation.sections.confidence import show_confidence
from pipelines.pages.evaluation.sections.edges import show_edges
from pipelines.pages.evaluation.sections.gate import show_gate
from pipelines.pages.evaluation.sections.model import show_model
from pipelines.pages.evaluation.sections.overall import show_overall
from pipelines.pages.evaluation.sections.protocol import show_protocol
from pipelines.pages.evaluation.sections.spread import show_spread
from pipelines.pages.evaluation.sections.strata import (
    show_other_strata,
    show_sizes,
    show_strata,
)
from pipelines.pages.evaluation.sections.training import show_training
from pipelines.pages.index import EVALUATION, links_beside, write_index
from pipelines.pages.page import Section, Values, file, render_page

_FOLDER = "evaluation/sections"
_STRATA = f"{_FOLDER}/strata.html"

EVALUATION_SECTIONS: tuple[Section[EvaluatedBuild], ...] = (
    Section(
        "overall",
        "All methods, all test objects",
        f"{_FOLDER}/overall.html",
        show_overall,
        short_title="Overall",
    ),
    Section("gate", "Against the last model", f"{_FOLDER}/gate.html", show_gate),
    Section("by-domain", "By domain", _STRATA, partial(show_strata, "domain")),
    Section("by-size", "By size", _STRATA, show_sizes),
    Section("by-customer", "By customer", _STRATA, partial(show_strata, "customer")),
    Section("by-export", "By export", _STRATA, partial(show_strata, "export")),
    Section("by-concept", "By concept", _STRATA, partial(show_strata, "concept")),
    Section(
        "by-other",
        "Seen or not, at the edge or not, instances or components",
        _STRATA,
        show_other_strata,
        short_title="Other strata",
    ),
    Section(
        "edges",
        "Edges at other tolerances",
        f"{_FOLDER}/edges.html",
        show_edges,
        short_title="Edges",
    ),
    Section("spread", "Spread of IoU", f"{_FOLDER}/spread.html", show_spread),
    Section(
        "confidence",
        "Does it know when it is wrong?",
        f"{_FOLDER}/confidence.html",
        show_confidence,
        short_title="Confidence",
    ),
    Section("cases", "Cases", f"{_FOLDER}/cases.html", show_cases),
    Section("training", "Training", f"{_FOLDER}/training.html", show_training),
    Section("model", "The model", f"{_FOLDER}/model.html", show_model),
    Section("protocol", "How it was judged", f"{_FOLDER}/protocol.html", show_protocol),
)
"""The sections of the page, in order: name, title, template, and the template's values.
"""


def write_evaluation_page(settings: Settings) -> UPath:
    """Write the page of a build that has been evaluated, and its model card; the page's path.

    InputError if it has not.
    """
    build = read_evaluated_build(settings)
    page = render_page(
        "evaluation/evaluation.html", _show_head(build), EVALUATION_SECTIONS, build
    )
    path = build.folder / "report" / EVALUATION
    write_bytes(path, page)
    write_model_card(settings)
    write_index(build.folder)
    return path


def _show_head(build: EvaluatedBuild) -> Values:
    """What the page says before its sections, and its script."""
    script = file("evaluation/evaluation.js")
    digest = hashlib.sha256(script.encode()).digest()
    return {
        "name": build.folder.name,
        "folder": str(build.folder),
        "overall": build.overall,
        "model": build.overall.metrics["model"],
        "best": build.best,
        "baseline": build.overall.metrics[build.best.name],
        "gain": build.overall.differences["iou", build.best.name],
        "notices": find_notices(build),
        "answers": find_answers(build),
        "links": links_beside(build.folder, EVALUATION),
        "methods": METHODS.values(),
        "script": script,
        "script_digest": base64.b64encode(digest).decode(),
    }
