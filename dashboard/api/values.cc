#include "dashboard/api/values.h"

#include <charconv>
#include <type_traits>

#include "agent/base/number.h"

namespace lapwing::dashboard::api {
namespace {

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

void append_matrix(std::string& out, const promql::Matrix& matrix, std::size_t limit) {
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
    const Columns& samples = matrix[i].samples;
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

void append_value_object(std::string& out, const promql::Value& value, std::size_t limit) {
  out += "{\"resultType\":\"";
  out += promql::name(promql::type(value));
  out += "\",\"result\":";
  if (const auto* scalar = std::get_if<promql::Scalar>(&value)) {
    append_point(out, scalar->time, scalar->value);
  } else if (const auto* string = std::get_if<promql::String>(&value)) {
    out += '[';
    append_time(out, string->time);
    out += ',';
    JsonWriter(out).string(string->text);
    out += ']';
  } else if (const auto* vector = std::get_if<promql::Vector>(&value)) {
    append_vector(out, *vector, limit);
  } else if (const auto* matrix = std::get_if<promql::Matrix>(&value)) {
    append_matrix(out, *matrix, limit);
  }
  out += '}';
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
