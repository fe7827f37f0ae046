UPDATE messages SET state = $3, state_reason = $4, attempts = attempts + 1, settled_at = now()
WHERE organisation_id = $1 AND message_id = ANY ($2) AND state = 'queued'
