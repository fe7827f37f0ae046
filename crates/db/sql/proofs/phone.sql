SELECT fence.phone_to_prove($2) AS phone WHERE $1::uuid IS NOT NULL
