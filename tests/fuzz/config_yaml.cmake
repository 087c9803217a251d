lapwing_fuzz(config_yaml USES lapwing_config)
