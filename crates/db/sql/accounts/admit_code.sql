SELECT extract(epoch FROM fence.admit_code($1, $2))::float8 AS wait
