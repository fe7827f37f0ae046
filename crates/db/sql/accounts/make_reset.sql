SELECT fence.make_reset($1, $2, make_interval(secs => $3))::text
