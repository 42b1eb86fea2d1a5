"""A PDF as a reader sees it: its pictures, and its texts by place. Read by another library than wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from smena.reports.orders import PrintedOrder
from tests.invented import ROMASHKA

_POINTS_PER_MM = 72 / 25.4
DAY = date(2025, 3, 5)


def an_order(**changed: Any) -> PrintedOrder:
    fields: dict[str, Any] = {
        "kind": "pko",
        "organization": "ООО «Ромашка»",
        "organization_inn": ROMASHKA,
        "kpp": "960701001",
        "number": "17",
        "date": DAY,
        "debit_account": "50.01",
        "credit_account": "90.01.1",
        "amount_kopecks": 120105,
        "counterparty": "Розничные покупатели",
        "basis": "Отчёт о закрытии смены № 12 от 05.03.2025, РНМ 0000000001012345, ФН 9999078900012345, ФД 4567",
    }
    if changed.get("kind") == "rko":
        fields |= {"debit_account": "90.01.1", "credit_account": "50.01"}
    return PrintedOrder(**(fields | changed))


@dataclass(frozen=True)
class Box:
    """A framed cell, millimetres from the left upper corner."""

    left: float
    top: float
    right: float
    bottom: float


class Paper:
    """The pages of a PDF."""

    def __init__(self, content: bytes) -> None:
        self.document = pypdfium2.PdfDocument(content)
        self._words = [page.get_textpage() for page in self.document]

    def __len__(self) -> int:
        return len(self.document)

    def size_mm(self, page: int = 0) -> tuple[int, int]:
        width, height = self.document[page].get_size()
        return round(width / _POINTS_PER_MM), round(height / _POINTS_PER_MM)

    def text(self, page: int = 0) -> str:
        """All of its words, single-spaced."""
        return squeezed(self._words[page].get_text_range())

    def text_in(self, box: Box, page: int = 0) -> str:
        """The words inside a place."""
        height = self.document[page].get_size()[1]
        left, right = (value * _POINTS_PER_MM for value in (box.left, box.right))
        top, bottom = (height - value * _POINTS_PER_MM for value in (box.top, box.bottom))
        output = self._words[page].get_text_bounded(left=left, bottom=bottom, right=right, top=top)
        return squeezed(output)

    def boxes(self, page: int = 0) -> list[Box]:
        """The framed cells, in the order in which they are drawn."""
        found, height = [], self.document[page].get_size()[1]
        for thing in self.document[page].get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
            left, bottom, right, top = thing.get_bounds()
            box = Box(*(value / _POINTS_PER_MM for value in (left, height - top, right, height - bottom)))
            if box.right - box.left > 2 and box.bottom - box.top > 2:
                found.append(box)
        return found

    def cells(self, page: int = 0) -> list[str]:
        """The text of each framed cell."""
        return [self.text_in(box, page) for box in self.boxes(page)]

    def letters(self, page: int = 0) -> list[tuple[str, Box]]:
        """Every letter that can be seen, and where."""
        words, height = self._words[page], self.document[page].get_size()[1]
        found = []
        for place in range(words.count_chars()):
            letter = words.get_text_range(place, 1)
            if letter.strip("\ufffe \u00a0\r\n"):
                left, bottom, right, top = words.get_charbox(place)
                found.append((letter, Box(*(v / _POINTS_PER_MM for v in (left, height - top, right, height - bottom)))))
        return found

    def picture(self, page: int = 0, *, dots_per_mm: int = 6) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The page as grey dots, 0 is black."""
        scale = dots_per_mm / _POINTS_PER_MM
        return np.asarray(self.document[page].render(scale=scale, grayscale=True).to_numpy()).squeeze()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\ufffe", "")).strip()
