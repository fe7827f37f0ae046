SELECT fence.end_sign_in($1) AS ended
