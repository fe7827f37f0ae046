SELECT fence.finish_job()::text WHERE $1::uuid IS NOT NULL
