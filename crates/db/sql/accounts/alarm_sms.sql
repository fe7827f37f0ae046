SELECT fence.alarm_sms($1, $2, $3)
