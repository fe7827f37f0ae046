SELECT account, email FROM fence.sign_in_of($1)
