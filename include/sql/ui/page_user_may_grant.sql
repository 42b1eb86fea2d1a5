-- Run by the pages: whether their connection may write grants.
select
    has_table_privilege('control.page_user', 'insert') and has_table_privilege('control.page_user', 'delete')
        as may_grant
