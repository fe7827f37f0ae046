SELECT p.patient_id, p.file_number, p.given_names, p.surname, p.birth_date, p.sex, p.phone, p.version,
    i.masked AS masked_id, p.merged_into
FROM patient_tokens t
JOIN patients p ON p.organisation_id = $1 AND p.patient_id = t.patient_id
LEFT JOIN identifiers i ON i.organisation_id = $1 AND i.patient_id = p.patient_id AND i.kind = 'sa_id'
WHERE t.organisation_id = $1 AND t.token >= $2 AND t.token < $3
    AND NOT EXISTS (
        SELECT FROM unnest($4::text[], $5::text[]) AS also (low, high)
        WHERE NOT EXISTS (
            SELECT FROM patient_tokens o WHERE o.organisation_id = $1 AND o.patient_id = t.patient_id
            AND o.token >= also.low COLLATE "C" AND o.token < also.high COLLATE "C"))
ORDER BY t.token, p.surname, p.given_names, p.patient_id
LIMIT $6
