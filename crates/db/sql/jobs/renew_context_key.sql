SELECT fence.renew_context_key()::text
