SELECT fence.set_recovery_codes($1, $2)::text
