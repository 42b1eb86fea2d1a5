"""`smena period`: what would wait in a period is seen before it is closed."""

from __future__ import annotations

from tests.integration.cli.shop import LAST, Shop


def test_a_dry_run_shows_what_is_not_accepted_and_closes_nothing(shop: Shop) -> None:
    shop.load()
    words = ("period", "close", "--inn", shop.inn, "--through", str(LAST))
    dry = shop.cli.here(*words, "--dry-run", "--json").data
    assert (dry["dry_run"], dry["through"], len(dry["history"])) == (True, str(LAST), 1)
    assert dry["documents_not_accepted"] == len(shop.town.orders()) > 0

    status = shop.cli.here("period", "status", "--inn", shop.inn, "--json").data
    assert (status["through"], status["history"]) == (None, [])

    closed = shop.cli.here(*words, "--json").data
    assert (closed["through"], closed["documents_not_accepted"]) == (str(LAST), dry["documents_not_accepted"])
    assert "a dry run" in shop.cli.here(*words, "--dry-run").out
