SELECT membership_id, effective_at FROM factor_removals
WHERE organisation_id = $1 AND ended_at IS NULL AND effective_at > now() - interval '3 days'
