"""The index: what is there, the pages that people ask for first at the top."""

from pathlib import Path

from upath import UPath

from pipelines.pages.index import links_beside, write_index
from tests.pipelines.pages.page_reader import PageReader


def test_it_lists_the_pages_that_are_there(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    for name in ("compare-2-3.html", "report.html", "curation.html"):
        title = f"{name} &lt;b&gt;"
        (folder / name).write_text(f"<title>{title}</title>")
    path = write_index(UPath(tmp_path))
    page = path.read_text("utf-8")
    reader = PageReader(page)
    near = [each for each in reader.addresses if not each.startswith("#")]
    assert near == ["curation.html", "report.html", "compare-2-3.html"]
    assert "report.html <b>" in reader.text
    assert "Whether the model is better" in reader.text

    # Written again, it does not list itself.
    assert write_index(UPath(tmp_path)).read_text("utf-8") == page


def test_pages_link_to_those_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    assert links_beside(UPath(tmp_path), "report.html") == [("index.html", "All pages")]
    (folder / "curation.html").touch()
    assert links_beside(UPath(tmp_path), "report.html") == [
        ("index.html", "All pages"),
        ("curation.html", "Curation"),
    ]
