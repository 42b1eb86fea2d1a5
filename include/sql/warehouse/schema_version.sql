-- Run by everyone who connects to the warehouse, once: the version of its schema.
select version_num
from schema_version
