"""Faults to put into the code one at a time: each must fail a test of `make test`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A text of a file, which is there once, and what it is replaced by.

    `breaks` says what is wrong with it then; `tests` are those that should see it, as pytest names them.
    """

    file: str
    before: str
    after: str
    breaks: str
    tests: tuple[str, ...]


_UNIT, _TOWN = "tests/unit", "tests/integration"
_TRANSFORM, _CHEQUES = f"{_UNIT}/transform", f"{_UNIT}/transform/market"
_MATCHING = f"{_UNIT}/matching"


def _in(folder: str, module: str, *tests: str) -> tuple[str, tuple[str, ...]]:
    return f"plugins/smena/{module}.py", tuple(f"{folder}/test_{test}.py" for test in tests)


def _faults(place: tuple[str, tuple[str, ...]], *changes: tuple[str, str, str]) -> list[Fault]:
    file, tests = place
    return [Fault(file, before, after, breaks, tests) for before, after, breaks in changes]


DECODING = [
    *_faults(
        _in(f"{_UNIT}/model", "model/money", "money"),
        ("traps=[InvalidOperation, Inexact]", "traps=[InvalidOperation]", "a part of a kopeck is rounded away"),
    ),
    *_faults(
        _in(f"{_UNIT}/model", "model/identifiers", "identifiers"),
        (
            'return inn[2:] if len(inn) == 12 and inn.startswith("00") else inn',
            "return inn",
            "an INN padded with zeros is another organisation's",
        ),
        ("% 11 % 10)", "% 11)", "an INN whose check digit comes out as 10 is refused"),
    ),
    *_faults(
        _in(_TRANSFORM, "transform/totals", "reading_totals"),
        (
            "max(0, one.cash_total + one.cashless_total - one.total)",
            "max(0, one.cash_total - one.total)",
            "totals that are paid more than they are worth are believed",
        ),
        (
            '("sell", "cashless_total"), ("return_sell", "cashless_total")]',
            '("return_sell", "cashless_total"), ("sell", "cashless_total")]',
            "cashless sales and refunds of totals change places",
        ),
    ),
    *_faults(
        _in(_CHEQUES, "transform/market/amounts", "cheques", "amounts_in_quotes", "pages_at_once"),
        ("rounding=ROUND_HALF_UP", 'rounding="ROUND_DOWN"', "half a kopeck of a line is cut off"),
        ('.replace(",", ".")', '.replace(",", "")', 'an amount "50,5" in quotes is ten times as much'),
    ),
    *_faults(
        _in(_CHEQUES, "transform/market/cheques", "cheques", "pages_at_once", "till_shifts"),
        (
            "over = np.abs(cash + cashless - total)",
            "over = np.abs(total - total)",
            "a cheque whose payments are not its total is believed",
        ),
        ("kept = ~in_cash & (amount > 0)", "kept = amount > 0", "cash of a cheque is a payment by card too"),
        (
            "np.add.at(cash, row[in_cash], amount[in_cash])",
            "np.add.at(cash, row[~in_cash], amount[~in_cash])",
            "what was paid by card counts as cash",
        ),
    ),
]

CHECKS = [
    *_faults(
        _in(f"{_UNIT}/quality", "quality/z_reports", "checking_z_reports"),
        (
            '_least_documents=z_reports["receipts_quantity"] + 2,',
            '_least_documents=z_reports["receipts_quantity"],',
            "a z-report may have as many documents as receipts, without its opening and itself",
        ),
        (
            '    unique("one_report_a_shift", SHIFT_KEY, Reason.REPORT_TWICE_BY_SHIFT),\n',
            "",
            "two z-reports of one shift pass",
        ),
        ("CLOCK_AHEAD = pd.Timedelta(hours=14)", "CLOCK_AHEAD = pd.Timedelta(days=14)", "a closing next week passes"),
        (
            '    equal("of_the_organization", "user_inn", "_organization_inn", Reason.INN_OF_ANOTHER),\n',
            "",
            "a z-report of another organisation passes",
        ),
    ),
    *_faults(
        _in(f"{_UNIT}/quality", "quality/receipts", "checking_receipts"),
        (
            "MOST_ROUNDED_OFF_KOPECKS = 99",
            "MOST_ROUNDED_OFF_KOPECKS = 9900",
            "a receipt may be worth 99 roubles less than its items",
        ),
        (
            'equal("total_is_what_was_paid", "total", "_paid", Reason.TOTAL_NOT_ITS_PAYMENTS, unknown_is_bad=True)',
            'equal("total_is_what_was_paid", "total", "total", Reason.TOTAL_NOT_ITS_PAYMENTS)',
            "a receipt whose payments are not its total passes",
        ),
    ),
]

_SHIFTS = ("shifts", "shifts_sums", "shifts_days", "whatever_is_sold")

