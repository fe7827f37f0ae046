UPDATE patient_merges SET undone_at = now() WHERE organisation_id = $1 AND patient_merge_id = $2 AND undone_at IS NULL
