SELECT * FROM fence.look_up_session($1)
