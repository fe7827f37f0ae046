SELECT organisation_id, slug, kind, name, practice_number, letterhead, officer_name, officer_email, officer_phone, language,
    reception_may_reveal, live, synthetic, welcome, version
FROM organisations WHERE organisation_id = $1
