SELECT organisation_name, email, name, roles, has_account, link_is_over FROM fence.open_invitation($1)
