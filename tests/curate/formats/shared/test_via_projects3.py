"""Projects of VIA 3."""

import json
from pathlib import Path

from tests.curate.formats.pictures import Picture
from tests.curate.formats.via_exports import read


def test_a_project_of_via_3(tmp_path: Path) -> None:
    Picture("a.png", 48, 64).save(tmp_path)
    polygon = [7, 10, 10, 30, 10, 30, 30, 10, 30]
    metadata = {
        "1_a": {"vid": "1", "flg": 0, "z": [], "xy": polygon, "av": {"1": "0"}},
        "1_b": {"vid": "1", "flg": 0, "z": [], "xy": [3, 30, 24, 10], "av": {"1": "1"}},
        "1_c": {"vid": "1", "flg": 0, "z": [], "xy": [2, 1, 1, 9, 9], "av": {"1": "1"}},
        "1_d": {"vid": "1", "flg": 0, "z": [], "xy": [], "av": {"2": "sunny"}},
        "2_e": {"vid": "2", "flg": 0, "z": [], "xy": polygon, "av": {}},
    }
    data = {
        "project": {"pid": "__VIA_PROJECT_ID__", "data_format_version": "3.1.1"},
        "config": {},
        "attribute": {
            "1": {"aname": "animal", "type": 4, "options": {"0": "cat", "1": "dog"}},
            "2": {"aname": "weather", "type": 1, "options": {}},
        },
        "file": {"1": {"fid": "1", "fname": "a.png", "type": 2, "loc": 1, "src": ""}},
        "metadata": metadata,
        "view": {"1": {"fid_list": ["1"]}},
    }
    (tmp_path / "via3.json").write_text(json.dumps(data))
    back = read(tmp_path)
    areas = {row["label"]: row["area"] for row in back.rows}
    assert areas == {"cat": 400, "dog": 312}
    assert back.reasons == {"no_mask": 1, "unknown_image": 1}
