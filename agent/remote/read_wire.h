// The wire format of Prometheus remote read: snappy blocks around prometheus.ReadRequest and
// ReadResponse, in their sampled form. Source: remote.proto of Prometheus. Left out: streamed
// chunks (a client that takes them takes samples too), hints (read, and not needed).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/labels.h"
#include "agent/model/matcher.h"
#include "agent/model/sample.h"
#include "agent/model/series_source.h"

namespace lapwing::remote {

struct ReadQuery {
  TimeRange range;
  std::vector<Matcher> matchers;
};

/// At most so many queries in a request, and matchers in a query.
inline constexpr std::size_t kReadQueries = 100;
inline constexpr std::size_t kReadMatchers = 100;

/// Invalid when the bytes are no such message, a regular expression does not compile, a limit is
/// passed, or the client takes no samples.
Result<std::vector<ReadQuery>> read_read_request(std::string_view message);

/// Builds a ReadResponse. Used by one thread.
class ReadResponse {
 public:
  /// Begins the next query's result.
  void begin_result();
  /// A series of the result begun last.
  void add_series(const Labels& labels, const Columns& samples);
  /// What it comes to so far, before compression.
  std::size_t bytes() const { return message_.size() + result_.size(); }
  /// The message as a snappy block; the response is empty afterwards.
  std::string take_block();

 private:
  void end_result();

  std::string message_;
  std::string result_;
  std::string series_;
  bool in_result_ = false;
};

}  // namespace lapwing::remote
