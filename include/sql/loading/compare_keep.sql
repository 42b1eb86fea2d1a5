-- Run by publish after till shifts were compared with the receipts of their fiscal shifts: store the result of each.
insert into control.comparison (
    till_id, fiscal_id, organization_inn, till_facts, fiscal_facts, is_explained, explanation, documents,
    receipt_pages, page_ids, batch_id
)
select
    made.till_id,
    made.fiscal_id,
    %(inn)s,
    made.till_facts,
    made.fiscal_facts,
    made.is_explained,
    made.explanation,
    made.documents,
    made.receipt_pages,
    made.page_ids,
    %(batch_id)s
from
    jsonb_to_recordset(%(comparisons)s) as made (
        till_id uuid, fiscal_id uuid, till_facts text, fiscal_facts text, is_explained boolean, explanation text,
        documents jsonb, receipt_pages bigint[], page_ids bigint[]
    )
on conflict (till_id, fiscal_id) do update
    set
        till_facts = excluded.till_facts,
        fiscal_facts = excluded.fiscal_facts,
        is_explained = excluded.is_explained,
        explanation = excluded.explanation,
        documents = excluded.documents,
        receipt_pages = excluded.receipt_pages,
        page_ids = excluded.page_ids,
        compared_at = now(),
        batch_id = excluded.batch_id
