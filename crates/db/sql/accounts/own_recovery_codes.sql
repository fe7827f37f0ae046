SELECT fence.own_recovery_codes($1) AS remaining
