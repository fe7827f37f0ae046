SELECT notice_version, body, published_at FROM privacy_notices WHERE organisation_id = $1 ORDER BY notice_version DESC LIMIT 1
