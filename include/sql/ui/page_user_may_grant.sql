-- Run by the pages: whether their connection may write grants, and routes of alerts.
select
    has_table_privilege('control.page_user', 'insert') and has_table_privilege('control.page_user', 'delete')
        as may_grant,
    has_table_privilege('control.alert_route', 'insert') and has_table_privilege('control.alert_route', 'delete')
        as may_route
