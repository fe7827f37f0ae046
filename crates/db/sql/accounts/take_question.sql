SELECT question_id, sealed FROM fence.take_question($1, $2)
