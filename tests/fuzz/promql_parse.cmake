lapwing_fuzz(promql_parse USES lapwing_promql)
