SELECT fence.remove_factor($1, $2) AS removed
