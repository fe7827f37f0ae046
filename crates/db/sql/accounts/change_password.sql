SELECT fence.change_password($1, $2)::text
