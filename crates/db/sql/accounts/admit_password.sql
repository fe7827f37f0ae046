SELECT extract(epoch FROM a.wait)::float8 AS wait, a.known FROM fence.admit_password($1, $2, $3) a
