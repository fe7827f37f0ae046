SELECT fence.open_synthetic($1)::text
