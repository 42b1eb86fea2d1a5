"""Pages of by-period end where the contract says, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox import SandboxServer
from smena.model.errors import PassingFault, RefusedByService, UnreadableAnswer
from smena.sources.ofd import OfdClient, next_offset
from smena.sources.page import Page
from tests.unit.sources.conftest import Enter
from tests.unit.sources.scripted import Answer, Request, Scripted, reply

FIRST, LAST = datetime(2025, 12, 1), datetime(2026, 1, 31, 23, 59, 59)


def documents(page: Page) -> list[dict[str, Any]]:
    return list(json.loads(page.body)["documents"])


def read(sandbox: SandboxServer, client: OfdClient, types: tuple[str, ...] = ("closeShift",)) -> list[Page]:
    """Every page of the first register."""
    organization = sandbox.world.organizations[0]
    return list(client.by_period(organization.id, organization.registers[0].reg_number, FIRST, LAST, types))


def reported_shifts(pages: list[Page]) -> list[tuple[str, int]]:
    found = [one["closeShift"] for page in pages for one in documents(page) if "closeShift" in one]
    return [(one["fiscalDriveNumber"].strip(), one["shiftNumber"]) for one in found]


def shifts_closed(sandbox: SandboxServer) -> list[tuple[str, int]]:
    """What really happened at the first register."""
    register = sandbox.world.organizations[0].registers[0].reg_number
    lines = [line for line in sandbox.truth() if line["kkt_reg_id"] == register]
    return [(line["fiscal_drive_number"], line["shift_number"]) for line in lines]


def test_short_and_empty_pages_in_the_middle_are_not_the_end(sandbox: SandboxServer, enter: Enter) -> None:
    pages = read(sandbox, enter(sandbox.address))
    sizes = [len(documents(page)) for page in pages]
    last_with_documents = max(index for index, size in enumerate(sizes) if size)
    assert 0 in sizes[:last_with_documents]
    assert reported_shifts(pages) == shifts_closed(sandbox)


def test_every_page_is_asked_once_and_from_where_the_last_one_ended(sandbox: SandboxServer, enter: Enter) -> None:
    pages = read(sandbox, enter(sandbox.address))
    asked = [parse_qs(urlsplit(page.address).query) for page in pages]
    sent = [one.get("offset", [None])[0] for one in asked]
    assert sent == [None, *[next_offset(page.body) for page in pages[:-1]]]
    assert next_offset(pages[-1].body) == sent[-1]
    assert len(pages) == sandbox.requests.count("by-period")
    assert {one["limit"][0] for one in asked} == {"1000"}


def test_a_document_that_two_pages_have_costs_no_other(sandbox: SandboxServer, enter: Enter) -> None:
    sandbox.faults.add({"kind": "duplicate_documents"})
    reported = reported_shifts(read(sandbox, enter(sandbox.address)))
    assert len(reported) > len(set(reported))
    assert list(dict.fromkeys(reported)) == shifts_closed(sandbox)


def test_a_window_without_documents_is_one_page(sandbox: SandboxServer, enter: Enter) -> None:
    organization = sandbox.world.organizations[0]
    early = datetime(2020, 1, 1), datetime(2020, 2, 1)
    pages = list(
        enter(sandbox.address).by_period(organization.id, organization.registers[0].reg_number, *early, ["closeShift"])
    )
    assert [json.loads(page.body) for page in pages] == [{"documents": [], "paging": {}}]


def test_an_empty_body_is_a_window_without_documents(sandbox: SandboxServer, enter: Enter) -> None:
    sandbox.faults.add({"kind": "empty_body", "method": "by-period"})
    pages = read(sandbox, enter(sandbox.address))
    assert [page.body for page in pages] == [b""]


def test_pages_are_asked_for_one_by_one_as_they_are_taken(sandbox: SandboxServer, enter: Enter) -> None:
    organization = sandbox.world.organizations[0]
    pages = enter(sandbox.address).by_period(
        organization.id, organization.registers[0].reg_number, FIRST, LAST, ["closeShift"]
    )
    next(pages)
    assert sandbox.requests.count("by-period") == 1


def test_a_refusal_between_two_pages_is_not_taken_for_the_end(sandbox: SandboxServer, enter: Enter) -> None:
    pages = _first_page_taken(sandbox, enter)
    sandbox.faults.add({"kind": "status", "status": 403, "method": "by-period"})
    with pytest.raises(RefusedByService):
        list(pages)


def test_an_outage_between_two_pages_is_not_taken_for_the_end(sandbox: SandboxServer, enter: Enter) -> None:
    pages = _first_page_taken(sandbox, enter)
    sandbox.faults.add({"kind": "reset", "method": "by-period"})
    with pytest.raises(PassingFault):
        list(pages)


def test_an_outage_that_passes_between_two_pages_loses_nothing(sandbox: SandboxServer, enter: Enter) -> None:
    for kind in ("reset", "html", "cut_json", "status"):
        sandbox.faults.add({"kind": kind, "method": "by-period", "times": 3, "probability": 0.2, "seed": 3})
    assert reported_shifts(read(sandbox, enter(sandbox.address))) == shifts_closed(sandbox)
    assert all(one["struck"] for one in sandbox.faults.report())


def _first_page_taken(sandbox: SandboxServer, enter: Enter) -> Iterator[Page]:
    organization = sandbox.world.organizations[0]
    register = organization.registers[0].reg_number
    pages = enter(sandbox.address).by_period(organization.id, register, FIRST, LAST, ["closeShift"])
    next(pages)
    return pages


# --- cursors that the sandbox would not give


def by_cursor(following: dict[str | None, Any]) -> Scripted:
    """A service whose page after each offset names the following one. What is no text is given as it is."""

    def script(request: Request) -> Answer:
        if request.verb == "POST":
            return reply({"Sid": "0A"})
        offset = parse_qs(urlsplit(request.target).query).get("offset", [None])[0]
        reported = following[offset]
        return reported if isinstance(reported, bytes) else reply({"documents": [{"x": {}}], "paging": reported})

    return Scripted(script)


def pages_of(server: Scripted, enter: Enter) -> Iterator[Page]:
    return enter(server.address).by_period("org", "0000000003065868", FIRST, LAST, ["closeShift"])


def test_the_same_offset_back_is_the_end_even_on_a_full_page(enter: Enter) -> None:
    with by_cursor({None: {"nextOffset": "a"}, "a": {"nextOffset": "b"}, "b": {"nextOffset": "b"}}) as server:
        assert len(list(pages_of(server, enter))) == 3


@pytest.mark.parametrize("paging", [{}, None, {"nextOffset": None}, {"nextOffset": None, "else": 1}])
def test_no_offset_sent_and_none_back_is_the_end(enter: Enter, paging: Any) -> None:
    with by_cursor({None: paging}) as server:
        assert len(list(pages_of(server, enter))) == 1


def test_a_cursor_with_signs_of_its_own_comes_back_as_it_was_given(enter: Enter) -> None:
    cursor_text = "a+b/c=&d #%й"
    with by_cursor({None: {"nextOffset": cursor_text}, cursor_text: {"nextOffset": cursor_text}}) as server:
        assert len(list(pages_of(server, enter))) == 2


@pytest.mark.parametrize("answer", [{}, None, {"nextOffset": None}, reply(b""), reply(b"   ")])
def test_a_cursor_that_vanishes_between_two_pages_is_a_passing_fault(enter: Enter, answer: Any) -> None:
    with (
        by_cursor({None: {"nextOffset": "a"}, "a": answer}) as server,
        pytest.raises(PassingFault, match="cursor is lost"),
    ):
        list(pages_of(server, enter))


@pytest.mark.parametrize("answer", [{"nextOffset": 5}, reply(b"[]"), {"nextOffset": ["a"]}, [1]])
def test_an_answer_without_the_shape_of_a_page_is_a_passing_fault(enter: Enter, answer: Any) -> None:
    with by_cursor({None: {"nextOffset": "a"}, "a": answer}) as server, pytest.raises(PassingFault, match="no shape"):
        list(pages_of(server, enter))


@pytest.mark.parametrize("circle", [("a", "b", "a"), ("a", "b", "c", "b"), ("a", "b", "c", "d", "a")])
def test_a_cursor_that_runs_in_a_circle_is_recognised(enter: Enter, circle: tuple[str, ...]) -> None:
    steps = zip((None, *circle), circle, strict=False)
    with by_cursor({sent: {"nextOffset": entry} for sent, entry in steps}) as server:
        with pytest.raises(UnreadableAnswer, match="circle"):
            list(pages_of(server, enter))
        asked = server.paths("by-period")
    assert len(asked) == len(circle)


def test_an_empty_cursor_is_none(enter: Enter) -> None:
    with by_cursor({None: {"nextOffset": ""}}) as server:
        assert len(list(pages_of(server, enter))) == 1
