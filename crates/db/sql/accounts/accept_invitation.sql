SELECT account, is_new FROM fence.join_by_invitation($1, $2, $3, $4, $5)
