SELECT kind, organisation, slug, name, owner, detail FROM fence.take_alert_mails()
