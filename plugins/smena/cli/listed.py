"""The commands of the command line: by task, where each is defined, and its first sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Listed(NamedTuple):
    """A command that is imported when it is run: the list of commands is shown without it.

    Attributes:
        name: as it is typed.
        place: the module of `smena.cli`, and the command in it.
        sentence: the first sentence of its help. A test holds the two against each other.
    """

    name: str
    place: str
    sentence: str


TASKS: Mapping[str, Sequence[Listed]] = {
    "Set up": (
        Listed("connections", "connections:connections", "Whether the connections can be used."),
        Listed("migrate", "warehouse:migrate", "Bring the warehouse to the newest schema."),
        Listed("organization", "organization:organization", "Organisations and their settings."),
        Listed(
            "accounts", "accounts:accounts", "Accounts of cash orders: which ones, for which orders, from which day on."
        ),
        Listed(
            "certificate",
            "certificate:certificate",
            "The head's certificate: one for an organisation, for every product.",
        ),
        Listed(
            "integration",
            "integration:integration",
            "Mandate and ban, switching on from a date and off, and where things stand.",
        ),
        Listed("access", "access:access", "Who sees which organisations on the desk's pages; without a grant: none."),
        Listed("dags", "dags:dags", "Show the folder of the DAG files, and the files."),
        Listed(
            "completion",
            "completion:completion",
            'Print the script that completes commands and options in a shell: eval "$(smena completion bash)".',
        ),
    ),
    "Every day": (
        Listed(
            "plan",
            "loading:plan",
            "The windows that would be loaded now, their requests, what is covered and what is out of reach.",
        ),
        Listed(
            "load",
            "loading:load",
            "Load what is wanted and not covered, as the daily run does; with --from and --to, these days, "
            "covered or not.",
        ),
        Listed("documents", "documents:documents", "«Учет → Документы»: what was loaded."),
        Listed(
            "accept",
            "acceptance:accept",
            "Accept documents: by id (`-` reads ids from stdin), or new ones by --inn --from --to.",
        ),
        Listed(
            "reject",
            "acceptance:reject",
            "Reject documents: by id (`-` reads ids from stdin), or new ones by --inn --from --to.",
        ),
        Listed("unaccept", "acceptance:unaccept", "Take acceptance back: the documents are new again."),
        Listed(
            "shifts",
            "shifts:shifts",
            "Shifts, with what became of each; `--late` lists those that came late, with their delay.",
        ),
        Listed(
            "print",
            "printing:print_",
            "Print a cash order: a ПКО by form КО-1 with its quittance, an РКО by form КО-2.",
        ),
        Listed("cash-book", "printing:cash_book", "Print the sheet of the cash book for a day, form КО-4."),
        Listed("cash", "cash:cash", "The cash book: its balance, movements that no shift has, its limit, the journal."),
        Listed("export", "exporting:export", "Documents and cash orders as XLSX or CSV, by the name of the file."),
        Listed("period", "period:period", "Closed periods: nothing is written into one, whoever asks."),
    ),
    "Check": (
        Listed(
            "alerts",
            "alerts:alerts",
            "One message an organisation of all that is not as it should be; exit code 1 where there is any.",
        ),
        Listed(
            "reconcile",
            "proof:reconcile",
            "Is everything here, and does it agree? Completeness by register and day, and сверка with the source "
            "as it is now.",
        ),
        Listed(
            "explain",
            "explaining:explain",
            "The whole lineage of a document or a shift: answers, checks, batches, runs, revisions, decisions.",
        ),
        Listed(
            "quality",
            "quality:quality",
            "What was checked and what was broken: of every batch, or rule by rule of one.",
        ),
        Listed(
            "certify",
            "proof:certify",
            "The certificate of completeness of a period that was reconciled: counts, sums, verdicts and hashes, "
            "in one file.",
        ),
        Listed(
            "verify",
            "proof:verify",
            "Is a certificate true of the warehouse? Makes it again, evidence and all; exit 1 with the first "
            "difference.",
        ),
        Listed(
            "rehearse",
            "rehearsing:rehearse",
            "What would be booked otherwise, if the stored evidence were processed now? Nothing is written or "
            "asked for.",
        ),
    ),
    "Decide": (
        Listed(
            "conflicts",
            "decisions:conflicts",
            "Decisions that wait for a person, with both sides, and the shifts that wait.",
        ),
        Listed("resolve", "decisions:resolve", "Resolve decisions, one or many at once: all, or none of them."),
        Listed("links", "links:links", "Links between cashboxes of Market and registers."),
        Listed(
            "quarantine",
            "quarantine:quarantine",
            "Records that could not be loaded: look at them, have them asked for again, give them up.",
        ),
        Listed(
            "allow",
            "allowing:allow",
            "Allow a batch that was stopped because it would reverse or revise too many orders.",
        ),
    ),
}
