SELECT fence.end_step($1, $2) AS ended
