-- Run by `smena accept`, `reject` and `unaccept`: the documents that a person named, in that order, each once.
-- makes: asked_document
create temporary table asked_document on commit drop as
select
    document_id,
    min(place) as place
from unnest(cast(%(documents)s as uuid[])) with ordinality as asked (document_id, place)
group by document_id
