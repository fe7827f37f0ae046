SELECT fence.upgrade_password($1, $2, $3)::text
