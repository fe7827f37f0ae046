SELECT organisation, version FROM fence.find_agenda($1)