SHIFTS = [
    *_faults(
        _in(_TRANSFORM, "transform/shifts", *_SHIFTS),
        (
            '(read["count"] == shifts["receipts_quantity"])',
            '(read["count"] <= shifts["receipts_quantity"])',
            "a shift is booked of a part of its receipts",
        ),
        (
            'bad = receipts["total"] != receipts[_PAID].sum(axis=1)',
            'bad = receipts["total"] < receipts[_PAID].sum(axis=1)',
            "a receipt that is paid less than its total is summed",
        ),
        (
            '"closed_at" if date_policy == "shift_close" else "opened_at"',
            '"opened_at" if date_policy == "shift_close" else "closed_at"',
            "orders are dated by the other end of the shift",
        ),
        ("(~whole, Outcome.INCOMPLETE, unread),\n", "\n", "a shift without known sums is one without cash"),
        (
            '        Reason.RECEIPTS_AND_TOTALS_DISAGREE: read["whole"] & reported["whole"] & ~agree,\n',
            "",
            "receipts and totals that disagree are booked",
        ),
        (
            '(receipts["corrects_day"] < formed_on)',
            '(receipts["corrects_day"] <= formed_on)',
            "a correction of the same day waits for a person",
        ),
    ),
    *_faults(
        _in(_TRANSFORM, "transform/numbering", "numbering"),
        (
            "== one.fiscal_document_number - one.documents_quantity",
            "<= one.fiscal_document_number - one.documents_quantity",
            "documents that are lost before a z-report prove it all the same",
        ),
        (
            "== one.fiscal_document_number - one.documents_quantity",
            ">= one.fiscal_document_number - one.documents_quantity",
            "a z-report is proved by a neighbour whose documents are among its own",
        ),
        (
            "all(True in both and False not in both for both in near)",
            "all(False not in both for both in near)",
            "a z-report without neighbours is proved",
        ),
    ),
    *_faults(
        _in(_TRANSFORM, "transform/vat", "vat"),
        (
            "(2 * vat * cash + total) // (2 * total)",
            "(2 * vat * cash) // (2 * total)",
            "VAT of cash is cut, not rounded",
        ),
        ('(lines["cash"].max() or 0) < 2**31', '(lines["cash"].max() or 0) < 2**62', "huge cash overflows 64 bits"),
    ),
]

ORDERS = [
    *_faults(
        _in(_TRANSFORM, "transform/orders", "orders", "shifts", "shifts_sums", "whatever_is_sold"),
        ('rows = rows[rows["amount"] > 0]', 'rows = rows[rows["amount"] >= 0]', "an order of nothing is made"),
        ("vat = vat.where(~negative, -vat)", "vat = vat.abs()", "VAT of a net refund has the wrong sign"),
        (
            "vat=vat.mask((vat < 0) | (vat >= amount.abs())),",
            "vat=vat,",
            "VAT of a net order is more than the order, or less than nothing",
        ),
        ("fits &= taxation == rule.taxation", "pass", "an account rule is used for another tax system"),
    ),
    *_faults(
        _in(_MATCHING, "matching/orders", "orders"),
        (
            '((stays["status"] == "new") & differs)',
            "differs",
            "an order that a person has accepted is revised",
        ),
        (
            'open_orders = open_orders[~known_and(open_orders["day"] <= closed_through)]',
            "pass",
            "an order in a closed period is reversed",
        ),
        (
            'issue=issue["issue"].fillna(0) + 1',
            'issue=issue["issue"].fillna(1)',
            "an order is issued again under the id of the one before",
        ),
        (
            'sort_values(["amount", "number"], ascending=[False, True])',
            'sort_values(["amount", "number"], ascending=[True, True])',
            "the smallest order of a till becomes the largest of the OFD",
        ),
    ),
]

