SELECT job_id, kind, entity_id, attempts FROM fence.claim_job($1, make_interval(secs => $2))
