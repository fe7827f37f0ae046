SELECT fence.tidy()::text
