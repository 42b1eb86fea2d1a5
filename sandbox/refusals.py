"""The operator's documented errors: HTTP status and the body of 400, 401, 403, 404."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer that refuses the request.

    Attributes:
        status: HTTP status. code: the deprecated `errorCode`. urn: `errorCodeId`.
    """

    def __init__(self, status: int, code: int, urn: str, ru: str, en: str) -> None:
        super().__init__(f"{status} {code} {urn}")
        self.status, self.code, self.urn, self.ru, self.en = status, code, urn, ru, en

    def body(self) -> dict[str, Any]:
        """The documented body of the error."""
        return {
            "errorCodeId": self.urn,
            "errorCode": self.code,
            "moreInfo": "",
            "userMessage": {"ru": self.ru, "en": self.en},
        }


_BY_STATUS = {
    400: (400000, "urn:error:request:invalid", "Некорректный запрос", "Invalid request"),
    401: (
        401002,
        "urn:error:auth-sid:required:access-denied",
        "Сессия не указана или истекла",
        "No session or it has expired",
    ),
    403: (403000, "urn:error:access:forbidden", "Доступ запрещён", "Access is forbidden"),
    404: (404000, "urn:error:organization:not-found", "Организация не найдена", "The organization is not found"),
}


def refusal_of_status(status: int) -> Refusal | None:
    """Return the most usual refusal of a status; None for a status without a documented body (429, 5xx)."""
    known = _BY_STATUS.get(status)
    return Refusal(status, *known) if known else None


def invalid_request(reason: str) -> Refusal:
    """400: something in the request cannot be read."""
    return Refusal(
        400, 400000, "urn:error:request:invalid", f"Некорректный запрос: {reason}", f"Invalid request: {reason}"
    )


def bad_limit() -> Refusal:
    """400: limit is not a positive number."""
    return Refusal(400, 400000, "urn:error:page-query:build:invalid", "Недопустимый limit", "Invalid limit")


def bad_offset() -> Refusal:
    """400: the offset's fiscal drive has no document in the window, or the offset is none of ours."""
    urn = "urn:error:document-metas-service:get-document-ids:failed"
    return Refusal(400, 400000, urn, "Недопустимый offset", "Invalid offset")


def bad_period() -> Refusal:
    """400: the period's start is after its end, or it is not a period at all."""
    return Refusal(400, 400002, "urn:error:request-parameter:period:invalid", "Неверный период", "Invalid period")


def missing(name: str) -> Refusal:
    """400: a required parameter is not there."""
    urn = f"urn:error:request-parameter:{name}:required"
    return Refusal(400, 400007, urn, f"Не указан параметр {name}", f"Parameter {name} is required")


def bad_date(name: str) -> Refusal:
    """400: not a date in an accepted format."""
    urn = f"urn:error:request-parameter:{name}:date:invalid"
    return Refusal(400, 400008, urn, f"Неверный формат даты {name}", f"Invalid date {name}")


def bad_datetime(name: str) -> Refusal:
    """400: not `yyyy-MM-ddTHH:mm:ss`."""
    urn = f"urn:error:request-parameter:{name}:datetime:invalid"
    return Refusal(400, 400009, urn, f"Неверный формат даты и времени {name}", f"Invalid date and time {name}")


def no_session() -> Refusal:
    """401: no session, an expired or malformed one: log in again."""
    return Refusal(401, *_BY_STATUS[401])


def no_api_key() -> Refusal:
    """401: the integrator's key is not there."""
    urn = "urn:error:apikey:required:access-denied"
    return Refusal(401, 401003, urn, "Не указан ключ интегратора", "The integrator key is required")


def unknown_api_key() -> Refusal:
    """401: the integrator's key is not known."""
    urn = "urn:error:apikey:unknown:access-denied"
    return Refusal(401, 401003, urn, "Неизвестный ключ интегратора", "The integrator key is unknown")


def wrong_login() -> Refusal:
    """403: login and password do not fit, or the certificate is not accepted."""
    return Refusal(403, 403000, "urn:error:access:forbidden", "Неверный логин или пароль", "Wrong login or password")


def forbidden_documents() -> Refusal:
    """403: the period is outside the register's permission."""
    urn = "urn:error:cashboxdocuments:forbidden"
    return Refusal(403, 403000, urn, "Нет доступа к документам за период", "The period's documents are forbidden")


def forbidden_organization_documents() -> Refusal:
    """403: the key does not see all registers of the organisation."""
    urn = "urn:error:organizationdocuments:forbidden"
    return Refusal(403, 403000, urn, "Нет доступа ко всем кассам", "Not all registers may be read")


def forbidden_cashbox() -> Refusal:
    """403: no access to the register."""
    urn = "urn:error:access-to:cashbox:forbidden"
    return Refusal(403, 403002, urn, "Нет доступа к кассе", "No access to the cashbox")


def forbidden_organization() -> Refusal:
    """403: no access to the organisation."""
    urn = "urn:error:access-to:organization:forbidden"
    return Refusal(403, 403003, urn, "Нет доступа к организации", "No access to the organization")


def unknown_organization() -> Refusal:
    """404: no such organisation."""
    return Refusal(404, *_BY_STATUS[404])


def unknown_document() -> Refusal:
    """404: no such document."""
    urn = "urn:error:documents:document:not-found"
    return Refusal(404, 404001, urn, "Документ не найден", "The document is not found")


def bad_chain() -> Refusal:
    """406: the certificate's chain is invalid, expired or not trusted."""
    return Refusal(
        406, 406000, "urn:error:certificate:chain:invalid", "Сертификат недействителен", "The certificate is not valid"
    )
