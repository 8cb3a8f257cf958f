"""The tables of groups: splits and links, and what customers share."""

import numpy as np

from curate.curation_settings import SplitSettings
from curate.stages import group_tables
from curate.stages.groups import LINKS, NEAR_DUPLICATE, Groups
from curate.stages.image_rows import image_rows, one_table
from tests.curate.stages.image_table import FAR, Image, grouped, image, rows

SETTINGS = SplitSettings()
CUSTOMERS = {"e": "acme", "f": "acme", "g": "bolt"}


def test_the_table_of_groups_tells_splits_and_links() -> None:
    groups = grouped([image(1, video="v"), image(2, video="v"), image(3)], SETTINGS)
    table = group_tables.groups_table(groups, np.array([0, 1], np.int8))
    assert table.schema == group_tables.GROUPS
    assert table["split"].to_pylist() == ["train", "val"]
    assert table["image_ids"].to_pylist() == [[f"{1:032x}", f"{2:032x}"], [f"{3:032x}"]]
    assert table["links"].to_pylist() == [[("video", 1)], []]


def test_a_million_images_fit_into_the_table() -> None:
    # `pa.array` gives such columns in chunks, of which no list and no map can be made.
    many = 1_300_000
    ids = np.frombuffer(b"".join(b"%032x" % n for n in range(many)), "S32")
    alone = np.arange(many)
    one_each = np.ones(many, np.int64)
    links = np.zeros((many, len(LINKS)), np.int64)
    links[:, LINKS.index(NEAR_DUPLICATE)] = 1
    groups = Groups(
        image_ids=ids,
        group_of=alone,
        first=alone,
        domains=np.full(many, "street"),
        sizes=one_each,
        links=links,
        roles=np.zeros((many, 3), np.bool_),
        has_test_role=np.zeros(many, np.bool_),
    )
    table = group_tables.groups_table(groups, np.zeros(many, np.int8))
    last = table.slice(many - 1).to_pylist()
    assert last == [
        {
            "group_id": f"{many - 1:032x}",
            "domain": "street",
            "split": "train",
            "image_ids": [f"{many - 1:032x}"],
            "links": [(NEAR_DUPLICATE, 1)],
        }
    ]


def shared(*images: Image) -> list[tuple[str, str]]:
    """The image and the customer of each row of the table of shared images."""
    table = one_table([image_rows(rows(images), None)])
    found = group_tables.shared_images(table, grouped(images, SETTINGS), CUSTOMERS)
    assert found.schema == group_tables.SHARED_IMAGES
    numbers = [f"{int(each, 16)}" for each in found["image_id"].to_pylist()]
    return list(zip(numbers, found["customer"].to_pylist(), strict=True))


def test_images_that_customers_share_are_listed() -> None:
    same_bytes = [image(1), image(1, export="g")]
    assert shared(*same_bytes, image(2)) == [("1", "acme"), ("1", "bolt")]
    near = [image(1), image(2, export="g", dhash=FAR[1])]
    assert shared(*near) == [("1", "acme"), ("2", "bolt")]
    of_one_customer = [image(1), image(1, export="f")]
    assert shared(*of_one_customer) == []
