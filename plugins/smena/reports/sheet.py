"""A sheet of paper in millimetres: fitted text, rules, boxes, fields with captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Literal, cast

from fpdf import FPDF
from fpdf.enums import MethodReturnValue

Align = Literal["L", "C", "R"]

_FONTS = Path(__file__).parent / "fonts"
_FACE = "DejaVu"
_MM_PER_POINT = 25.4 / 72
_LEADING = 1.16
_SMALLEST = 5.0
_THIN, _PLAIN = 0.15, 0.25
A5 = (210.0, 148.0)
"""Width and height of the forms of orders, in millimetres: A5, landscape."""
CAPTION = 5.0
"""Font size in points of the captions under a line."""


class Sheet:
    """Pages of one size. Positions are millimetres from the upper left corner, font sizes are points.

    Args:
        size: width and height of a page.
        title: the title of the document, in its metadata.
        made_on: its creation date, so that the bytes do not depend on the clock.
    """

    def __init__(self, size: tuple[float, float], *, title: str, made_on: date) -> None:
        self.width, self.height = size
        self._pdf = FPDF(unit="mm", format=size)
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.set_title(title)
        self._pdf.set_lang("ru")
        self._pdf.set_producer("Smena")
        self._pdf.set_creation_date(datetime(made_on.year, made_on.month, made_on.day, tzinfo=timezone.utc))  # noqa: UP017
        self._pdf.add_font(_FACE, "", _FONTS / "DejaVuSansCondensed.ttf")
        self._pdf.add_font(_FACE, "B", _FONTS / "DejaVuSansCondensed-Bold.ttf")

    def add_page(self) -> None:
        """Begin the next page."""
        self._pdf.add_page()

    def done(self) -> bytes:
        """Return the bytes of the PDF."""
        return bytes(self._pdf.output())

    def text(
        self,
        place: tuple[float, float, float, float],
        text: str,
        *,
        size: float = 8,
        align: Align = "L",
        bold: bool = False,
        at_bottom: bool = False,
    ) -> None:
        """Draw text inside a place (x, y, width, height): wrapped, and made smaller until it fits.

        Text that does not fit at the smallest size is cut and ends with an ellipsis.
        """
        x, y, width, height = place
        lines, size = self._fitted(text, width, height, size, bold)
        step = size * _MM_PER_POINT * _LEADING
        used = step * len(lines)
        top = y + (height - used if at_bottom else (height - used) / 2)
        for row, line in enumerate(lines):
            self._pdf.set_xy(x, top + row * step)
            self._pdf.cell(width, step, line, align=align)

    def line(self, x: float, y: float, width: float) -> None:
        """Draw a rule to write on."""
        self._pdf.set_line_width(_THIN)
        self._pdf.line(x, y, x + width, y)

    def cut(self, x: float) -> None:
        """Draw the line along which a sheet is torn (линия отреза)."""
        self._pdf.set_line_width(_THIN)
        self._pdf.set_dash_pattern(dash=1.2, gap=1)
        self._pdf.line(x, 6, x, self.height - 6)
        self._pdf.set_dash_pattern()

    def box(self, place: tuple[float, float, float, float], text: str = "", *, size: float = 8, align: Align = "C",
            bold: bool = False, thick: bool = False) -> None:  # fmt: skip
        """Draw a framed place with text in it."""
        x, y, width, height = place
        self._pdf.set_line_width(_PLAIN * 2 if thick else _PLAIN)
        self._pdf.rect(x, y, width, height)
        if text:
            self.text((x + 0.7, y + 0.3, width - 1.4, height - 0.6), text, size=size, align=align, bold=bold)

    def row(self, x: float, y: float, height: float, widths: Sequence[float], texts: Sequence[str], *, size: float = 8,
            aligns: str = "", bold: bool = False) -> None:  # fmt: skip
        """Draw boxes side by side; `aligns` has a letter (L, C, R) per box; without it all are centred."""
        sides: dict[str, Align] = {"L": "L", "C": "C", "R": "R"}
        for place, (width, text) in enumerate(zip(widths, texts, strict=True)):
            align = sides[aligns[place]] if aligns else "C"
            self.box((x, y, width, height), text, size=size, align=align, bold=bold)
            x += width

    def field(self, x: float, y: float, width: float, text: str, *, caption: str = "", height: float = 4.5,
              size: float = 8, align: Align = "L") -> None:  # fmt: skip
        """Draw a rule with text on it and a caption under it; `y` is the top of the text."""
        if text:
            self.text((x, y, width, height), text, size=size, align=align, at_bottom=True)
        self.line(x, y + height + 0.2, width)
        if caption:
            self.text((x, y + height + 0.4, width, 2.4), caption, size=CAPTION, align="C")

    def labelled(self, x: float, y: float, width: float, label: str, text: str, *, caption: str = "", size: float = 8,
                 height: float = 4.5) -> None:  # fmt: skip
        """Draw a label and a field after it, together of the given width."""
        self._font(size, bold=False)
        taken = self._pdf.get_string_width(label) + 1.5
        self.text((x, y, taken, height), label, size=size, at_bottom=True)
        self.field(x + taken, y, width - taken, text, caption=caption, size=size, height=height)

    def _font(self, size: float, *, bold: bool) -> None:
        self._pdf.set_font(_FACE, "B" if bold else "", size)

    def _fitted(self, text: str, width: float, height: float, size: float, bold: bool) -> tuple[list[str], float]:
        while True:
            self._font(size, bold=bold)
            lines = self._wrapped(text, width)
            room = max(1, int((height + 0.01) / (size * _MM_PER_POINT * _LEADING)))
            # The font gets smaller until the widest word fits, so that no number is broken.
            widest = max(self._pdf.get_string_width(word) for word in re.split("[ \n\u00ad]", text))
            if len(lines) <= room and (widest <= width or size <= _SMALLEST):
                return lines, size
            if size <= _SMALLEST:
                break
            size = max(_SMALLEST, size - 0.5)
        kept = lines[:room]
        while kept[-1] and self._pdf.get_string_width(kept[-1] + "…") > width:
            kept[-1] = kept[-1][:-1]
        kept[-1] += "…"
        return kept, size

    def _wrapped(self, text: str, width: float) -> list[str]:
        """Return lines no wider than `width`; a wider word is broken."""
        lines = self._pdf.multi_cell(width, 1, text, dry_run=True, output=MethodReturnValue.LINES, align="L")
        return [str(line).strip() for line in cast("list[str]", lines)] or [""]
