"""The exit codes of all commands."""

from __future__ import annotations

from smena.cli.answer import WAITS
from smena.model.errors import BrokenPromise, PassingFault, WrongUse

DONE = 0
INTERRUPTED = 130
BROKEN_PIPE = 141

EXIT_CODES = {
    DONE: "done",
    WAITS: "done, but something waits for a person; or a batch was too bad, and nothing of it is published",
    WrongUse.exit_code: "wrong use; nothing was changed",
    PassingFault.exit_code: "an outside system failed or refused (the warehouse, Kontur, Airflow), run again",
    BrokenPromise.exit_code: "a fault in this program or in the warehouse; --debug shows where",
    INTERRUPTED: "interrupted (Ctrl-C), run again",
    BROKEN_PIPE: "whoever read the answer has gone (a closed pipe)",
}
