SELECT mail_id, template, sealed, key_version, created_at FROM fence.recent_account_mails($1)