DECISIONS = [
    *_faults(
        _in(_MATCHING, "matching/reported", "reported"),
        ('        Case(is_marked, "conflict"),\n', "", "a shift whose order is accepted is changed without a question"),
        (
            "Case(was_closed | other_day | in_conflict | ~is_bookable,",
            "Case(was_closed | in_conflict | ~is_bookable,",
            "an order changes its day",
        ),
        (
            'ambiguous = one_content.duplicated("shift_id", keep=False)',
            'ambiguous = one_content.duplicated("shift_id")',
            "of two contents of a shift the first is believed",
        ),
        (
            '        Case(is_live & (was_closed | other_day | (is_marked & ~same_cash)), "conflict"),\n',
            "",
            "a till shift is changed in a closed period",
        ),
        (
            'Case(was_in[Outcome.REJECTED] & was_closed, "asked"),',
            'Case(was_in[Outcome.REJECTED] & was_closed, "same"),',
            "nobody is asked about a lost shift whose closing comes into a closed period",
        ),
    ),
    *_faults(
        _in(_MATCHING, "matching/outcomes", "outcomes"),
        (
            '        Case(known_and(rows["is_crowded"]) & ~before_start, str(Outcome.NEEDS_REVIEW),'
            " Reason.TWO_TILL_SHIFTS_IN_ONE),\n",
            "",
            "two till shifts of one fiscal shift are duplicates of it",
        ),
        (
            "        Case(paired & booked_twice & marked, str(Outcome.CONFLICT), Reason.OFD_SUMS_DIFFER),\n",
            "",
            "cash that is booked and accepted from both sources stays doubled",
        ),
        (
            "        Case(uncertain & ~has_orders, str(Outcome.NEEDS_REVIEW), Reason.NO_LINK),\n",
            "",
            "a till shift that may be a shift of a register is booked beside it",
        ),
        (
            "stays = in_closed | (marked & (other_day | ~says_the_same))",
            "stays = marked & (other_day | ~says_the_same)",
            "an order of a closed period goes over to the OFD's shift",
        ),
        (
            '& among(rows["outcome"], [Outcome.ISSUED, Outcome.NEEDS_REVIEW])',
            '& among(rows["outcome"], [Outcome.NEEDS_REVIEW])',
            "a shift that Market may have booked is booked again",
        ),
        (
            "        Case(closed & (booked | has_orders), current, why),\n",
            "",
            "what a closed period holds becomes something else",
        ),
    ),
]

LINKS = [
    *_faults(
        _in(_MATCHING, "matching/links", "links"),
        ("FEWEST_AGREED = 3", "FEWEST_AGREED = 2", "two shifts that agree make a link"),
        ("COMPETING_SHARE = 4", "COMPETING_SHARE = 1", "a register with half as many agreeing shifts does not compete"),
        (
            '& (likeness["sums"] >= FEWEST_AGREED)',
            '& (likeness["sums"] >= 1)',
            "shifts of one and the same sum make a link",
        ),
        (
            '& (likeness["agreed"] * 2 > likeness["compared"].fillna(0))',
            '& (likeness["agreed"] * 9 > likeness["compared"].fillna(0))',
            "a link is made although most shifts disagree",
        ),
    ),
    *_faults(
        _in(_MATCHING, "matching/agreement", "links"),
        (
            'by_a_person = withdrawn["withdrawn_by"] != RULE',
            'by_a_person = withdrawn["withdrawn_by"] == RULE',
            "a link that a person has withdrawn is found again",
        ),
    ),
    *_faults(
        _in(_MATCHING, "matching/pairing", "pairing", "possible_shifts"),
        ("FOREIGN_DAYS = 3", "FOREIGN_DAYS = 1", "one day shows that a cashbox is another register"),
        (
            "(difference.abs() == rounding.abs())",
            "(difference.abs() <= rounding.abs())",
            "rounding explains a difference that is smaller",
        ),
        (
            'is_crowded=rows.duplicated("fiscal")',
            'is_crowded=rows.duplicated("fiscal", keep="last")',
            "of two till shifts the one that shares less time is the fiscal shift",
        ),
    ),
]

PLANNING = [
    *_faults(
        _in(f"{_UNIT}/planning", "planning/uncoverable", "uncoverable_days"),
        (
            'jumps["shift_number"] - jumps["number_before"] > 1',
            'jumps["shift_number"] - jumps["number_before"] > 2',
            "a single shift that is missing between two is not asked for",
        ),
        (
            "cannot_be = (day < _FIRST_ONLINE_DAY) | (day > _latest_day(known))",
            "cannot_be = day < _FIRST_ONLINE_DAY",
            "a rejected record of a future day leaves no day uncovered",
        ),
        (
            '_UNCOVERING_KINDS = ("closeShift", "page", MISSING)',
            '_UNCOVERING_KINDS = ("closeShift", MISSING)',
            "a page that cannot be read leaves its days loaded",
        ),
    ),
    *_faults(
        _in(f"{_UNIT}/planning", "planning/wanted", "shards"),
        (
            "min(planned.window.ends_at + timedelta(days=LOOK_BACK_DAYS), latest)",
            "min(planned.window.ends_at, latest)",
            "documents that came late are not asked for",
        ),
        (
            "shard, units, days = shard + 1, 0, 0",
            "units, days = 0, 0",
            "a shard has no bound",
        ),
    ),
]

_TO_THE_KOPECK = f"{_TOWN}/test_loading_to_the_kopeck.py"


def _query(name: str, before: str, after: str, breaks: str, *tests: str) -> Fault:
    return Fault(f"include/sql/{name}.sql", before, after, breaks, tests)


PERIODS = _faults(
    _in(f"{_TOWN}/decisions", "decisions/periods", "periods"),
    (
        "if closed_through is not None and closed_through > through:",
        "if False:",
        "closing an earlier month says nothing of the later one",
    ),
)

