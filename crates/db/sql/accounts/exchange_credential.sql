SELECT fence.exchange_credential($1, $2, make_interval(secs => $3)) AS program
