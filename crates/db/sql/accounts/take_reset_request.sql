SELECT request_id, sealed, key_version FROM fence.take_reset_request()
