SELECT fence.postpone_job(make_interval(secs => $2), $3)::text WHERE $1::uuid IS NOT NULL
