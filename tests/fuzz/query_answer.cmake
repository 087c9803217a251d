lapwing_fuzz(query_answer USES lapwing_query)
