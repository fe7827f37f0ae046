SELECT fence.begin_sign_in($1, $2)::text
