lapwing_fuzz(import_text USES lapwing_import)
