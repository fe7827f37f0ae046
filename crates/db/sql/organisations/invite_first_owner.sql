SELECT fence.invite_first_owner($1, $2, $3, $4, $5, $6, interval '7 days')::text
