lapwing_fuzz(http_request USES lapwing_http)
