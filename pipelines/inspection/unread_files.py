"""Files of other kinds than documents and pictures, each with what to do about it."""

from pipelines.inspection.records import Kind

_SCANS = "write each slice as a PNG with a PNG mask of the same name beside it"
_TABLES = "write the pictures as files and the masks as PNG or COCO"

FILE_KINDS = (
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
