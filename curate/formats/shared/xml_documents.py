"""The XML documents of an export, found by what they contain."""

from collections.abc import Callable, Iterator

from curate.drops import Drop, IgnoredFile
from curate.exports.export import Export
from curate.exports.xml_documents import XmlDocument, open_xml
from curate.formats.shared.documents import find_documents


def documents(
    export: Export, name: str, is_ours: Callable[[XmlDocument], bool], needs: str
) -> Iterator[XmlDocument | Drop | IgnoredFile]:
    """The documents among an export's .xml files for which `is_ours` is true.

    The rest, and the parameters, are as in `curate.formats.shared.documents`.
    """

    def read(path: str) -> XmlDocument | None:
        document = open_xml(export, path)
        if not is_ours(document):
            return None
        return document

    return find_documents(export, name, ".xml", read, needs)
