-- Run by the desk: whether the connection of the desk may write who sees what.
select
    has_table_privilege('control.page_user', 'insert') and has_table_privilege('control.page_user', 'delete')
        as may_grant
