SELECT kind, subject, detail FROM fence.take_operator_alert_mails()
