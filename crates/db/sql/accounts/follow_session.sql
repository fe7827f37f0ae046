SELECT fence.follow_session($1, $2, make_interval(secs => $3), $4, $5) AS verdict
