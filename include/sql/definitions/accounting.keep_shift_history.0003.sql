-- Run by `smena migrate`, revision 0003, and on the way back from 0008.
create or replace function accounting.keep_shift_history() returns trigger
language plpgsql
as $$
begin
    insert into accounting.shift_history select * from old_rows;
    return null;
end
$$;
