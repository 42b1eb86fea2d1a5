-- Run by the desk: whether the connection of the desk may write who sees what.
select
    has_table_privilege('control.desk_user', 'insert') and has_table_privilege('control.desk_user', 'delete')
        as may_grant
