"""`smena certificate`, `smena integration mandate | ban | enable | disable --signature`, as a person runs them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from demo.signing import Head, invent_head
from tests.integration.cli.shop import WAREHOUSE
from tests.integration.warehouse.sessions import look
from tests.invented import ROMASHKA, SOLE_PROPRIETOR
from tests.unit.cli.commands import Cli, Done

INN, OTHER = ROMASHKA, SOLE_PROPRIETOR
WHAT = ("--inn", INN, "--product", "ofd")
DAY = timedelta(days=1)


class Pages:
    """A folder of files, and the command line."""

    def __init__(self, cli: Cli, folder: Path) -> None:
        self.cli, self.folder = cli, folder

    def file(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)

    def add(self, head: Head, *words: str, inn: str = INN) -> Done:
        return self.cli.here("certificate", "add", "--inn", inn, self.file("head.pem", head.pem), "--json", *words)

    def text(self, kind: str = "mandate", *words: str) -> bytes:
        out = self.folder / f"{kind}.txt"
        start = ("--from", "2025-03-01") if kind == "mandate" else ()
        done = self.cli.here("integration", kind, *WHAT, *start, "--out", str(out), "--json", *words)
        assert done.code == 0, done.err
        answer_data = done.data["mandate"]
        assert answer_data["digest"] == hashlib.sha256(out.read_bytes()).hexdigest()
        assert (answer_data["kind"], answer_data["bytes"], answer_data["file"]) == (
            kind,
            len(out.read_bytes()),
            str(out),
        )
        return out.read_bytes()

    def switch(self, verb: str, signature: bytes, *words: str) -> Done:
        start = ("--from", "2025-03-01") if verb == "enable" else ()
        signed = ("--signature", self.file("signature", signature))
        return self.cli.here("integration", verb, *WHAT, *start, *signed, "--json", *words)

    def status(self) -> Done:
        return self.cli.here("integration", "status", "--inn", INN, "--json")


@pytest.fixture
def commands(cli: Cli, tmp_path: Path) -> Pages:
    words = ("--kpp", "960701001", "--name", "Ромашка", "--tariff", "uchetny")
    assert cli.here("organization", "add", "--inn", INN, *words).code == 0
    return Pages(cli, tmp_path)


def head(**when: datetime) -> Head:
    return invent_head(INN, "Иванова Анна", **when)


def test_an_integration_is_switched_on_and_off_by_signatures(commands: Pages) -> None:
    one = head()
    assert commands.add(one).code == 0
    text = commands.text()
    assert text == commands.text()
    assert "ПОРУЧЕНИЕ".encode() in text and b"\r" not in text
    assert commands.switch("enable", one.sign(text)).code == 0
    pem = _as_pem(one, commands.text("ban"))
    assert commands.switch("disable", pem, "--reason", "переезд").code == 0
    (answer_data,) = commands.status().data["integrations"]
    (interval,) = answer_data["intervals"]
    assert (answer_data["state"], interval["start_date"], interval["off_reason"]) == ("off", "2025-03-01", "переезд")
    assert interval["on_from"] < interval["off_at"]
    kept = look(
        commands.cli.connections[WAREHOUSE], "select verdict, signature from control.mandate_signature order by 1, 2"
    )
    assert {verdict for verdict, _ in kept} == {"accepted"}
    assert pem in {bytes(signature) for _, signature in kept}


def _as_pem(one: Head, text: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256

    builder = pkcs7.PKCS7SignatureBuilder().set_data(text).add_signer(one.certificate, one.key, SHA256())
    return builder.sign(Encoding.PEM, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])


def test_without_a_signature_it_is_wrong_use_that_says_how(commands: Pages) -> None:
    done = commands.cli.here("integration", "enable", *WHAT, "--from", "2025-03-01")
    assert (done.code, done.out) == (2, "")
    assert f"`smena integration mandate --inn {INN} --product ofd --from 2025-03-01 --out FILE`" in done.error


def test_a_bad_signature_is_one_line_changes_nothing_and_is_kept(commands: Pages) -> None:
    one = head()
    commands.add(one)
    text = commands.text()
    for signature, why in (
        (one.sign(text + b" "), "over another text"),
        (head().sign(text), "another certificate"),
        (b"nonsense", "not a CMS signature"),
    ):
        done = commands.switch("enable", signature)
        assert done.code == 2
        assert why in done.error
        assert commands.status().data == {"integrations": []}
    kept = look(commands.cli.connections[WAREHOUSE], "select verdict from control.mandate_signature")
    assert kept == [("refused",)] * 3
    assert commands.switch("enable", one.sign(text)).code == 0


def test_files_that_cannot_be_read_or_written_are_one_line(commands: Pages) -> None:
    commands.add(head())
    add, start = ("certificate", "add", "--inn", INN), ("--from", "2025-03-01")
    mandate, market = ("integration", "mandate", *WHAT, *start), ("--inn", INN, "--product", "market")
    for words, why in (
        ((*add, str(commands.folder / "nowhere")), "cannot be read: No such file"),
        ((*add, commands.file("huge", b"0" * ((1 << 20) + 1))), "is larger than"),
        ((*mandate, "--out", "/nowhere/text"), "cannot be written"),
        ((*mandate, "--register", "123", "--out", "x"), "16 digits"),
        (("integration", "mandate", *market, *start, "--out", "x"), "market needs no mandate"),
        (("integration", "ban", *market, "--out", "x"), "market needs no mandate"),
        (("integration", "enable", *WHAT, *start, "--signature", str(commands.folder / "no")), "cannot be read"),
    ):
        done = commands.cli.here(*words)
        assert (done.code, done.out) == (2, ""), words
        assert why in done.error, words


# --- certificates


def test_a_certificate_is_printed_as_it_was_read_and_the_same_again_changes_nothing(commands: Pages) -> None:
    one = head()
    first = commands.add(one)
    assert first.code == 0
    answer_data = first.data["certificate"]
    assert (answer_data["organization_inn"], answer_data["serves"], answer_data["standing"], answer_data["source"]) == (
        INN,
        True,
        "valid",
        "manual",
    )
    assert (
        "CN=Иванова Анна" in answer_data["subject"]
        and answer_data["thumbprint_sha1"]
        and answer_data["days_left"] > 1800
    )
    again = commands.add(one, "--source", "diadoc")
    assert (again.code, {**again.data["certificate"], "days_left": answer_data["days_left"]}) == (0, answer_data)


def test_a_certificate_that_diadoc_brought_serves_too(commands: Pages) -> None:
    one = head()
    assert commands.add(one, "--source", "diadoc").data["certificate"]["source"] == "diadoc"
    assert commands.switch("enable", one.sign(commands.text())).code == 0


def test_a_certificate_that_cannot_serve_is_wrong_use(commands: Pages) -> None:
    now = datetime.now(UTC)
    for one, why in (
        (head(valid_from=now - 3 * DAY, valid_to=now - DAY), "the certificate ended on"),
        (head(valid_from=now + DAY), "is not valid before"),
        (invent_head(OTHER, "Другая"), f"of INN {OTHER}, not of {INN}"),
    ):
        done = commands.add(one)
        assert done.code == 2
        assert why in done.error
    done = commands.cli.here("certificate", "add", "--inn", INN, commands.file("text", b"Hello"))
    assert (done.code, "is not a certificate" in done.error) == (2, True)
    done = commands.add(invent_head(OTHER, "Другая"), inn=OTHER)
    assert (done.code, "not registered" in done.error) == (2, True)
    assert commands.cli.here("certificate", "list").out == "no certificate yet\n"


def test_the_end_of_a_certificate_is_warned_of_before_and_after_it(commands: Pages) -> None:
    soon = head(valid_to=datetime.now(UTC) + 10 * DAY + timedelta(minutes=5))
    commands.add(soon)
    assert commands.switch("enable", soon.sign(commands.text())).code == 0
    done = commands.status()
    assert done.code == 1
    certificate = done.data["integrations"][0]["certificate"]
    assert (certificate["standing"], certificate["days_left"]) == ("ends_soon", 10)
    assert "ends in 10 days" in commands.cli.here("integration", "status").out
    assert commands.cli.here("certificate", "list").code == 1
    # As if ten days had gone by.
    look(
        commands.cli.connections[WAREHOUSE],
        "alter table control.certificate disable trigger history_is_kept; "
        "update control.certificate "
        "set valid_from = valid_from - interval '20 days', valid_to = now() - interval '1 hour'",
    )
    done = commands.status()
    assert (done.code, done.data["integrations"][0]["certificate"]["standing"]) == (1, "ended")
    assert " ended " in commands.cli.here("integration", "status").out
    done = commands.switch("disable", soon.sign(commands.text("ban")))
    assert done.code == 2
    assert "the certificate ended on" in done.error and "register the new one" in done.error
    fresh = head()
    assert commands.add(fresh).code == 0
    done = commands.status()
    assert (done.code, done.data["integrations"][0]["certificate"]["standing"]) == (0, "valid")
    assert commands.switch("disable", fresh.sign(commands.text("ban"))).code == 0
    listed = commands.cli.here("certificate", "list", "--inn", INN, "--json")
    assert (listed.code, [one["serves"] for one in listed.data["certificates"]]) == (0, [True, False])


def test_the_certificates_of_an_unknown_organisation_are_wrong_use(commands: Pages) -> None:
    done = commands.cli.here("certificate", "list", "--inn", OTHER)
    assert (done.code, "not registered" in done.error) == (2, True)
