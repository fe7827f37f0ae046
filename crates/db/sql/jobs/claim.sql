SELECT job_id, kind, entity_id FROM fence.claim_jobs($1, make_interval(secs => $2), $3)
