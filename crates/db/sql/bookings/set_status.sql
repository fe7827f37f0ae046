UPDATE bookings SET status = $4, cancel_reason = $5,
    arrived_at = CASE $4 WHEN 'arrived' THEN coalesce(arrived_at, now()) WHEN 'confirmed' THEN NULL ELSE arrived_at END,
    started_at = CASE $4 WHEN 'in_progress' THEN coalesce(started_at, now()) WHEN 'arrived' THEN NULL ELSE started_at END,
    completed_at = CASE $4 WHEN 'completed' THEN now() WHEN 'in_progress' THEN NULL ELSE completed_at END
WHERE organisation_id = $1 AND booking_id = $2 AND version = $3
