"""Workbooks as a spreadsheet writes them, and as somebody who means harm does."""

import io
from collections.abc import Mapping, Sequence
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORKBOOK = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook {_MAIN} xmlns:r="{_KINDS}"><workbookPr {{}}/><sheets>
<sheet name="Notes" sheetId="2" state="hidden" r:id="rId9"/><sheet name="Cohorte" sheetId="1" r:id="rId1"/>
</sheets></workbook>"""
_RELATIONS = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="{_KINDS}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_KINDS}/styles" Target="styles.xml"/>
<Relationship Id="rId3" Type="{_KINDS}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>"""
_STYLES = f"""<styleSheet {_MAIN}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/>
<numFmt numFmtId="165" formatCode="[Red]0.0&quot;d&quot;"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"""


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive of these parts."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def workbook(rows: str, *, strings: Sequence[str] = (), since_1904: bool = False, **parts: str) -> bytes:
    """A workbook whose sheet has these rows, in SpreadsheetML; `parts` stand for others of its parts."""
    shared = "".join(f"<si>{one}</si>" for one in strings)
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": _WORKBOOK.format('date1904="1"' if since_1904 else ""),
            "xl/_rels/workbook.xml.rels": _RELATIONS,
            "xl/styles.xml": _STYLES,
            "xl/sharedStrings.xml": f"<sst {_MAIN}>{shared}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>",
            **{f"xl/{name}.xml": part for name, part in parts.items()},
        }
    )


def row(number: int, *cells: str) -> str:
    """A row of texts."""
    written = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{written}</row>'
