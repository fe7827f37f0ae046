SELECT fence.count_reveal()::text WHERE $1::uuid IS NOT NULL
