SELECT organisation_name, email, name FROM fence.renew_invitation($1, $2)
