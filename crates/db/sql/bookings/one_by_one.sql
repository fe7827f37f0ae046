SELECT pg_advisory_xact_lock(hashtextextended(concat($1::uuid, $2::uuid, $3::date), 0))::text
