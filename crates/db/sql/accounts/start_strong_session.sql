SELECT fence.start_strong_session($1, $2, $3, make_interval(secs => $4), $5, make_interval(secs => $6), $7)::text
