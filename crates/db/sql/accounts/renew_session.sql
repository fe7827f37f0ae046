SELECT fence.renew_session($1, $2, make_interval(secs => $3), $4) AS verdict
