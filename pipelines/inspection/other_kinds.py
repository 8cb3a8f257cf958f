"""Files of formats that cannot be read, and what to do about each.

One more is one line of `UNREAD_KINDS`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from upath import UPath

from curate.exports.files import Files
from pipelines.inspection.records import OtherKind

_HEAD = 65_536  # bytes of a file in which its marks are looked for
_MOST_HEADS = 100  # files of a kind that are opened


@dataclass(frozen=True, slots=True)
class Kind:
    """A format that cannot be read.

    `path`: what is found in a path of it, in lower case. `mark`: what is found in the
    first bytes of it; None if its name says enough.
    """

    name: str
    path: str
    mark: bytes | None
    advice: str


_MASKS = "export polygons or masks from the tool, as COCO or as PNG masks"
_BOXES = f"boxes have no mask: {_MASKS}"
_SCANS = "write each slice as a PNG with a PNG mask of the same name beside it"
_TABLES = "write the pictures as files and the masks as PNG or COCO"

UNREAD_KINDS = (
    Kind("Pascal VOC boxes", r"\.xml$", rb"<bndbox>", _BOXES),
    Kind("ImageNet or VOC lists of boxes (CSV)", r"\.csv$", rb"(?i)\bxmin\b", _BOXES),
    Kind(
        "KITTI boxes",
        r"\.txt$",
        rb"^[A-Za-z_]+ -?[\d.]+ -?\d -?[\d.]+(?: -?[\d.]+){11}",
        _BOXES,
    ),
    Kind("CreateML boxes", r"\.json$", rb'"coordinates"\s*:\s*\{', _BOXES),
    Kind(
        "MOT tracks",
        r"(^|/)gt\.txt$",
        rb"^\d+,-?\d+,-?[\d.]+,-?[\d.]+,-?[\d.]+",
        _BOXES,
    ),
    Kind(
        "MOTS tracks",
        r"\.txt$",
        rb"^\d+ \d+ \d+ \d+ \d+ \S{8}",
        "write its run-lengths as COCO annotations: they are the same codec",
    ),
    Kind("OpenImages boxes", r"\.csv$", rb"^ImageID,Source,LabelName", _BOXES),
    Kind(
        "LVIS",
        r"\.json$",
        rb'"(neg_category_ids|not_exhaustive_category_ids)"',
        "it is COCO without file_name: add file_name to each image, from its coco_url",
    ),
    Kind(
        "nuScenes or nuImages",
        r"(^|/)(object_ann|sample_annotation|sample_data)\.json$",
        None,
        "nuscenes-devkit exports nuImages' masks as COCO; boxes alone have no mask",
    ),
    Kind(
        "BDD100K labels",
        r"\.json$",
        rb'"(poly2d|box2d)"|"frames"\s*:\s*\[\s*\{\s*"name"',
        "convert it with bdd100k's own to_coco, with its masks or polygons",
    ),
    Kind(
        "Mapillary Vistas",
        r"(^|/)config_v\d[\d.]*\.json$",
        None,
        "its panoptic folder is COCO panoptic: name that folder and format panoptic",
    ),
    Kind(
        "Mapillary Vistas polygons",
        r"\.json$",
        rb'"label"\s*:\s*"[a-z-]+--',
        "its panoptic folder is COCO panoptic; its labels are PNG masks",
    ),
    Kind(
        "BDD100K bitmasks",
        r"(^|/)bitmasks/.*\.png$",
        None,
        "their channels are class, flags and id: bdd100k's own to_coco writes COCO",
    ),
    Kind(
        "DeepFashion2",
        r"\.json$",
        rb'"item1"\s*:',
        "its own deepfashion2_to_coco.py writes COCO",
    ),
    Kind(
        "Aperio ImageScope regions",
        r"\.xml$",
        rb"<Annotations\b[^>]*>\s*<Annotation\b|<Vertex\b",
        "paint its regions into a PNG of numbered objects for each picture",
    ),
    Kind("DOTA boxes", r"\.txt$", rb"^imagesource:", _BOXES),
    Kind("Datature", r"\.json$", rb'"boundType"', "export it as COCO polygons there"),
    Kind("Diffgram", r"\.json$", rb'"instance_list"', "export it as COCO from it"),
    Kind(
        "SuperAnnotate before 2021, or of videos",
        r"\.json$",
        rb'"(lastAction|isPredicted|pointLabels)"',
        "export the project anew as images, in vector or pixel JSON, or as COCO",
    ),
    Kind(
        "CVAT backup",
        r"(^|/)(task|project)\.json$",
        rb'"(start_frame|data_original_chunk_type|chunk_size|label_schema|labels)"',
        "in CVAT, use Export dataset: CVAT for images 1.1, or CVAT for video 1.1",
    ),
    Kind(
        "COCO results",
        r"\.json$",
        rb'^\s*\[\s*\{[^{}\[\]]*"image_id"',
        "they list no images: put them under annotations of a COCO document",
    ),
    Kind(
        "YouTube-VIS",
        r"\.json$",
        rb'"(video_id|file_names)"',
        "write an image for each frame, and its masks as COCO: same run-lengths",
    ),
    Kind(
        "Ultralytics NDJSON",
        r"\.ndjson$",
        rb'"type"\s*:\s*"dataset"',
        "download it as YOLO: ultralytics' convert_ndjson_to_yolo writes labels",
    ),
    Kind(
        "Label Studio brush masks",
        r"(^|/)task-\d+-annotation-\d+-by-.*\.(png|npy)$",
        None,
        "their names tell no picture: export the project as JSON",
    ),
    Kind(
        "Encord", r"\.json$", rb'"(label_hash|objectHash)"', "export it as COCO from it"
    ),
    Kind("Dataloop", r"\.json$", rb'"itemMetadata"', "download it as COCO from it"),
    Kind(
        "Kili", r"\.json$", rb'"(jsonResponse|boundingPoly)"', "export it as COCO there"
    ),
    Kind(
        "Segments.ai release",
        r"\.json$",
        rb'"segmentation_bitmap"',
        "segments-ai's export_dataset writes COCO panoptic",
    ),
    Kind(
        "GeoJSON",
        r"\.(geojson|json)$",
        rb'"FeatureCollection"',
        "its coordinates lie on a map: rasterise them over each picture as PNG masks",
    ),
    Kind(
        "shapefile",
        r"\.shp$",
        None,
        "its coordinates lie on a map: rasterise them over each picture as PNG masks",
    ),
    Kind("TFRecord", r"\.tfrecords?(-\d+-of-\d+)?(\.gz)?$", None, _TABLES),
    Kind("NIfTI medical volume", r"\.nii(\.gz)?$", None, _SCANS),
    Kind("DICOM medical images", r"\.(dcm|dicom)$", None, _SCANS),
    Kind("medical volume (NRRD, MetaImage)", r"\.(nrrd|nhdr|mha|mhd)$", None, _SCANS),
    Kind(
        "whole-slide image", r"\.(svs|ndpi|mrxs|scn)$", None, "cut it into tiles first"
    ),
    Kind("MATLAB file", r"\.mat$", None, "write its arrays as PNG masks (imwrite)"),
    Kind("NumPy arrays", r"\.np[yz]$", None, "write each array as a PNG mask"),
    Kind("HDF5", r"\.(h5|hdf5)$", None, _TABLES),
    Kind("Parquet", r"\.parquet$", None, _TABLES),
    Kind("Arrow", r"\.(arrow|feather)$", None, _TABLES),
    Kind("LMDB", r"(^|/)data\.mdb$", None, _TABLES),
    Kind("Python pickle", r"\.(pkl|pickle)$", None, f"it is code to run; {_TABLES}"),
    Kind(
        "database", r"\.(db|sqlite3?)$", None, "export from the tool that it belongs to"
    ),
    Kind(
        "video",
        r"\.(mp4|avi|mov|mkv|webm|m4v|mpe?g)$",
        None,
        "write its frames as pictures (ffmpeg -i FILE frame_%06d.png)",
    ),
    Kind("layered picture", r"\.(psd|xcf|kra)$", None, "save each layer as a PNG mask"),
    Kind("HEIC photos", r"\.hei[cf]$", None, "convert them to JPEG, of the same names"),
    Kind(
        "camera raw files",
        r"\.(dng|cr2|cr3|nef|arw|raf|orf|rw2)$",
        None,
        "develop them to JPEG or PNG, of the same names",
    ),
    Kind("JPEG XL pictures", r"\.jxl$", None, "convert them to PNG, of the same names"),
    Kind("SVG", r"\.svgz?$", None, "export polygons as COCO, or masks as PNG"),
    Kind(
        "point cloud",
        r"\.(pcd|las|laz|ply|bag)$",
        None,
        "it holds no pictures: masks of pictures are what is read here",
    ),
    Kind(
        "archive of another kind",
        r"\.(7z|rar|tar\.lz4|lz4)$",
        None,
        "unpack it, or pack it as zip",
    ),
)


def find_other_kinds(
    files: Files, without: Iterable[str] = (), kinds: Sequence[Kind] = UNREAD_KINDS
) -> list[OtherKind]:
    """The kinds of which the export holds files, by how many there are.

    `without`: paths that a format has read.
    """
    read = set(without)
    heads: dict[str, bytes] = {}
    found = []
    for kind in kinds:
        pattern = re.compile(kind.path)
        named = [
            path
            for path in files.paths
            if path not in read and pattern.search(path.lower())
        ]
        # Many tools write .json: only what is in it tells whose it is.
        if kind.mark is not None:
            named = _with_mark(files, named, re.compile(kind.mark, re.M), heads)
        if named:
            found.append(OtherKind(kind.name, len(named), named[0], kind.advice))
    return sorted(found, key=lambda each: -each.files)


def _with_mark(
    files: Files, paths: list[str], mark: re.Pattern[bytes], heads: dict[str, bytes]
) -> list[str]:
    """The paths of files that begin with a mark; of many, those of some files."""
    step = max(1, len(paths) // _MOST_HEADS)
    marked = []
    for path in paths[::step]:
        if path not in heads:
            heads[path] = _head(files.file(path))
        if mark.search(heads[path]):
            marked.append(path)
    return marked


def _head(file: UPath) -> bytes:
    """The first bytes of a file; none if it cannot be read."""
    try:
        with file.open("rb") as stream:
            head: bytes = stream.read(_HEAD)
    except OSError:
        return b""
    return head
