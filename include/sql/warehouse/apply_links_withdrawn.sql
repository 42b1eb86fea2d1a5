-- Run by publish after apply_links_added: withdraw proposals that a link in force has answered.
-- reads: change_link
update control.register_link as link
set state = 'withdrawn', withdrawn_by = 'rule', withdrawn_at = now()
from change_link
where
    change_link.action = 'withdrawn'
    and link.register_link_id = change_link.register_link_id
    and link.state = 'proposed'
