-- Run by certify and verify, first: everything that follows is read as it was at one moment.
set transaction isolation level repeatable read -- noqa: PRS
