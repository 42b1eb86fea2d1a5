-- Run by the read model of documents: how many of the named documents are in sight, of one organisation or of any.
select count(*) as documents
from accounting.document
where
    document.document_id = any(cast(%(documents)s as uuid[]))
    and (cast(%(inn)s as text) is null or document.organization_inn = %(inn)s)
