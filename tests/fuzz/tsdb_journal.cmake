lapwing_fuzz(tsdb_journal USES lapwing_tsdb)
