SELECT fence.postpone_jobs(make_interval(secs => $2), $3)::text WHERE $1::uuid IS NOT NULL
