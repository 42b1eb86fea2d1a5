-- Run by the desk before documents are acted upon, as the accountant: how many of these are in sight.
select count(*) as documents
from accounting.document
where
    document.document_id = any(cast(%(documents)s as uuid[]))
    and (cast(%(inn)s as text) is null or document.organization_inn = %(inn)s)
