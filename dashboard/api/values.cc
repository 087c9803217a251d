#include "dashboard/api/values.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "agent/base/number.h"

namespace lapwing::dashboard::api {
namespace {

/// The time of a scalar or string: a plain JSON number, without the zeros at its end.
void append_short_time(std::string& out, Timestamp time) {
  append_time(out, time);
  if (to_millis(time) % 1000 == 0) return;
  out.erase(out.find_last_not_of('0') + 1);
}

/// Scalars never have an exponent, unlike samples.
void append_scalar(std::string& out, const promql::Scalar& scalar) {
  out += '[';
  append_short_time(out, scalar.time);
  out += ",\"";
  if (std::isfinite(scalar.value))
    append_plain(out, scalar.value);
  else
    append_value(out, scalar.value);
  out += "\"]";
}

void append_point(std::string& out, Timestamp time, double value) {
  out += '[';
  append_time(out, time);
  out += ",\"";
  append_value(out, value);
  out += "\"]";
}

std::size_t limited(std::size_t count, std::size_t limit) {
  return limit == 0 || count < limit ? count : limit;
}

void append_vector(std::string& out, const promql::Vector& vector, std::size_t limit) {
  const std::size_t count = limited(vector.size(), limit);
  out.reserve(out.size() + count * 160);
  out += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    out += "{\"metric\":";
    append_labels(out, vector[i].labels);
    out += ",\"value\":";
    append_point(out, vector[i].time, vector[i].value);
    out += '}';
  }
  out += ']';
}

/// Gives each series' samples back as soon as they are written: a large answer is not held twice.
void append_matrix(std::string& out, promql::Matrix& matrix, std::size_t limit) {
  const std::size_t count = limited(matrix.size(), limit);
  std::size_t points = 0;
  for (std::size_t i = 0; i < count; ++i) points += matrix[i].samples.size();
  // A point is about 28 bytes; growing by doubling would hold the text twice for a while.
  out.reserve(out.size() + count * 160 + points * 28);
  out += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    out += "{\"metric\":";
    append_labels(out, matrix[i].labels);
    out += ",\"values\":[";
    const Columns samples = std::exchange(matrix[i].samples, Columns());
    for (std::size_t j = 0; j < samples.size(); ++j) {
      if (j > 0) out += ',';
      append_point(out, samples.times[j], samples.values[j]);
    }
    out += "]}";
  }
  out += ']';
}

}  // namespace

void append_time(std::string& out, Timestamp time) {
  std::int64_t millis = to_millis(time);
  if (millis < 0) {
    out += '-';
    millis = -millis;
  }
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, millis / 1000).ptr;
  out.append(text, std::size_t(end - text));
  const int rest = int(millis % 1000);
  if (rest == 0) return;
  out += '.';
  out += char('0' + rest / 100);
  out += char('0' + rest / 10 % 10);
  out += char('0' + rest % 10);
}

void append_labels(std::string& out, const Labels& labels) {
  JsonWriter json(out);
  json.begin_object();
  for (const Label label : labels) json.key(label.name).string(label.value);
  json.end_object();
}

void append_value_object(std::string& out, promql::Value value, std::size_t limit) {
  out += "{\"resultType\":\"";
  out += promql::name(promql::type(value));
  out += "\",\"result\":";
  if (const auto* scalar = std::get_if<promql::Scalar>(&value)) {
    append_scalar(out, *scalar);
  } else if (const auto* string = std::get_if<promql::String>(&value)) {
    out += '[';
    append_short_time(out, string->time);
    out += ',';
    JsonWriter(out).string(string->text);
    out += ']';
  } else if (const auto* vector = std::get_if<promql::Vector>(&value)) {
    append_vector(out, *vector, limit);
  } else if (auto* matrix = std::get_if<promql::Matrix>(&value)) {
    append_matrix(out, *matrix, limit);
  }
  out += '}';
}

std::size_t point_count(const promql::Value& value) {
  const auto* matrix = std::get_if<promql::Matrix>(&value);
  if (matrix == nullptr) return series_count(value);
  std::size_t points = 0;
  for (const promql::MatrixSeries& series : *matrix) points += series.samples.size();
  return points;
}

std::size_t series_count(const promql::Value& value) {
  if (const auto* vector = std::get_if<promql::Vector>(&value)) return vector->size();
  if (const auto* matrix = std::get_if<promql::Matrix>(&value)) return matrix->size();
  return 0;
}

std::string api_time(Timestamp time) {
  if (time == Timestamp{} || time == kBeginningOfTime) return "0001-01-01T00:00:00Z";
  return format_rfc3339(time);
}

}  // namespace lapwing::dashboard::api
