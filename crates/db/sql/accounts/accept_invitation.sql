SELECT fence.accept_invitation($1, $2, $3, $4, $5) AS account
