// What Prometheus's API has and this agent does not: answered as a Prometheus answers that has
// none of it, so that clients which ask go on.
#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"

namespace lapwing::dashboard::api {
http::Response notifications(const Dependencies&, const http::Request&) {
  Success success;
  success.json().begin_array().end_array();
  return std::move(success).response();
}

http::Response admin_disabled(const Dependencies&, const http::Request&) {
  return failure(ErrorType::Unavailable, "admin APIs disabled");
}

// DELETE /api/v1/series: Prometheus has the route, these words, and nothing behind them.
http::Response delete_series(const Dependencies&, const http::Request&) {
  return failure(ErrorType::Internal, "not implemented");
}

}  // namespace lapwing::dashboard::api
