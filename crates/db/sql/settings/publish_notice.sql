INSERT INTO privacy_notices (organisation_id, notice_version, body)
SELECT $1, coalesce(max(notice_version), 0) + 1, $2 FROM privacy_notices WHERE organisation_id = $1
