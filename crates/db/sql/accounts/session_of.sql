SELECT * FROM fence.session_of($1)
