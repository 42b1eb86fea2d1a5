-- Run by everyone who connects to the warehouse, once: which schema it has.
select version_num
from schema_version
