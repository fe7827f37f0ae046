SELECT fence.end_session($1, $2)::text
