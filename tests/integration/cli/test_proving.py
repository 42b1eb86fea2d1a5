"""`reconcile`, `certify` and `verify` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.shop import FIRST, LAST, Shop

DAYS = ("--from", str(FIRST), "--to", str(LAST))


def test_a_shop_that_is_loaded_is_proved_certified_and_verified(shop: Shop, tmp_path: Path) -> None:
    assert shop.load().code == 0
    proved = shop.cli.here("reconcile", "--inn", shop.inn, *DAYS, "--json")
    assert (proved.code, proved.err) == (0, "")
    assert set(proved.data["verdicts"]) <= {"complete", "offline"}
    assert proved.data["differences"] == []
    for name in ("proof.json", "proof.html"):
        file = str(tmp_path / name)
        made = shop.cli.here("certify", "--inn", shop.inn, *DAYS, "--out", file, "--json")
        assert (made.code, made.data["is_complete"]) == (0, True)
        checked = shop.cli.here("verify", file, "--json")
        assert (checked.code, checked.data["is_true"], checked.data["sha256"]) == (0, True, made.data["sha256"])
    assert "yes: " in shop.cli.here("verify", file).out


def test_what_is_missing_is_named_with_exit_code_1(shop: Shop, tmp_path: Path) -> None:
    lost = next(iter(shop.town.truth().values()))
    match = {"fiscalDriveNumber": lost["fiscal_drive_number"], "shiftNumber": lost["shift_number"]}
    shop.town.sandbox.faults.add({"kind": "drop_document", "match": match})
    shop.load()
    done = shop.cli.here("reconcile", "--inn", shop.inn, *DAYS)
    assert done.code == 1
    assert f"ФН {lost['fiscal_drive_number']}, shift № {lost['shift_number']}" in done.out
    assert "totals by shift lack" in done.out
    made = shop.cli.here("certify", "--inn", shop.inn, *DAYS, "--out", str(tmp_path / "proof.html"))
    assert made.code == 1
    assert "Полнота не доказана" in (tmp_path / "proof.html").read_text(encoding="utf-8")


def test_verify_shows_the_first_difference_with_exit_code_1(shop: Shop, tmp_path: Path) -> None:
    shop.load()
    shop.cli.here("reconcile", "--inn", shop.inn, *DAYS)
    file = str(tmp_path / "proof.json")
    shop.cli.here("certify", "--inn", shop.inn, *DAYS, "--out", file)
    order = shop.town.orders()[0]
    shop.town.sql("update accounting.cash_order set amount = amount + 1 where document_id = %s", order["document_id"])
    done = shop.cli.here("verify", file, "--json")
    assert (done.code, done.data["is_true"]) == (1, False)
    assert done.data["difference"].startswith(f"books[{order['kpp']} {order['date']}].")


def test_every_stored_certificate_is_verified_and_the_first_false_one_is_exit_code_1(
    shop: Shop, tmp_path: Path
) -> None:
    none = shop.cli.here("verify", "--all", "--json")
    assert (none.code, none.data["is_true"], none.data["last_published_at"]) == (1, False, None)
    assert "no certificate: nothing was verified" in shop.cli.here("verify", "--all").out
    shop.load()
    shop.cli.here("reconcile", "--inn", shop.inn, *DAYS)
    for days in (DAYS, (*DAYS[:2], "--to", str(FIRST))):
        shop.cli.here("certify", "--inn", shop.inn, *days, "--out", str(tmp_path / "proof.json"))
    done = shop.cli.here("verify", "--all", "--json")
    assert (done.code, done.data["is_true"], done.data["older"]) == (0, True, 0)
    assert [(one["from"], one["to"]) for one in done.data["certificates"]] == [
        (str(FIRST), str(FIRST)), (str(FIRST), str(LAST))
    ]  # fmt: skip
    ((published,),) = shop.town.sql("select max(finished_at) from control.batch where state = 'published'")
    assert done.data["last_published_at"] == published.isoformat()
    changed = next(order for order in shop.town.orders() if order["date"] > FIRST)
    shop.town.sql("update accounting.cash_order set amount = amount + 1 where document_id = %s", changed["document_id"])
    done = shop.cli.here("verify", "--all", "--json")
    assert done.code == 1
    assert [one["is_true"] for one in done.data["certificates"]] == [True, False]
    assert "of which true: 1" in shop.cli.here("verify", "--all").out


def test_an_older_certificate_of_the_same_period_is_left_aside(shop: Shop, tmp_path: Path) -> None:
    """A load after it may have outdated it; what counts is the newest."""
    file = str(tmp_path / "proof.json")
    shop.cli.here("load", "--inn", shop.inn, "--from", str(FIRST), "--to", str(FIRST))
    shop.cli.here("reconcile", "--inn", shop.inn, *DAYS)
    shop.cli.here("certify", "--inn", shop.inn, *DAYS, "--out", file)
    shop.load()
    assert shop.cli.here("verify", "--all").code == 1
    shop.cli.here("reconcile", "--inn", shop.inn, *DAYS)
    shop.cli.here("certify", "--inn", shop.inn, *DAYS, "--out", file)
    done = shop.cli.here("verify", "--all")
    assert (done.code, "1 older ones of the same periods were left aside" in done.out) == (0, True)


@pytest.mark.parametrize("words", [(), ("proof.json", "--all")])
def test_verify_takes_a_file_or_all(shop: Shop, words: tuple[str, ...]) -> None:
    done = shop.cli.here("verify", *words)
    assert (done.code, done.error) == (2, "name a certificate's file, or give --all")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("reconcile", "--from", "2025-03-09", "--to", "2025-03-01"), "starts on 2025-03-09 after it ends"),
        (("reconcile", "--from", "2025-03-01", "--to", "2999-01-01"), "is not over yet"),
        (("certify", *DAYS, "--out", "proof.json"), "were never reconciled"),
        (("certify", *DAYS, "--out", "proof.doc"), "neither .json nor .html"),
    ],
)
def test_what_cannot_be_proved_is_wrong_use(shop: Shop, tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    command, *rest = words
    rest = [str(tmp_path / word) if word.startswith("proof.") else word for word in rest]
    shop.load()
    if why == "neither .json nor .html":
        shop.cli.here("reconcile", "--inn", shop.inn, *DAYS)
    done = shop.cli.here(command, "--inn", shop.inn, *rest)
    assert (done.code, done.out) == (2, "")
    assert why in done.error


def test_a_file_that_is_no_certificate_is_wrong_use(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text("{}", encoding="utf-8")
    for name in ("proof.json", "nothing.json"):
        done = shop.cli.here("verify", str(tmp_path / name))
        assert (done.code, done.out) == (2, "")
