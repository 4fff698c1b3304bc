"""A picture of lines, boxes and texts, as SVG that stands alone: no script, no style sheet, no font of elsewhere."""

import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field

INK, MUTED, GRID, PAPER = "#1b1f24", "#4a5159", "#d5d9de", "#ffffff"
"""Texts on paper have a contrast of 16:1 and 8:1 (WCAG 2.2 asks for 4.5:1)."""
FONT = "'Source Sans 3', 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"
SVG = "http://www.w3.org/2000/svg"

ET.register_namespace("", SVG)


@dataclass
class Drawing:
    """An SVG of a width, that is as high as it has to be."""

    width: int
    height: int
    title: str
    description: str
    root: ET.Element = field(init=False)

    def __post_init__(self) -> None:
        size = {"width": str(self.width), "height": str(self.height), "viewBox": f"0 0 {self.width} {self.height}"}
        told = {"role": "img", "aria-labelledby": "title description", "font-family": FONT}
        self.root = ET.Element(f"{{{SVG}}}svg", {**size, **told})
        for name, text in (("title", self.title), ("desc", self.description)):
            told = {"id": "title" if name == "title" else "description"}
            ET.SubElement(self.root, f"{{{SVG}}}{name}", told).text = _xml(text)
        self.box(0, 0, self.width, self.height, PAPER)

    def add(self, name: str, **attributes: str | float) -> ET.Element:
        """An element of the picture."""
        return _element(self.root, name, **attributes)

    def box(self, x: float, y: float, width: float, height: float, fill: str, **more: str | float) -> None:
        """A rectangle."""
        self.add("rect", x=x, y=y, width=width, height=height, fill=fill, **more)

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = GRID, **more: str | float) -> None:
        """A straight line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **more)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 13,
        anchor: str = "start",
        fill: str = INK,
        weight: str = "400",
    ) -> None:
        """A line of text; `y` is its base line."""
        element = self.add("text", x=x, y=y, font_size=size, text_anchor=anchor, fill=fill, font_weight=weight)
        element.text = _xml(text)

    def hatch(self, name: str, ground: str, mark: str, *, dots: bool = False) -> str:
        """A pattern, so that no meaning is in colours alone; returns the fill."""
        defs = self.add("defs")
        pattern = _element(defs, "pattern", id=name, width=8, height=8, patternUnits="userSpaceOnUse")
        _element(pattern, "rect", width=8, height=8, fill=ground)
        if dots:
            _element(pattern, "circle", cx=4, cy=4, r=1.3, fill=mark)
        else:
            _element(pattern, "path", d="M-2 2L2 -2M0 8L8 0M6 10L10 6", stroke=mark, stroke_width=1.6)
        return f"url(#{name})"

    def svg(self) -> bytes:
        """The picture."""
        text = ET.tostring(self.root, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _element(parent: ET.Element, name: str, **attributes: str | float) -> ET.Element:
    """An element within another one; `stroke_width` becomes `stroke-width`."""
    told = {key.replace("_", "-"): _number(value) for key, value in attributes.items()}
    return ET.SubElement(parent, f"{{{SVG}}}{name}", told)


def wrapped(text: str, width: float, size: float, lines: int = 2) -> Sequence[str]:
    """The text in lines that fit, cut with an ellipsis where they do not."""
    return textwrap.wrap(text, max(int(width / (size * 0.56)), 6), max_lines=lines, placeholder=" …") or [""]


def heading(drawing: Drawing, subtitle: str) -> None:
    """Title and what is counted, at the top."""
    size = 20 if len(drawing.title) * 11 < drawing.width else 16
    drawing.text(24, 36, drawing.title, size=size, weight="700")
    drawing.text(24, 58, subtitle, fill=MUTED)


def _xml(text: str) -> str:
    """Without what XML 1.0 cannot hold; markup is escaped when it is written."""
    return "".join(c for c in text if c in "\t\n" or (ord(c) >= 32 and ord(c) not in {0xFFFE, 0xFFFF}))


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