PUBLISHING = [
    _query(
        "warehouse/apply_issued_orders",
        "fresh.amount * 0.01",
        "fresh.amount * 0.1",
        "orders are ten times the cash",
        _TO_THE_KOPECK,
    ),
    _query(
        "warehouse/apply_issued_orders",
        "                    and cash_order.book_year = used.book_year\n",
        "",
        "numbers of a new year go on from the old one's",
        f"{_TOWN}/test_settings_by_day.py",
        _TO_THE_KOPECK,
    ),
    _query(
        "loading/publish_coverage",
        "and assignment.state = 'read'",
        "and assignment.state <> 'planned'",
        "days of a register that failed are called loaded",
        f"{_TOWN}/test_one_register_of_two.py",
        f"{_TOWN}/test_runs.py",
    ),
    _query(
        "decisions/mark_documents",
        "cash_order.document_id = asked_document.document_id and cash_order.status <> %(status)s",
        "cash_order.status <> %(status)s",
        "accepting one order accepts all",
        f"{_TOWN}/decisions/test_acceptance.py",
    ),
]

GATE = _faults(
    _in(_TOWN, "loading/gate_expectations", "gate_of_a_batch"),
    (
        '        equal("sales_less_refunds_are_booked", "sales", "booked_sales", Reason.ORDERS_NOT_THE_CASH),\n',
        "",
        "orders that are not the cash of their shift pass the gate",
    ),
    (
        "Reason.VAT_NOT_BELOW_AMOUNT, strictly=True)",
        "Reason.VAT_NOT_BELOW_AMOUNT)",
        "an order that is nothing but VAT passes the gate",
    ),
    (
        '        one_of("no_rejected_report_is_staged", "is_rejected", [0], Reason.STAGED_IN_SPITE_OF_A_CHECK),\n',
        "",
        "a report that a check has rejected passes the gate",
    ),
)

ARCHIVE = [
    *_faults(
        _in(f"{_TOWN}/warehouse", "warehouse/archive", "archive"),
        (
            "if body is None or hashlib.sha256(body).digest() != page.sha256:",
            "if body is None:",
            "bytes of the archive that are not those that were fetched are believed",
        ),
        ("if size is not None and found != size:", "if False:", "a file that was cut is opened"),
        (
            'raise changed(f"page {page.page_id}")',
            'return b""',
            "a page that the archive has not any more looks empty",
        ),
    ),
    *_faults(
        _in(f"{_TOWN}/warehouse", "warehouse/archiving", "archive"),
        (
            "if len(body) != size or hashlib.sha256(body).digest() != digest:",
            "if False:",
            "a file with other bytes is recorded",
        ),
        (
            "if whole is None or hashlib.sha256(whole).digest() != digest:",
            "if whole is None:",
            "a damaged page is archived",
        ),
        ("        _lock(transaction)\n        (row,)", "        (row,)", "two processes archive a month at once"),
        ("    if kept_by:\n        return found\n", "", "a month that is not closed is archived"),
    ),
]

CERTIFICATES = [
    *_faults(
        _in(f"{_TOWN}/reconciliation", "reconciliation/certificate", "certificates"),
        ("if own_hash(certificate) != certificate.get(HASH):", "if False:", "a changed certificate is verified"),
        (
            "proved and not unexplained and not market",
            "proved and not market",
            "a period with unexplained differences is called complete",
        ),
        (
            "return hashlib.sha256(bodies.of(page)).digest() == page.sha256",
            "return bool(bodies.of(page))",
            "pages whose bytes were changed verify a certificate",
        ),
    ),
    *_faults(
        _in(f"{_UNIT}/mandates", "mandates/signatures", "signatures"),
        (
            'if len(signed["signer_infos"]) != 1:',
            'if not len(signed["signer_infos"]):',
            "a signature of two people is that of the first",
        ),
        (
            'held["content_type"].native != "data" or held["content"].native is not None',
            'held["content_type"].native != "data"',
            "a signature over a text of its own is one over ours",
        ),
    ),
    *_faults(
        _in(_TOWN, "mandates/certificates", "registered_certificates"),
        (
            "if read.subject_inn != organization.inn:",
            "if False:",
            "a certificate of another organisation is registered",
        ),
    ),
]

BY_STAGE = {
    "decode": DECODING, "checks": CHECKS, "shifts": SHIFTS, "orders": ORDERS, "decide": DECISIONS, "links": LINKS,
    "planning": PLANNING, "publishing SQL": PUBLISHING, "periods": PERIODS,
    "gate": GATE, "certificates": CERTIFICATES, "archive": ARCHIVE,
}  # fmt: skip
FAULTS = [fault for faults in BY_STAGE.values() for fault in faults]
