"""Documents of tools and data sets that cannot be read, each with what to do about it."""

from pipelines.inspection.records import Kind

_MASKS = "export polygons or masks from the tool, as COCO or as PNG masks"
_BOXES = f"boxes have no mask: {_MASKS}"

DOCUMENT_KINDS = (
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
        "nuScenes or nuImages",
        r"(^|/)(object_ann|sample_annotation|sample_data)\.json$",
        None,
        "nuscenes-devkit exports nuImages' masks as COCO; boxes alone have no mask",
    ),
    Kind(
        "BDD100K labels",
        r"\.json$",
        rb'"box2d"|"poly2d"\s*:\s*\[\s*(\[|\{\s*"(vertices|types))|"frames"\s*:\s*\[\s*\{\s*"name"',
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
        "SA-V",
        r"\.json$",
        rb'"masklet"',
        "write an image for each frame, and its masks as COCO: same run-lengths",
    ),
    Kind(
        "YouTube-VIS",
        r"\.json$",
        rb'"video_id"\s*:\s*\d|"file_names"',
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
    Kind(
        "LabelBee or LabelU",
        r"\.json$",
        rb'"toolName\\?"\s*:',
        "export it as COCO from it",
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
        "FiftyOne's own JSON",
        r"\.json$",
        rb'"_media_type"|"sample_fields"|"bounding_box"\s*:\s*\[',
        "in FiftyOne, export it as COCODetectionDataset, with the label_field of its masks",
    ),
    Kind(
        "Hugging Face image folder",
        r"(^|/)metadata\.(jsonl|csv)$",
        rb"\bfile_name\b",
        "put each mask into a folder masks beside images, with its image's name; or "
        "write its objects as COCO",
    ),
    Kind(
        "Prodigy",
        r"\.jsonl$",
        rb'"_input_hash"',
        "write the points of its spans as COCO polygons: both are px",
    ),
    Kind(
        "VoTT",
        r"\.json$",
        rb'"assets?"\s*:\s*\{',
        "write the points of its regions as COCO polygons: both are px",
    ),
    Kind(
        "Azure Machine Learning data set",
        r"\.jsonl$",
        rb'"image_details"',
        "export the labels as COCO from it",
    ),
    Kind(
        "Vertex AI data set",
        r"\.jsonl$",
        rb'"imageGcsUri"',
        "download the masks that it names into a folder masks, each with its image's name",
    ),
    Kind(
        "RectLabel's own JSON", r"\.json$", rb'"image_w_h"', "export it as COCO from it"
    ),
    Kind(
        "Universal Data Tool",
        r"\.json$",
        rb'"regionType"',
        "write its points as COCO polygons: times the picture's width and height, in px",
    ),
    Kind("OpenLABEL", r"\.json$", rb'"openlabel"', _MASKS),
    Kind("dlib's imglab boxes", r"\.xml$", rb"<image file=['\"]", _BOXES),
    Kind(
        "Supervisely project of videos",
        r"\.json$",
        rb'"framesCount"',
        "in Supervisely, turn it into a project of images, and export that",
    ),
    Kind(
        "xBD",
        r"\.json$",
        rb'"wkt"',
        "its folder targets holds masks: name it by options.masks of format labelmap",
    ),
    Kind(
        "polygons as WKT (CSV)",
        r"\.csv$",
        rb"\b(MULTI)?POLYGON *\(",
        "write them as COCO polygons, in px of each picture",
    ),
    Kind(
        "HuBMAP polygons",
        r"\.jsonl$",
        rb'"coordinates"\s*:\s*\[\s*\[\s*\[',
        "write its coordinates as COCO polygons: both are px",
    ),
    Kind(
        "EPIC-KITCHENS VISOR",
        r"\.json$",
        rb'"video_annotations"',
        "write its segments as COCO polygons, in px of the pictures that you have",
    ),
    Kind(
        "ApolloScape",
        r"(^|/)label/.*_bin\.png$",
        None,
        "its classes have their own numbers: read its _bin.png as format labelmap, with "
        "options.classes",
    ),
    Kind(
        "Unity Perception (SOLO)",
        r"\.frame_data\.json$",
        None,
        "name its colours by options.classes of format colormap: "
        "annotation_definitions.json has them",
    ),
    Kind(
        "Omniverse Replicator",
        r"(^|/)(semantic|instance)_segmentation_(labels|mapping|semantics_mapping)_\d+\.json$",
        None,
        "its colours may mean other classes in each picture: write COCO, or one list of "
        "numbers with colorize_semantic_segmentation=False",
    ),
    Kind(
        "ImageJ regions",
        r"\.roi$",
        None,
        "in Fiji, make a label image of them for each picture, and save it as TIFF",
    ),
    Kind(
        "microscope's own pictures",
        r"\.(czi|lif|nd2|oib|oif|vsi|ims|lsm)$",
        None,
        "save each plane as PNG or TIFF (Fiji, Bio-Formats), with the name of its mask",
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
)
