SELECT fence.replace_password_hash($1, $2)::text
