SELECT kind, subject, detail, raised_at, last_at, times FROM fence.recent_operator_alerts($1)
