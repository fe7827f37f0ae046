SELECT fence.try_sign_in($1) AS account
