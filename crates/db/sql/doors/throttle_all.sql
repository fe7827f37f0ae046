SELECT met, extract(epoch FROM wait)::float8 AS wait FROM fence.throttle_all($1, $2, $3)
