-- Run by publish of Kontur.Market: a table for the decision of `decide_documents` about each document.
-- makes: decided_document
create temporary table decided_document (
    document_id uuid primary key,
    shard integer not null,
    kind text not null,
    key text not null,
    verdict text not null,
    digest text not null,
    sources text[] not null,
    waybill_ids text[] not null,
    current_revision integer,
    current_digest text,
    question text,
    advised_word text,
    advised_because text
) on commit drop
