"""The commands by task: where each is defined, and the first sentence of its help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class CommandEntry(NamedTuple):
    """A command that is imported when it is run; the list of commands is shown without importing it.

    Attributes:
        name: as it is typed.
        place: the module of `smena.cli`, and the command in it.
        sentence: the first sentence of its help. A test checks that the two are equal.
    """

    name: str
    place: str
    sentence: str


TASKS: Mapping[str, Sequence[CommandEntry]] = {
    "Set up": (
        CommandEntry("connections", "connections:connections", "Whether the connections can be used."),
        CommandEntry("migrate", "warehouse:migrate", "Bring the warehouse to the newest schema."),
        CommandEntry("organization", "organization:organization", "Organisations and their settings."),
        CommandEntry(
            "accounts", "accounts:accounts", "Accounts of cash orders: which ones, for which orders, from which day on."
        ),
        CommandEntry(
            "apply",
            "apply:apply",
            "Make organisations what a YAML file says: settings, accounts, access, alerts; "
            "the same again changes nothing.",
        ),
        CommandEntry(
            "certificate",
            "certificate:certificate",
            "The head's certificate: one for an organisation, for every product.",
        ),
        CommandEntry(
            "integration",
            "integration:integration",
            "Mandate and ban, switching on from a date and off, and where things stand.",
        ),
        CommandEntry("access", "access:access", "Who sees which organisations on the pages; without a grant: none."),
        CommandEntry(
            "alert-routes",
            "alert_routes:alert_routes",
            "Who gets the alerts of which organisation, КПП or point of sale, besides `smena_alerts`, which gets all.",
        ),
        CommandEntry("dags", "dags:dags", "Show the folder of the DAG files, and the files."),
        CommandEntry(
            "completion",
            "completion:completion",
            'Print the script that completes commands and options in a shell: eval "$(smena completion bash)".',
        ),
    ),
    "Every day": (
        CommandEntry(
            "plan",
            "loading:plan",
            "The windows that would be loaded now, their requests, what is covered and what cannot be read.",
        ),
        CommandEntry(
            "load",
            "loading:load",
            "Load what is wanted and not covered, as the daily run does; with --from and --to, these days, "
            "covered or not.",
        ),
        CommandEntry("documents", "documents:documents", "«Учет → Документы»: what was loaded."),
        CommandEntry(
            "accept",
            "acceptance:accept",
            "Accept documents: by id (`-` reads ids from stdin), or new ones by --inn --from --to.",
        ),
        CommandEntry(
            "reject",
            "acceptance:reject",
            "Reject documents: by id (`-` reads ids from stdin), or new ones by --inn --from --to.",
        ),
        CommandEntry("unaccept", "acceptance:unaccept", "Take acceptance back: the documents are new again."),
        CommandEntry(
            "shifts",
            "shifts:shifts",
            "Shifts, with what became of each; `--late` lists those that came late, with their delay.",
        ),
        CommandEntry(
            "print",
            "printing:print_",
            "Print a cash order: a ПКО by form КО-1 with its quittance, an РКО by form КО-2.",
        ),
        CommandEntry("cash-book", "printing:cash_book", "Print the sheet of the cash book for a day, form КО-4."),
        CommandEntry(
            "cash", "cash:cash", "The cash book: its balance, movements that no shift has, its limit, the journal."
        ),
        CommandEntry(
            "export", "exporting:export", "Documents and cash orders as XLSX or CSV, by the name of the file."
        ),
        CommandEntry("period", "period:period", "Closed periods: nothing is written into one, whoever asks."),
    ),
    "Check": (
        CommandEntry(
            "alerts",
            "alerts:alerts",
            "One message an organisation of all that is not as it should be; exit code 1 where there is any.",
        ),
        CommandEntry(
            "reconcile",
            "proof:reconcile",
            "Is everything here, and does it agree? Completeness by register and day, and сверка with the source "
            "as it is now.",
        ),
        CommandEntry(
            "explain",
            "explaining:explain",
            "The whole lineage of a document or a shift: answers, checks, batches, runs, revisions, decisions.",
        ),
        CommandEntry(
            "quality",
            "quality:quality",
            "What was checked and what was broken: of every batch, or rule by rule of one.",
        ),
        CommandEntry(
            "certify",
            "proof:certify",
            "The certificate of completeness of a period that was reconciled: counts, sums, verdicts and hashes, "
            "in one file.",
        ),
        CommandEntry(
            "verify",
            "proof:verify",
            "Is a certificate true of the warehouse? Makes it again, evidence and all; exit 1 with the first "
            "difference.",
        ),
        CommandEntry(
            "archive",
            "archiving:archive",
            "Move the responses of closed months to files, which `explain`, `verify` and `rehearse` read as before.",
        ),
        CommandEntry(
            "rehearse",
            "rehearsing:rehearse",
            "What would be booked otherwise, if the stored evidence were processed now? Nothing is written or "
            "asked for.",
        ),
    ),
    "Decide": (
        CommandEntry(
            "conflicts",
            "decisions:conflicts",
            "Decisions that wait for a person, with both sides, and the shifts that wait.",
        ),
        CommandEntry("resolve", "decisions:resolve", "Resolve decisions, one or many at once: all, or none of them."),
        CommandEntry("links", "links:links", "Links between cashboxes of Market and registers."),
        CommandEntry(
            "quarantine",
            "quarantine:quarantine",
            "Records that could not be loaded: look at them, have them asked for again, give them up.",
        ),
        CommandEntry(
            "allow",
            "allowing:allow",
            "Allow a batch that was stopped because it would reverse or revise too many orders.",
        ),
    ),
}
