SELECT fence.enter_auth($1, $2)::text
