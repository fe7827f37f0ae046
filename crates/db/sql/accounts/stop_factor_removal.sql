SELECT fence.stop_factor_removal($1) AS stopped
