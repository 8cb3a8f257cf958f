"""The review page in a browser: deciding by keys, undo, copying, saving, hostile labels."""

from pathlib import Path

import pytest

from curate.labels.concept_file import load_concepts
from curate.labels.decisions import load_decisions
from tests.pipelines.pages.browser import NEEDS_BROWSER, Tab
from tests.pipelines.pages.review.served_page import HOSTILE, ServedPage
from tests.pipelines.small_project import Verb

pytestmark = NEEDS_BROWSER


def label(tab: Tab) -> str:
    return tab.page.inner_text("#label h1")


def wait_until_saved(tab: Tab) -> None:
    tab.page.evaluate("saving")
    assert tab.status() == "saved"


def decided(served: ServedPage) -> dict[str, str]:
    """What the customer's file says."""
    taxonomy = load_concepts(served.project.folder / "taxonomy" / "concepts.yaml")
    found = load_decisions(served.customer_file.parent, taxonomy)
    return {label: each.word for label, each in found.by_customer["street"].items()}


def test_200_labels_are_decided_and_saved_from_the_keyboard(
    served_many: ServedPage, tab: Tab
) -> None:
    tab.open(served_many.url)
    for number in range(200):
        tab.press("b" if number % 10 else "r")
    assert tab.page.inner_text("#progress").startswith("200 of 200 labels decided")
    wait_until_saved(tab)
    words = decided(served_many)
    assert len(words) == 200
    assert sorted(set(words.values())) == ["background", "reject"]
    assert not tab.errors


def test_choosing_undoing_and_rejecting_are_saved(served: ServedPage, tab: Tab) -> None:
    tab.open(served.url)
    first = label(tab)
    tab.press("/")
    tab.page.keyboard.type("pedest")  # another name of person
    tab.press("Enter")
    assert label(tab) != first
    tab.press("u")
    assert label(tab) == first
    tab.press("Shift+Digit1", "/")
    tab.page.keyboard.type("whee")
    tab.press("Enter")
    wait_until_saved(tab)
    assert list(decided(served).values()) == ["wheel"]
    assert "rejected_objects:\n  - " in served.customer_file.read_text("utf-8")
    assert not tab.errors

    tab.open(served.url)  # what is saved shows again
    tab.page.select_option("#filter", "reviewed")
    assert "wheel (decided by" in tab.page.inner_text("#label .answer")


def test_concepts_are_found_by_their_words(served: ServedPage, tab: Tab) -> None:
    tab.open(served.url)
    first = label(tab)
    tab.press("/")
    tab.page.keyboard.type("Vehicle-wheel")
    assert tab.page.locator("#chooser li strong").all_inner_texts() == ["wheel"]
    tab.page.keyboard.type(" zebra")
    assert "No name or definition has these words" in tab.page.inner_text("#chooser")
    tab.press("Escape", "j")  # at once, although a text is there
    assert label(tab) != first
    assert not tab.errors


def test_a_conflict_is_told_and_nothing_is_lost(served: ServedPage, tab: Tab) -> None:
    tab.open(served.url)
    served.customer_file.parent.mkdir()
    served.customer_file.write_text("labels:\n  zorp: wheel\n")
    while label(tab) != "zorp":
        tab.press("j")
    tab.press("b")
    tab.page.evaluate("saving")
    assert "is decided as 'wheel' already" in tab.status()
    assert decided(served) == {"zorp": "wheel"}


def test_the_copied_yaml_is_a_queue_that_is_applied(
    served: ServedPage, tab: Tab, verb: Verb
) -> None:
    folder = served.project.build / "taxonomy"
    tab.open((folder / "review.html").as_uri())
    for key in "blr":
        tab.press(key)
    tab.press("y")
    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert tab.status() == "copied"
    assert tab.page.input_value("#yaml textarea") == copied
    tab.page.reload()  # unfinished work is still there
    tab.page.wait_for_selector("body[data-ready]")
    assert tab.page.evaluate("allAnswers()") == copied

    (folder / "review.yaml").write_text(copied, "utf-8")
    outcome = verb("taxonomy", served.project.settings)
    assert outcome.code == 0, outcome.err
    assert sorted(decided(served).values()) == ["background", "reject"]
    assert Path(folder / "answered" / "review-001.yaml").read_text("utf-8") == copied
    assert not tab.errors


@pytest.mark.parametrize("width", [1400, 420])
def test_a_hostile_label_is_text_and_nothing_overflows(
    served: ServedPage, tab: Tab, width: int
) -> None:
    tab.page.set_viewport_size({"width": width, "height": 900})
    tab.open(served.url)
    while "script" not in label(tab):
        tab.press("j")
    assert label(tab) == HOSTILE.replace("\u202e", "\\u{202e}").replace(
        "\x1b", "\\u{1b}"
    )
    assert tab.page.title() != "gone"
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    tab.press("b")
    wait_until_saved(tab)
    assert decided(served) == {HOSTILE: "background"}
    assert not tab.errors
