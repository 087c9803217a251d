lapwing_fuzz(alert_api USES lapwing_dashboard)
