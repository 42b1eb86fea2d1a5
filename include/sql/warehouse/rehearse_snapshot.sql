-- Run by rehearse, first: its transaction sees one moment of the warehouse.
set local transaction_isolation = 'repeatable read'
