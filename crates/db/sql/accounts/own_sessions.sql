SELECT session_id, started_at, last_used_at, source, device, is_this FROM fence.own_sessions($1)
