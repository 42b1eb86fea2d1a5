-- Run by `smena migrate`, revision 0002, and on the way back from 0009.
create or replace function accounting.order_id(shift_id uuid, operation text, taxation text, agent boolean) returns uuid
language sql immutable strict parallel safe
return md5(
    'order:' || shift_id::text || ':' || operation || ':' || taxation || ':' || case when agent then '1' else '0' end
)::uuid;
