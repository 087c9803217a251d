#include "dashboard/api/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "agent/base/number.h"
#include "agent/base/shortest.h"

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

constexpr std::size_t kTimeBytes = 24;
using TimeBytes = std::array<char, kTimeBytes>;

/// Seconds with three decimals when there are milliseconds; returns the end.
char* write_time(char* out, Timestamp time) {
  std::int64_t millis = to_millis(time);
  if (millis < 0) {
    *out++ = '-';
    millis = -millis;
  }
  out = std::to_chars(out, out + 20, millis / 1000).ptr;
  const int rest = int(millis % 1000);
  if (rest == 0) return out;
  *out++ = '.';
  *out++ = char('0' + rest / 100);
  *out++ = char('0' + rest / 10 % 10);
  *out++ = char('0' + rest % 10);
  return out;
}

/// Writes points. Series of one answer share their times: each is turned into text once.
class PointWriter {
 public:
  void begin_series() { at_ = 0; }

  void append(std::string& out, const Columns& samples) {
    // Room for the longest text of some points, then one append: growing point by point costs more
    // than the digits.
    std::array<char, kPointBytes * kPointsAtOnce> block;
    for (std::size_t i = 0; i < samples.size();) {
      char* end = block.data();
      const std::size_t last = std::min(i + kPointsAtOnce, samples.size());
      for (; i < last; ++i) {
        if (i > 0) *end++ = ',';
        end = write(end, samples.times[i], samples.values[i]);
      }
      out.append(block.data(), std::size_t(end - block.data()));
    }
  }

 private:
  static constexpr std::size_t kPointBytes = kTimeBytes + kShortestBytes + 8;
  static constexpr std::size_t kPointsAtOnce = 64;
  struct KnownTime {
    Timestamp time;
    std::uint8_t size = 0;
    TimeBytes text{};
  };

  char* write(char* out, Timestamp time, double value) {
    *out++ = '[';
    const KnownTime& known = find(time);
    std::memcpy(out, known.text.data(), kTimeBytes);
    out += known.size;
    *out++ = ',';
    *out++ = '"';
    out = write_value(out, value);
    *out++ = '"';
    *out++ = ']';
    return out;
  }

  static char* write_value(char* out, double value) {
    if (std::isfinite(value)) return write_shortest(out, value);
    const std::string_view word = std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    std::memcpy(out, word.data(), word.size());
    return out + word.size();
  }

  const KnownTime& find(Timestamp time) {
    while (at_ < known_.size() && known_[at_].time < time) ++at_;
    if (at_ < known_.size() && known_[at_].time == time) return known_[at_++];
    KnownTime& fresh = at_ == known_.size() ? known_.emplace_back() : other_;
    if (&fresh != &other_) ++at_;
    fresh.time = time;
    fresh.size = std::uint8_t(write_time(fresh.text.data(), time) - fresh.text.data());
    return fresh;
  }

  std::vector<KnownTime> known_;  // rising
  KnownTime other_;               // a time between those
  std::size_t at_ = 0;
};

char* write_text(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// Labels of which no byte needs an escape, written in one; false for others.
bool append_plain_labels(std::string& out, const Labels& labels) {
  constexpr std::size_t kBlockBytes = 512;
  constexpr std::size_t kBytesAround = 6;  // "":"",
  const std::string_view text = labels.text();
  if (text.size() + kBytesAround * labels.size() + 2 > kBlockBytes ||
      plain_json_length(text) != text.size())
    return false;
  std::array<char, kBlockBytes> block;
  char* end = block.data();
  *end++ = '{';
  for (const Label label : labels) {
    if (end != block.data() + 1) *end++ = ',';
    *end++ = '"';
    end = write_text(end, label.name);
    end = write_text(end, "\":\"");
    end = write_text(end, label.value);
    *end++ = '"';
  }
  *end++ = '}';
  out.append(block.data(), std::size_t(end - block.data()));
  return true;
}

/// Gives each series' samples back as soon as they are written: a large answer is not held twice.
void append_matrix(std::string& out, promql::Matrix& matrix, std::size_t limit) {
  const std::size_t count = limited(matrix.size(), limit);
  std::size_t points = 0;
  for (std::size_t i = 0; i < count; ++i) points += matrix[i].samples.size();
  // A point is about 34 bytes; growing by doubling would hold the text twice for a while.
  out.reserve(out.size() + count * 160 + points * 34);
  PointWriter writer;
  out += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    out += "{\"metric\":";
    append_labels(out, matrix[i].labels);
    out += ",\"values\":[";
    const Columns samples = std::exchange(matrix[i].samples, Columns());
    writer.begin_series();
    writer.append(out, samples);
    out += "]}";
  }
  out += ']';
}

}  // namespace

void append_time(std::string& out, Timestamp time) {
  TimeBytes text;
  out.append(text.data(), std::size_t(write_time(text.data(), time) - text.data()));
}

void append_labels(std::string& out, const Labels& labels) {
  if (append_plain_labels(out, labels)) return;
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
