INSERT INTO patient_merges (organisation_id, patient_merge_id, kept_id, merged_id, moved_bookings, moved_encounters)
VALUES ($1, $2, $3, $4, $5, $6)
