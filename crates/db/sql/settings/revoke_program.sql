SELECT fence.revoke_program($1, $2) AS worked
