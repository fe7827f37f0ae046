SELECT max(notice_version) AS version FROM privacy_notices WHERE organisation_id = $1
