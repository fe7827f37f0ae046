SELECT fence.account_has_factor($1) AS has_factor
