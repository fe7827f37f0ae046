SELECT fence.spend_step($1, $2, $3) AS spent
