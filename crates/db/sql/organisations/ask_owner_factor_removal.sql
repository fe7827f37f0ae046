SELECT fence.ask_owner_factor_removal($1, $2) AS due
