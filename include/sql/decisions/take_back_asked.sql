-- Run by taking answers back: the decisions that a person named, each once.
-- makes: asked_answer
create temporary table asked_answer on commit drop as
select distinct decision_id
from unnest(cast(%(decisions)s as bigint[])) as asked (decision_id)
