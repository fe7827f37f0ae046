SELECT fence.start_password_session($1, $2, $3, $4, make_interval(secs => $5), $6, make_interval(secs => $7), $8)::text
