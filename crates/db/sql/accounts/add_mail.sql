SELECT fence.add_account_mail($1, $2, $3, $4)::text
