SELECT * FROM fence.session_at($1, $2)
