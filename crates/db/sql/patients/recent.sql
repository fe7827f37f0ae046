SELECT p.patient_id, p.file_number, p.given_names, p.surname, p.birth_date, p.sex, p.phone, p.version, i.masked AS masked_id
FROM (SELECT b.patient_id, min(abs(extract(epoch FROM b.starts_at - now()))) AS away
      FROM bookings b
      WHERE b.organisation_id = $1 AND b.starts_at >= $2 AND b.starts_at < $3 AND b.patient_id IS NOT NULL
          AND b.status NOT IN ('no_show', 'cancelled')
      GROUP BY b.patient_id) e
JOIN patients p ON p.organisation_id = $1 AND p.patient_id = e.patient_id AND p.merged_into IS NULL
LEFT JOIN identifiers i ON i.organisation_id = $1 AND i.patient_id = p.patient_id AND i.kind = 'sa_id'
ORDER BY e.away, p.surname, p.given_names, p.patient_id
LIMIT $4
