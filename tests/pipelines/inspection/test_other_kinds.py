"""Formats that cannot be read are named, with what to do."""

from pathlib import Path

import pytest
from upath import UPath

from curate.errors import InputError
from curate.exports.files import Files
from pipelines.inspection.other_kinds import UNREAD_KINDS, find_other_kinds
from tests.pipelines.inspection.small_exports import inspected

_CASES = [
    ("bitmasks/train/a.png", b"", "BDD100K bitmasks"),
    ("r.json", b'{"frames": [{"name": "a.jpg", "labels": []}]}', "BDD100K labels"),
    (
        "x.json",
        b'{"objects": [{"label": "animal--bird"}]}',
        "Mapillary Vistas polygons",
    ),
    ("1.json", b'{"source": "shop", "item1": {}}', "DeepFashion2"),
    ("s.xml", b'<Annotations M="1"><Annotation Id="1">', "Aperio ImageScope regions"),
    ("a/1.xml", b"<annotation>\n<object><bndbox><xmin>1", "Pascal VOC boxes"),
    (
        "label_2/000001.txt",
        b"Car 0.00 0 -1.58 587.01 173.33 614.12 200.12 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59",
        "KITTI boxes",
    ),
    ("det.json", b'[{"name": "1.jpg", "labels": [{"box2d": {}}]}]', "BDD100K labels"),
    ("task_0/task.json", b'{"name": "a", "labels": [{"name": "cat"}]}', "CVAT backup"),
    ("train.json", b'{"videos": [{"file_names": ["a/0.jpg"]}]}', "YouTube-VIS"),
    ("d.ndjson", b'{"type": "dataset", "task": "segment"}\n', "Ultralytics NDJSON"),
    ("task-1-annotation-2-by-1-tag-Cat-0.png", b"", "Label Studio brush masks"),
    ("v1.0/sample_data.json", b"[]", "nuScenes or nuImages"),
    ("train-00000-of-00010.tfrecord", b"", "TFRecord"),
    ("x.tfrecord-00000-of-00010", b"", "TFRecord"),
    ("scan.nii.gz", b"", "NIfTI medical volume"),
    ("I/1.DCM", b"", "DICOM medical images"),
    ("GT.mat", b"", "MATLAB file"),
    ("train.parquet", b"", "Parquet"),
    ("lmdb/data.mdb", b"", "LMDB"),
    ("clip.MP4", b"", "video"),
    ("IMG_1.HEIC", b"", "HEIC photos"),
    (
        "P1.txt",
        b"imagesource:GoogleEarth\ngsd:0.1\n1 1 2 1 2 2 1 2 ship 0",
        "DOTA boxes",
    ),
    ("a.json", b'[{"annotations": [{"boundType": "polygon"}]}]', "Datature"),
    ("b.json", b'{"1": {"instance_list": []}}', "Diffgram"),
    ("a.jpg.json", b'{"step_1": {"toolName": "polygonTool"}}', "LabelBee or LabelU"),
    ("u.json", rb'[{"result": "{\"toolName\": \"a\"}"}]', "LabelBee or LabelU"),
    ("IMG_1.CR2", b"", "camera raw files"),
    ("sav_1.json", b'{"video_id": "sav_1", "masklet": [[{}]]}', "SA-V"),
    (
        "samples.json",
        b'{"samples": [{"filepath": "data/a.jpg", "_media_type": "image"}]}',
        "FiftyOne's own JSON",
    ),
    (
        "labels.json",
        b'{"classes": ["cat"], "labels": {"a": [{"label": "cat", "bounding_box": [0.1]}]}}',
        "FiftyOne's own JSON",
    ),
    (
        "train/metadata.jsonl",
        b'{"file_name": "a.jpg", "mask": "m/a.png"}',
        "Hugging Face image folder",
    ),
    (
        "train/metadata.csv",
        b"file_name,mask_file_name\na.jpg,b.png",
        "Hugging Face image folder",
    ),
    ("p.jsonl", b'{"image": "a.jpg", "_input_hash": 1, "spans": []}', "Prodigy"),
    ("1-asset.json", b'{"asset": {"format": "jpg"}, "regions": []}', "VoTT"),
    (
        "az.jsonl",
        b'{"image_url": "a.jpg", "image_details": {"format": "jpg"}}',
        "Azure Machine Learning data set",
    ),
    ("v.jsonl", b'{"imageGcsUri": "gs://b/a.jpg"}', "Vertex AI data set"),
    ("r1.json", b'{"image_w_h": [6, 4], "objects": []}', "RectLabel's own JSON"),
    (
        "x.udt.json",
        b'{"samples": [{"annotation": [{"regionType": "polygon"}]}]}',
        "Universal Data Tool",
    ),
    ("ol.json", b'{"openlabel": {"frames": {"0": {}}}}', "OpenLABEL"),
    ("d.xml", b"<dataset><images>\n<image file='a.jpg'>", "dlib's imglab boxes"),
    (
        "ann/v.mp4.json",
        b'{"size": {}, "framesCount": 2, "frames": []}',
        "Supervisely project of videos",
    ),
    ("x_post_disaster.json", b'{"features": {"xy": [{"wkt": "POLYGON"}]}}', "xBD"),
    (
        "w.csv",
        b'ImageId,ClassType,WKT\n1,1,"MULTIPOLYGON (((0 0, 1 1, 1 0)))"',
        "polygons as WKT (CSV)",
    ),
    (
        "polygons.jsonl",
        b'{"id": "a", "annotations": [{"coordinates": [[[1, 2], [3, 4]]]}]}',
        "HuBMAP polygons",
    ),
    ("P01.json", b'{"video_annotations": []}', "EPIC-KITCHENS VISOR"),
    ("Label/Record1/Camera 5/1_bin.png", b"", "ApolloScape"),
    ("sequence.0/step0.frame_data.json", b"", "Unity Perception (SOLO)"),
    ("semantic_segmentation_labels_0000.json", b"", "Omniverse Replicator"),
    ("RoiSet/0001-0002.roi", b"", "ImageJ regions"),
    ("a.CZI", b"", "microscope's own pictures"),
    (
        "results.json",
        b'[{"category_id": 1, "image_id": 7, "score": 1}]',
        "COCO results",
    ),
]


@pytest.mark.parametrize(("path", "data", "name"), _CASES)
def test_a_kind_is_told_by_name_and_mark(
    tmp_path: Path, path: str, data: bytes, name: str
) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(data)
    (found,) = find_other_kinds(Files(UPath(tmp_path), (path,)))
    assert (found.name, found.files, found.example) == (name, 1, path)
    assert not find_other_kinds(Files(UPath(tmp_path), (path,)), without=[path])


def test_a_file_of_another_kind_is_named_itself(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"")
    with pytest.raises(InputError, match="this is video, which cannot be read: write"):
        inspected(tmp_path / "film.mp4")


def test_no_two_lines_of_the_table_have_one_name() -> None:
    assert len({kind.name for kind in UNREAD_KINDS}) == len(UNREAD_KINDS)
