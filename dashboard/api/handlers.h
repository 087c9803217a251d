// The HTTP API's handlers, one a resource; dashboard/server.cc says which path is whose.
// Each is a plain function of what the dashboard may read and the request: any thread, no state.
#pragma once

#include "agent/http/message.h"
#include "dashboard/dependencies.h"

namespace lapwing::dashboard::api {

// query.cc
http::Response query(const Dependencies& from, const http::Request& request);
http::Response query_range(const Dependencies& from, const http::Request& request);
/// We keep no exemplars: checks the request, answers an empty list.
http::Response query_exemplars(const Dependencies& from, const http::Request& request);
http::Response format_query(const Dependencies& from, const http::Request& request);

// parse_query.cc
http::Response parse_query(const Dependencies& from, const http::Request& request);

// federate.cc: GET /federate, series in the text format for another Prometheus.
http::Response federate(const Dependencies& from, const http::Request& request);

// absent.cc: what Prometheus has and we do not, answered as it does when it has none.
http::Response notifications(const Dependencies& from, const http::Request& request);
http::Response delete_series(const Dependencies& from, const http::Request& request);
http::Response admin_disabled(const Dependencies& from, const http::Request& request);

// remote_read.cc: POST /api/v1/read, series as samples for another Prometheus.
http::Response remote_read(const Dependencies& from, const http::Request& request);

// series.cc
http::Response labels(const Dependencies& from, const http::Request& request);
/// path_arguments[0] is the label's name.
http::Response label_values(const Dependencies& from, const http::Request& request);
http::Response series(const Dependencies& from, const http::Request& request);

// metadata.cc
http::Response metadata(const Dependencies& from, const http::Request& request);
http::Response targets_metadata(const Dependencies& from, const http::Request& request);

// rules.cc
http::Response rules(const Dependencies& from, const http::Request& request);
http::Response alerts(const Dependencies& from, const http::Request& request);
/// Those elsewhere that hear of our alerts too; none dropped are remembered.
http::Response alertmanagers(const Dependencies& from, const http::Request& request);

// targets.cc
http::Response targets(const Dependencies& from, const http::Request& request);
http::Response scrape_pools(const Dependencies& from, const http::Request& request);

// status.cc
/// The build's members without the envelope: GET /version.
http::Response version(const Dependencies& from, const http::Request& request);
http::Response buildinfo(const Dependencies& from, const http::Request& request);
http::Response runtimeinfo(const Dependencies& from, const http::Request& request);
http::Response config(const Dependencies& from, const http::Request& request);
http::Response flags(const Dependencies& from, const http::Request& request);
http::Response tsdb(const Dependencies& from, const http::Request& request);
http::Response walreplay(const Dependencies& from, const http::Request& request);

// history.cc: ours. path_arguments[0] is the kind.
http::Response history(const Dependencies& from, const http::Request& request);

// lapwing_status.cc: GET /api/v1/status/lapwing, ours.
http::Response lapwing_status(const Dependencies& from, const http::Request& request);

// probe_suggestions.cc: GET /api/v1/status/probe_suggestions, ours.
http::Response probe_suggestions(const Dependencies& from, const http::Request& request);

// top.cc: GET /api/v1/top, ours.
http::Response top(const Dependencies& from, const http::Request& request);

}  // namespace lapwing::dashboard::api
