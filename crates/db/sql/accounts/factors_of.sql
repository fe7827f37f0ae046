SELECT factor_id, kind, name, sealed, key_version, last_step, created_at, confirmed_at, last_used_at FROM fence.factors_of($1)
