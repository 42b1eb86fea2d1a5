-- Run by `smena explain` and the pages: one document that is no cash order, as «Учет → Документы» shows it, who gave it
-- its status, and its pages.
select
    to_jsonb(document)
    - array['revision', 'shift_id', 'operation', 'debit_account', 'credit_account', 'vat', 'basis'] as document
from accounting.document
where document.document_id = %(document_id)s
