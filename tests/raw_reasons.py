"""Reasons as they are stored, in what people read: there must be none."""

from __future__ import annotations

import re

from smena.model.reason_text import joined, reason
from smena.model.reasons import Reason

# Words that the commands and the addresses of pages use too: kinds of gaps and of records, states, verdicts.
_ALSO_WORDS = {
    Reason.NO_PERMISSION, Reason.NO_WHOLE_DAY, Reason.NOT_LISTED, Reason.BEFORE_FIRST_DOCUMENT, Reason.MISSING_SHIFT,
    Reason.OPEN_SHIFT, Reason.CLOCK_AHEAD, Reason.INTEGRATION_OFF,
}  # fmt: skip
_CODES = sorted((code for code in Reason if "_" in code and code not in _ALSO_WORDS), key=len, reverse=True)
_RAW = re.compile(rf"(?<![\w-])(?:{'|'.join(_CODES)})(?![\w-])|\b[a-z]+(?:_[a-z0-9]+)+ \{{")
_VALUES = {"day": "2025-01-31", "moment": "2025-01-31T10:05:00", "amount": 31850, "text": "так решили", "by": "анна"}


def raw_reasons(text: str) -> list[str]:
    """Codes that a text has, each once."""
    return sorted(set(_RAW.findall(text)))


def every_reason() -> str:
    """All reasons in one stored text, each with values for its arguments; one that holds another has one of them."""
    values = _VALUES | {"reason": reason(Reason.VAT_NEGATIVE), "word": "keep-ofd", "what": "line_sum"}
    return joined(reason(code, **{name: values.get(name, 2) for name in code.arguments}) for code in Reason)
