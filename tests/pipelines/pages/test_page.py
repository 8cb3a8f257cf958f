"""Pages: sections appear in the order of their table; one with nothing to show is left out."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import pipelines.pages
from pipelines.pages.comparison.comparison import COMPARISON_SECTIONS
from pipelines.pages.curation.curation import CURATION_SECTIONS
from pipelines.pages.evaluation.evaluation import EVALUATION_SECTIONS
from pipelines.pages.inspection.inspection import INSPECTION_SECTIONS
from pipelines.pages.loop.loop import LOOP_SECTIONS
from pipelines.pages.page import Section, Values, render_page
from pipelines.pages.quality.quality import QUALITY_SECTIONS
from tests.pipelines.pages.page_reader import PageReader

FOLDER = Path(pipelines.pages.__file__).parent
FLAGS = "curation/sections/flags.html"
PAGES = (
    CURATION_SECTIONS,
    EVALUATION_SECTIONS,
    INSPECTION_SECTIONS,
    QUALITY_SECTIONS,
    COMPARISON_SECTIONS,
    LOOP_SECTIONS,
)


def no_flags(objects: int) -> Values:
    return {"flags": [], "pictures": {}, "objects": objects}


def nothing(_: int) -> None:
    return None


def test_sections_appear_in_order() -> None:
    sections = [
        Section("second", "The second section", FLAGS, no_flags, short_title="Second"),
        Section("absent", "The absent section", FLAGS, nothing),
        Section("first", "The first section", FLAGS, no_flags),
    ]
    page = render_page("base.html", {"notices": []}, sections, 0).decode()
    reader = PageReader(page)
    contents = [each for each in reader.addresses if each != "#main"]
    assert contents == ["#second", "#first"]
    assert page.index('<section id="second"') < page.index('<section id="first"')
    assert "Second The first section" in reader.text
    assert "absent" not in page


@pytest.mark.parametrize(
    "sections",
    PAGES,
    ids=["curation", "evaluation", "inspection", "quality", "comparison", "loop"],
)
def test_each_section_has_a_name_of_its_own_and_a_template(
    sections: Sequence[Section[object]],
) -> None:
    names = [section.name for section in sections]
    assert len(names) == len(set(names))
    assert all((FOLDER / section.template).is_file() for section in sections)


def test_each_template_of_a_section_is_used() -> None:
    used = set()
    for sections in PAGES:
        used |= {section.template for section in sections}
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/sections/*.html")}
    assert there == {template for template in used if "/sections/" in template}


def test_pages_are_written_without_torch() -> None:
    modules = "pipelines.pages.curation.curation, pipelines.pages.evaluation.evaluation"
    script = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
