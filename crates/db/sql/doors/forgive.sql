SELECT fence.forgive($1)::text
