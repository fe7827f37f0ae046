SELECT membership_id, actor, permissions FROM fence.enter_member($1, $2, $3, $4)
