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
