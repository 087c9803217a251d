// What Prometheus's API has and this agent does not: answered as a Prometheus answers that has
// none of it, so that clients which ask go on.
#include "agent/remote/wire.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"

namespace lapwing::dashboard::api {
namespace {

/// Of an unpacked remote read request: a handful of matchers.
constexpr std::size_t kReadLimitBytes = 1 << 20;

}  // namespace

http::Response notifications(const Dependencies&, const http::Request&) {
  Success success;
  success.json().begin_array().end_array();
  return std::move(success).response();
}

http::Response admin_disabled(const Dependencies&, const http::Request&) {
  return failure(ErrorType::Unavailable, "admin APIs disabled");
}

http::Response delete_series(const Dependencies&, const http::Request&) {
  return failure(ErrorType::Internal, "not implemented");
}

http::Response remote_read(const Dependencies&, const http::Request& request) {
  std::string message;
  if (remote::uncompress(request.body, kReadLimitBytes, message) != remote::Compression::Sound)
    return http::text_response(400, "snappy: corrupt input\n");
  if (!message.empty())
    return http::text_response(501, "remote read is not served; ask /api/v1/query_range\n");
  // No queries, no results: the empty message, compressed.
  http::Response response;
  response.content_type = "application/x-protobuf";
  response.headers.emplace_back("Content-Encoding", "snappy");
  response.body = std::string(1, '\0');
  return response;
}

}  // namespace lapwing::dashboard::api
