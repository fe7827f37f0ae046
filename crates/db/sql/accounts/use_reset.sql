SELECT fence.use_reset($1, $2) AS account
