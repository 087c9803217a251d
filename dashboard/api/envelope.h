// The envelope of Prometheus's HTTP API: {"status","data"} or {"status","errorType","error"},
// with its HTTP codes. Source of truth: a running Prometheus 3.5.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/base/json.h"
#include "agent/base/result.h"
#include "agent/http/message.h"

namespace lapwing::dashboard::api {

enum class ErrorType {
  BadData,      ///< 400
  Execution,    ///< 422
  Timeout,      ///< 503
  Internal,     ///< 500
  NotFound,     ///< 404
  Unavailable,  ///< 500: what has been switched off
};

http::Response failure(ErrorType type, std::string_view message);

/// For an error of the store or the engine: NoData not_found, Invalid execution, Unavailable
/// timeout, Corrupt internal.
http::Response failure(const Error& error);

/// `invalid parameter "step": …`, the form in which Prometheus reports a request's parameter.
Error invalid_parameter(std::string_view name, std::string_view why);

/// Go's %q for a text that a person typed.
std::string quoted(std::string_view text);

/// Builds a successful answer in one string: write exactly one JSON value, through json() or
/// straight onto text(), then take response().
class Success {
 public:
  Success();
  Success(const Success&) = delete;
  Success& operator=(const Success&) = delete;

  JsonWriter& json() { return json_; }
  std::string& text() { return text_; }
  http::Response response(std::span<const std::string> warnings = {},
                          std::span<const std::string> infos = {}) &&;

 private:
  std::string text_;
  JsonWriter json_;
};

/// The warning that every truncated list carries.
inline constexpr std::string_view kTruncated = "results truncated due to limit";

}  // namespace lapwing::dashboard::api
