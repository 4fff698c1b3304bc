"""XML parts of a document, read as a stream: neither entities, nor what loads from elsewhere."""

import re
from collections.abc import Iterable
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from parchemin.evaluations.submissions.inspection.verdicts import Refused

_ELSEWHERE = re.compile(r"^\s*([a-z][a-z0-9+.-]+:|//|\\\\)", re.IGNORECASE)
_FIELD = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT)\b", re.IGNORECASE)
_DDE_CELL = re.compile(r"^\s*=?\s*[\w.']+\s*\|.*!", re.DOTALL)
_LONGEST = 1_000_000


class Part(ContentHandler):
    """What is looked for while a part is read; `content_types` are those that `[Content_Types].xml` has."""

    def __init__(self) -> None:
        super().__init__()
        self.content_types: set[str] = set()
        self._text: list[str] | None = None
        self._instructions = ""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        local = name.rpartition(":")[2]
        match local:
            case "Relationship":
                kind, outside = attrs.get("Type", ""), attrs.get("TargetMode", "") == "External"
                if outside and not kind.endswith("/hyperlink"):
                    raise Refused("office_external")
            case "Override" | "Default":
                self.content_types.add(attrs.get("ContentType", ""))
            case "ddeLink" | "dde-connection-decl" | "dde-source":
                raise Refused("office_external")
            case "encryption-data":
                raise Refused("office_encrypted")
            case "script" | "foreignObject":
                raise Refused("active_content")
            case "event-listener":
                raise Refused("office_macros")
            case "instrText" | "f":
                self._text = []
            case "fldSimple":
                self._field(attrs.get("w:instr", ""))
        for attribute, value in attrs.items():
            if attribute == "xlink:href" and local != "a" and _ELSEWHERE.match(value):
                raise Refused("office_external")
            if attribute.startswith("on") and name == local and "javascript" in value.lower():
                raise Refused("active_content")

    def characters(self, content: str) -> None:
        if self._text is not None:
            self._text.append(content)

    def endElement(self, name: str) -> None:
        if self._text is None:
            return
        text, self._text = "".join(self._text), None
        if name.endswith("instrText"):
            self._field(text)
        elif _DDE_CELL.match(text[:_LONGEST]):
            raise Refused("office_external")

    def _field(self, instruction: str) -> None:
        """Instructions are cut into runs as Word likes: they are judged together."""
        self._instructions = (self._instructions + instruction)[-_LONGEST:]
        if _FIELD.search(self._instructions):
            raise Refused("office_external")


def examine(pieces: Iterable[bytes]) -> Part:
    """Read a part to its end."""
    part = Part()
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(part)
    try:
        for piece in pieces:
            parser.feed(piece)
        parser.close()
    except DefusedXmlException as error:
        raise Refused("xml_entities") from error
    except SAXException as error:
        raise Refused("xml_unreadable") from error
    return part
