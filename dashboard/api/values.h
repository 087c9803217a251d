// Query results as JSON, in Prometheus's form: straight into one string, because a range of a
// hundred series is sixty thousand points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/json.h"
#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "agent/promql/value.h"

namespace lapwing::dashboard::api {

/// Seconds with three decimals when there are milliseconds: 1700000000.500, 5, -5.500.
void append_time(std::string& out, Timestamp time);

/// {"name":"value",…}
void append_labels(std::string& out, const Labels& labels);

/// {"resultType":…,"result":…} of at most `limit` series (0: all). Takes the value to give its
/// memory back while the text grows.
void append_value_object(std::string& out, promql::Value value, std::size_t limit = 0);

/// How many series the value has; 0 for a scalar or a string.
std::size_t series_count(const promql::Value& value);

/// How many samples it has.
std::size_t point_count(const promql::Value& value);

/// RFC 3339, Go's zero time for a time that was never set.
std::string api_time(Timestamp time);

}  // namespace lapwing::dashboard::api
