lapwing_fuzz(tsdb_chunk USES lapwing_tsdb)
