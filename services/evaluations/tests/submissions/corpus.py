"""Files that were made to do harm, and files that candidates hand in; all made here, none fetched."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
TEXT = "application/vnd.oasis.opendocument.text"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><l>&j;</l>"
).encode()
OUTSIDE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'


def packed(entries: dict[str, bytes], *, stored: bool = False) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def office(kind: str = WORD, **parts: bytes) -> bytes:
    types = f'<Types><Override PartName="/main.xml" ContentType="{kind}"/></Types>'.encode()
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return packed({"[Content_Types].xml": types, "word/document.xml": b"<w:document/>", **named})


def relation(target: str, kind: str = "attachedTemplate", mode: str = "External") -> bytes:
    one = f'<Relationship Type="x/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return f"<Relationships>{one}</Relationships>".encode()


def open_document(**parts: bytes) -> bytes:
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return packed({"mimetype": TEXT.encode(), "content.xml": b"<office:document-content/>", **named})


def pdf(
    change: Callable[[pikepdf.Pdf], Any] = lambda _: None, *, hidden: bool = False, pages: int = 1, **options: Any
) -> bytes:
    """A PDF; `hidden` puts its objects into compressed streams."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    change(made)
    out = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if hidden else pikepdf.ObjectStreamMode.disable
    made.save(out, object_stream_mode=mode, **options)
    return out.getvalue()


def script(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = made.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def script_of_a_page(made: pikepdf.Pdf) -> None:
    made.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def action(kind: str) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = Dictionary(S=Name(f"/{kind}"), F=String("cmd.exe"))

    return change


def attachment(made: pikepdf.Pdf) -> None:
    made.attachments["a.exe"] = b"MZ"


def xfa(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = Dictionary(XFA=String("<xdp/>"), Fields=Array())


def rich_media(made: pikepdf.Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 1, 1]))
    made.pages[0].obj.Annots = Array([made.make_indirect(note)])


def named_script(made: pikepdf.Pdf) -> None:
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([])))


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(bytes(64))), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def photograph(kind: str) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((320, 200), 60).save(made, kind)
    return made.getvalue()


def link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        entry = zipfile.ZipInfo("budget.txt")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return made.getvalue()


