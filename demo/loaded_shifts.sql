-- Run by the demo: every shift the warehouse knows, to be held against the sandbox's truth.
select
    organization_inn,
    fiscal_drive_number,
    shift_number
from accounting.shift
