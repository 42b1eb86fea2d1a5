"""What an accountant does by the command line is done on the pages too: a stopped batch, the head's certificate."""

from __future__ import annotations

import json
import re

import pytest

from demo.signing import invent_head
from smena.mandates.certificates import certificates
from smena.model.reason_text import reason
from smena.model.reasons import Reason
from tests.integration.ui.conftest import OpenBrowser
from tests.town import Town

STOPPED = reason(Reason.TOO_MANY_ORDERS_CHANGE, changed=1200, orders=5000, most=100)


@pytest.fixture
def batch(town: Town) -> int:
    """The newest batch of the first organisation, as one that was stopped for its changes."""
    inn = town.inns[0]
    summary = json.dumps({"stopped": STOPPED, "changed_orders": 1200})
    town.sql(
        "update control.batch set state = 'stopped', summary = %s"
        " where batch_id = (select max(batch_id) from control.batch where organization_inn = %s)",
        summary, inn,
    )  # fmt: skip
    ((batch_id,),) = town.sql("select batch_id from control.batch where state = 'stopped'")
    return int(batch_id)


def allowed(town: Town, batch_id: int) -> tuple[int | None, str | None, str | None]:
    ((changes, by, why),) = town.sql(
        "select allowed_changes, allowed_by, allowed_reason from control.batch where batch_id = %s", batch_id
    )
    return changes, by, why


def test_a_batch_that_was_stopped_for_its_changes_is_allowed_with_a_reason(
    browser: OpenBrowser, town: Town, batch: int
) -> None:
    anna, path = browser("anna"), f"/quality/batches/{batch}"
    assert f'href="/smena{path}"' in anna.page(f"/integrations/{town.inns[0]}/ofd")
    page = anna.page(path)
    assert "1\u00a0200" in page and "Разрешить" in page
    assert anna.post(f"{path}/allow", reason=" ").status_code == 400
    assert allowed(town, batch) == (None, None, None)
    assert anna.post(f"{path}/allow", reason="оператор исправил итоги").status_code == 303
    assert allowed(town, batch) == (1200, "anna", "оператор исправил итоги")
    page = anna.page(path)
    assert "оператор исправил итоги" in page and "<form" not in page
    assert re.search(r"<b>anna</b>, \d\d\.\d\d\.\d{4} \d\d:\d\d \(UTC\+3\)", page)


def test_nobody_allows_a_batch_of_another_organisation_or_without_the_right(
    browser: OpenBrowser, town: Town, batch: int
) -> None:
    path = f"/quality/batches/{batch}"
    assert browser("boris").get(path).status_code == 404
    assert browser("boris").post(f"{path}/allow", reason="x").status_code == 404
    auditor = browser("auditor", may_act=False)
    assert "<form" not in auditor.page(path)
    assert auditor.post(f"{path}/allow", reason="x").status_code == 403
    assert allowed(town, batch) == (None, None, None)


def test_a_published_batch_is_not_allowed_and_the_page_says_why(browser: OpenBrowser, town: Town) -> None:
    ((batch_id,),) = town.sql("select max(batch_id) from control.batch where organization_inn = %s", town.inns[0])
    answer = browser("anna").post(f"/quality/batches/{batch_id}/allow", reason="мимо")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert allowed(town, batch_id) == (None, None, None)


def test_the_heads_certificate_is_added_on_the_page(browser: OpenBrowser, town: Town) -> None:
    inn, anna = town.inns[0], browser("anna")
    here = f"/integrations/{inn}/ofd"
    newer = invent_head(inn, "Новая глава")
    before = certificates(town.warehouse, inn)
    for name, content in (("a.txt", b"no certificate"), ("b.cer", invent_head(town.inns[1], "Чужая глава").pem)):
        refused = anna.post(f"{here}/certificate", files={"file": (name, content)})
        assert refused.status_code == 409
        assert 'role="alert"' in refused.text
    assert anna.post(f"{here}/certificate").status_code == 400
    assert certificates(town.warehouse, inn) == before
    assert anna.post(f"{here}/certificate", files={"file": ("head.cer", newer.pem)}).status_code == 303
    (added, *rest) = certificates(town.warehouse, inn)
    assert len(rest) == len(before)
    assert (added["added_by"], added["serves"]) == ("anna", True)
    assert "Новая глава" in anna.page(here, done="certificate")
    assert browser("boris").post(f"{here}/certificate", files={"file": ("head.cer", newer.pem)}).status_code == 404
