SELECT fence.end_own_sessions($1, $2) AS ended
