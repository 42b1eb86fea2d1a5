"""Market's documented errors: `{"statusCode", "message", "errorField"}` with 400, 403, 404."""

from __future__ import annotations

from typing import Any

from sandbox.refusals import Refusal

_MESSAGES = {400: "Некорректный запрос", 403: "Доступ запрещён", 404: "Не найдено"}


class MarketRefusal(Refusal):
    """An answer of Market that refuses the request. `field`: the wrong parameter."""

    def __init__(self, status: int, message: str, field: str | None = None) -> None:
        super().__init__(status, 0, "", message, message)
        self.field = field

    def body(self) -> dict[str, Any]:
        """The documented body of the error."""
        return {"statusCode": self.status, "message": self.ru, "errorField": self.field}


def refusal_of_status(status: int) -> Refusal | None:
    """Return the most usual refusal of a status; None for a status without a documented body (429, 5xx)."""
    message = _MESSAGES.get(status)
    return MarketRefusal(status, message) if message else None


def bad_parameter(name: str, reason: str) -> MarketRefusal:
    """400: a parameter cannot be read or is out of its bounds."""
    return MarketRefusal(400, f"Некорректное значение параметра {name}: {reason}", name)


def bad_key() -> MarketRefusal:
    """403: no key, or not a known one."""
    return MarketRefusal(403, "Доступ по api-key запрещён")


def closed_shop() -> MarketRefusal:
    """403: the key may not see the shop."""
    return MarketRefusal(403, "Нет доступа к торговой точке")


def unknown(what: str) -> MarketRefusal:
    """404: no such thing, or none that this key may see."""
    return MarketRefusal(404, f"Не найдено: {what}")
