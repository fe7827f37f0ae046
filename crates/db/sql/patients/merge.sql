SELECT patient_merge_id, kept_id, merged_id, moved_bookings, moved_encounters FROM patient_merges
WHERE organisation_id = $1 AND patient_merge_id = $2 AND undone_at IS NULL FOR UPDATE
