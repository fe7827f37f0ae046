SELECT fence.spend_recovery_code($1, $2) AS remaining
