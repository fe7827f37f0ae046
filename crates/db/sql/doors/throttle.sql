SELECT extract(epoch FROM fence.throttle($1, $2, make_interval(secs => $3)))::float8
