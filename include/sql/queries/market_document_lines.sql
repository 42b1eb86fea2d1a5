-- Run by the read model of documents: lines of a document of Kontur.Market, a page of them after the one named.
select
    line.line,
    line.payment_type,
    line.product_id,
    line.product_code,
    line.quantity,
    line.price,
    line.income,
    line.refund,
    line.amount
from accounting.market_document_line as line
where line.document_id = %(document_id)s and line.line > %(after)s
order by line.line
limit %(most)s
