SELECT fence.finish_jobs()::text WHERE $1::uuid IS NOT NULL
