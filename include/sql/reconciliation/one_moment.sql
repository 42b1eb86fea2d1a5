-- Run by certify and verify, first: all later statements read the warehouse as of one moment.
set transaction isolation level repeatable read -- noqa: PRS
