"""Splits that earlier runs gave: they hold against other seeds and groups, and it is said."""

from tests.pipelines.flow.built import split_of
from tests.pipelines.small_project import Project, Verb


def test_pins_hold_against_another_seed(project: Project, verb: Verb) -> None:
    project.add("street", 10, ["car"])
    assert verb("split", project.settings).code == 0
    before = split_of(project)

    project.change(split={"val": 0.2, "test": 0.2, "seed": 7})
    outcome = verb("split", project.settings)
    assert outcome.code == 0
    assert "10 images keep their split" in outcome.err
    assert "pins.parquet" in outcome.err
    assert split_of(project) == before


def test_what_pins_hold_against_other_groups_is_said(
    project: Project, verb: Verb
) -> None:
    project.add("street", 10, ["car"])
    assert verb("split", project.settings).code == 0
    before = split_of(project)

    # All images become one scene, which joins images that are pinned to several splits.
    project.change(split={"val": 0.2, "test": 0.2, "scene_pattern": "images"})
    outcome = verb("split", project.settings)
    assert outcome.code == 0
    assert "though the new split.scene_pattern may group them otherwise" in outcome.err
    assert "1 groups now join images of several splits and go to test" in outcome.err
    assert "one group holds 10 of the 10 images of street" in outcome.err
    assert set(split_of(project).values()) < set(before.values())
