"""Objects' attributes as a table."""

import pyarrow as pa

from pipelines.flow.attribute_pairs import attribute_pairs


def test_each_attribute_of_each_object_is_a_row_beside_its_objects_columns() -> None:
    attributes = [[("colour", "red"), ("size", "L")], None, [], [("size", "S")]]
    rows = pa.table(
        {
            "label": pa.array(["car", "bus", "van", "cab"]).dictionary_encode(),
            "attributes": pa.array(attributes, pa.map_(pa.string(), pa.string())),
        }
    )
    for given in (rows, pa.concat_tables([rows.slice(0, 2), rows.slice(2)])):
        assert attribute_pairs(given, ["label"]).to_pylist() == [
            {"label": "car", "attribute": "colour", "value": "red"},
            {"label": "car", "attribute": "size", "value": "L"},
            {"label": "cab", "attribute": "size", "value": "S"},
        ]