def encrypted_archive() -> bytes:
    made = bytearray(packed({"a.txt": b"abc"}, stored=True))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def lying_bomb() -> bytes:
    """Says that it unpacks to 100 bytes."""
    made = bytearray(packed({"a.txt": bytes(50_000_000)}))
    directory = made.index(b"PK\x01\x02")
    made[22:26] = made[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    return bytes(made)


def overlapping() -> bytes:
    """The same bytes, named a hundred times."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", bytes(range(256)) * 400)
        entry = archive.infolist()[0]
        for number in range(99):
            twin = zipfile.ZipInfo(f"{number}.txt")
            twin.CRC, twin.file_size, twin.compress_size = entry.CRC, entry.file_size, entry.compress_size
            twin.header_offset = 0
            archive.filelist.append(twin)
    return made.getvalue()


def hostile() -> dict[str, tuple[str, bytes, str]]:
    """For each threat: the file's name, its bytes, and the code of its verdict."""
    document, archive = pdf(), packed({"a.txt": b"abc"})
    jpeg, docm = (
        photograph("JPEG"),
        WORD.replace("openxmlformats-officedocument.wordprocessingml", "ms-word").replace(
            "document.main", "document.macroEnabled.main"
        ),
    )
    return {
        "empty": ("a.pdf", b"", "empty"),
        "eicar as a program": ("eicar.com", EICAR, "type_not_allowed"),
        "eicar in an archive": ("a.zip", packed({"eicar.com": EICAR}), "type_not_allowed"),
        "program": ("a.exe", b"MZ" + bytes(100), "type_not_allowed"),
        "program as a text": ("a.txt", b"MZ" + bytes(100), "executable"),
        "program as a document": ("a.pdf", b"MZ" + bytes(100), "executable"),
        "shell script as a text": ("a.txt", b"#!/bin/sh\nrm -rf ~\n", "executable"),
        "double extension": ("budget.pdf.exe", b"MZ", "name_misleading"),
        "double extension, other way": ("budget.exe.pdf", document, "name_misleading"),
        "NUL in the name": ("budget.exe\x00.pdf", document, "name_unsafe"),
        "text direction in the name": ("budget\u202efdp.exe", document, "name_unsafe"),
        "path in the name": ("../../etc/cron.d/a.pdf", document, "name_unsafe"),
        "no extension": ("budget", document, "type_not_allowed"),
        "page of the web": ("a.html", b"<html></html>", "type_not_allowed"),
        "page as a text": ("a.txt", b"<!DOCTYPE html><script>alert(1)</script>", "type_mismatch"),
        "drawing with a script": ("a.svg", b"<svg><script/></svg>", "type_not_allowed"),
        "drawing that laughs": ("a.svg", LAUGHS, "type_not_allowed"),
        "image as a document": ("a.pdf", jpeg, "type_mismatch"),
        "document as an image": ("a.png", document, "type_mismatch"),
        "document as another": ("a.xlsx", office(), "type_mismatch"),
        "archive as a document": ("a.docx", archive, "type_mismatch"),
        "pdf: script": ("a.pdf", pdf(script), "pdf_script"),
        "pdf: script in an object stream": ("a.pdf", pdf(script, hidden=True), "pdf_script"),
        "pdf: script of a page": ("a.pdf", pdf(script_of_a_page, hidden=True), "pdf_script"),
        "pdf: named script": ("a.pdf", pdf(named_script), "pdf_script"),
        "pdf: launch": ("a.pdf", pdf(action("Launch"), hidden=True), "pdf_action"),
        "pdf: form that is sent": ("a.pdf", pdf(action("SubmitForm")), "pdf_action"),
        "pdf: another file": ("a.pdf", pdf(action("GoToR")), "pdf_action"),
        "pdf: embedded file": ("a.pdf", pdf(attachment, hidden=True), "pdf_embedded_file"),
        "pdf: XFA": ("a.pdf", pdf(xfa), "pdf_xfa"),
        "pdf: rich media": ("a.pdf", pdf(rich_media), "pdf_media"),
        "pdf: encrypted": ("a.pdf", pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "pdf_encrypted"),
        "pdf: encrypted for nobody": ("a.pdf", pdf(encryption=pikepdf.Encryption(owner="o", user="")), "pdf_encrypted"),
        "pdf: cut off": ("a.pdf", document[:200], "pdf_unreadable"),
        "pdf: nothing in it": ("a.pdf", b"%PDF-1.7\n%%EOF", "pdf_unreadable"),
        "pdf and archive": ("a.pdf", document + archive, "polyglot"),
        "pdf and page": ("a.pdf", document.replace(b"\n", b"\n%<html><script>1</script>\n", 1), "polyglot"),
        "page after a pdf": ("a.pdf", document + b"<script>alert(1)</script>", "polyglot"),
        "image and archive": ("a.jpg", jpeg + archive, "polyglot"),
        "archive after a pdf": ("a.zip", document + archive, "type_mismatch"),
        "archive with a pdf in front of its directory": (
            "a.zip",
            archive[: archive.index(b"PK\x01\x02")] + document * 3 + archive[archive.index(b"PK\x01\x02") :],
            "polyglot",
        ),
        "bomb": ("a.zip", packed({"a.txt": bytes(190_000_000)}), "archive_ratio"),
        "bomb that lies": ("a.zip", lying_bomb(), "archive_unreadable"),
        "bomb of one piece named often": ("a.zip", overlapping(), "archive_ratio"),
        "bomb in an archive": ("a.zip", packed({"b.zip": packed({"a.txt": bytes(9_000_000)})}), "archive_nested"),
        "bomb as a document": ("a.docx", office(word__media__a_dot_bin=bytes(90_000_000)), "archive_ratio"),
        "archive in an archive": ("a.zip", packed({"b.zip": archive}), "archive_nested"),
        "archive under another name": ("a.zip", packed({"b.jpg": archive}), "archive_nested"),
        "too many entries": ("a.zip", packed({f"{n}.txt": b"a" for n in range(201)}), "archive_too_many_entries"),
        "zip slip": ("a.zip", packed({"../../a.txt": b"a"}), "archive_path"),
        "zip slip of Windows": ("a.zip", packed({"..\\a.txt": b"a"}), "archive_path"),
        "path from the root": ("a.zip", packed({"/etc/a.txt": b"a"}), "archive_path"),
        "symbolic link": ("a.zip", link(), "archive_link"),
        "encrypted archive": ("a.zip", encrypted_archive(), "archive_encrypted"),
        "damaged archive": ("a.zip", archive[:-30], "archive_unreadable"),
        "script in an archive": ("a.zip", packed({"a.pdf": pdf(script)}), "pdf_script"),
        "macros": ("a.docx", office(word__vbaProject_dot_bin=OLE), "office_macros"),
        "macros by type": ("a.docx", office(docm), "office_macros"),
        "macros as a sheet": ("a.xlsx", office(SHEET, xl__vbaProject_dot_bin=OLE), "office_macros"),
        "macros by name": ("a.docm", office(), "type_not_allowed"),
        "macros of OpenDocument": ("a.odt", open_document(Basic__a_dot_xml=b"<a/>"), "office_macros"),
        "OLE object": ("a.docx", office(word__embeddings__o_dot_bin=OLE), "office_ole"),
        "old or encrypted document": ("a.docx", OLE, "office_ole"),
        "encrypted OpenDocument": (
            "a.odt",
            open_document(**{"META-INF__manifest_dot_xml": b"<manifest:encryption-data/>"}),
            "office_encrypted",
        ),
        "outside template": ("a.docx", office(word__s_dot_rels=relation("http://x/t.dotm")), "office_external"),
        "outside image": ("a.docx", office(word__d_dot_rels=relation("file://x", "image")), "office_external"),
        "DDE in pieces": (
            "a.docx",
            office(word__h_dot_xml=b"<w:p><w:instrText>DD</w:instrText><w:instrText>E cmd</w:instrText></w:p>"),
            "office_external",
        ),
        "DDE in a sheet": ("a.xlsx", office(SHEET, xl__s_dot_xml=b"<c><f>cmd|'/c calc'!A0</f></c>"), "office_external"),
        "outside entity": ("a.docx", office(word__x_dot_xml=OUTSIDE), "xml_entities"),
        "billion laughs": ("a.xlsx", office(SHEET, xl__x_dot_xml=LAUGHS), "xml_entities"),
        "billion laughs in an image": ("a.docx", office(word__media__i_dot_svg=LAUGHS), "xml_entities"),
        "image with a script": ("a.docx", office(word__media__i_dot_svg=b"<svg><script/></svg>"), "active_content"),
        "XML that ends in the middle": ("a.pptx", office(SLIDES, ppt__x_dot_xml=b"<a><b>"), "xml_unreadable"),
        "pixel flood": ("a.png", png(50_000, 50_000), "image_too_large"),
        "image of nothing": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "image_unreadable"),
        "formula": ("a.csv", b"poste;montant\n=cmd|' /C calc'!A0;1\n", "csv_formula"),
        "formula with blanks": ("a.csv", b'poste;montant\n"  +HYPERLINK(""http://x"")";1\n', "csv_formula"),
        "formula under another delimiter": ("a.csv", b"a;b,@SUM(1)\n", "csv_formula"),
        "formula in the first line": ("a.csv", b"-2+3+cmd|' /C calc'!A0\n", "csv_formula"),
        "binary as a text": ("a.txt", b"abc\x00def", "text_unreadable"),
    }  # fmt: skip


def form(made: pikepdf.Pdf) -> None:
    """A filled field, a link, and a place where to open."""
    field = Dictionary(
        FT=Name.Tx, T=String("total"), V=String("12 500,00"), Subtype=Name.Widget, Rect=Array([0, 0, 1, 1])
    )
    linked = Dictionary(
        Subtype=Name.Link, Rect=Array([0, 0, 1, 1]), A=Dictionary(S=Name.URI, URI=String("https://www.cnc.fr"))
    )
    made.Root.AcroForm = Dictionary(Fields=Array([made.make_indirect(field)]))
    made.pages[0].obj.Annots = Array([field, made.make_indirect(linked)])
    made.Root.OpenAction = Array([made.pages[0].obj, Name.Fit])


def benign() -> dict[str, tuple[str, bytes]]:
    """What candidates hand in."""
    chart = office(SHEET)
    images = {f"Repérages/Décor {n}.jpg": photograph("JPEG") for n in range(5)} | {"__MACOSX/._a": b"x"}
    return {
        "pdf of several pages with a form": ("Budget prévisionnel.pdf", pdf(form, pages=12, hidden=True)),
        "word": (
            "note.docx",
            office(
                word___rels__document_dot_xml_dot_rels=relation("https://www.cnc.fr", "hyperlink"),
                word__header_dot_xml=b"<w:hdr><w:instrText> PAGE </w:instrText></w:hdr>",
                word__embeddings__chart_dot_xlsx=chart,
                word__media__i_dot_png=photograph("PNG"),
                word__media__i_dot_svg=b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>",
            ),
        ),
        "sheet": ("devis.xlsx", office(SHEET, xl__s_dot_xml=b"<c><f>SUM(A1:A9)*1.2</f><v>12</v></c>")),
        "slides": ("oral.pptx", office(SLIDES, **{f"ppt__slides__s{n}_dot_xml": b"<p:sld/>" for n in range(250)})),
        "open document": ("plan.odt", open_document(content_dot_xml2=b"<a/>")),
        "jpeg": ("photo.JPEG", photograph("JPEG")),
        "png": ("plan.png", photograph("PNG")),
        "images in an archive": ("repérages.zip", packed(images)),
        "documents in an archive": ("dossier.zip", packed({"a.docx": office(), "b.pdf": pdf(), "c/d.csv": b"a;b\n"})),
        "stored pdf in an archive": ("dossier.zip", packed({"b.pdf": pdf()}, stored=True)),
        "mp4": ("teaser.mp4", b"\x00\x00\x00\x20ftypisom" + bytes(5000)),
        "mov": ("teaser.mov", b"\x00\x00\x00\x14ftypqt  " + bytes(5000)),
        "wav": ("son.wav", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100)),
        "mp3": ("son.mp3", b"ID3\x04" + bytes(100)),
        "csv": (
            "trésorerie.csv",
            "mois;écart\nmars;-1 250,50 €\navril;+3,5 %\nmai;-\ntél;+33 6 12 34 56 78\n".encode(),
        ),
        "csv of Windows": ("tresorerie.csv", "poste;total\nDécor;1\n".encode("cp1252")),
        "text": ("journal.txt", "Jour 1 : pluie.\n- décor reporté\n".encode()),
    }
