#include "agent/import/importer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "agent/import/sample_text.h"

namespace lapwing::import {
namespace {

constexpr std::size_t kLineLimitBytes = 1u << 20;
constexpr std::size_t kTextBlockBytes = 256u << 10;
// What is remembered has a limit: past it series are looked up anew.
constexpr std::size_t kSeriesLimit = 1'000'000;
constexpr std::size_t kTextBlockLimit = 1024;
constexpr std::size_t kFamilyLimit = 100'000;
constexpr Timestamp kFirstTime = from_millis(0);
constexpr Timestamp kLastTime = from_millis(253'402'300'799'999);  // 9999-12-31T23:59:59.999Z

bool is_blank(char c) { return c == ' ' || c == '\t'; }

void skip_blanks(const char*& at, const char* end) {
  while (at < end && is_blank(*at)) ++at;
}

std::string_view take_word(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  const std::size_t length = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

SeriesKind kind_of_type(std::string_view type) {
  if (type == "counter" || type == "histogram") return SeriesKind::Counter;
  if (type == "gauge" || type == "gaugehistogram" || type == "info" || type == "stateset")
    return SeriesKind::Gauge;
  return SeriesKind::Unknown;
}

/// What of a line an error message shows.
std::string shown(std::string_view text) {
  constexpr std::size_t kLimit = 60;
  std::string out(text.substr(0, kLimit));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20) c = '?';
  if (text.size() > kLimit) out += "…";
  return "\"" + out + "\"";
}

}  // namespace

Error Importer::at_line(Error error) const {
  return std::move(error).in("line " + std::to_string(counts_.lines));
}

/// A line may be as long as labels may be, and much longer.
Result<void> Importer::within_limit() {
  if (rest_.size() <= kLineLimitBytes) return {};
  ++counts_.lines;
  return at_line(invalid("longer than 1 MiB: is this OpenMetrics text?"));
}

Result<void> Importer::feed(std::string_view text) {
  if (!rest_.empty()) {
    const std::size_t end = text.find('\n');
    rest_.append(text.substr(0, end == text.npos ? end : end + 1));
    if (auto short_enough = within_limit(); !short_enough) return short_enough;
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
    auto read = read_lines(rest_);
    rest_.clear();
    if (!read) return read;
  }
  const std::size_t end = text.rfind('\n');
  if (end != text.npos) {
    if (auto read = read_lines(text.substr(0, end + 1)); !read) return read;
    text.remove_prefix(end + 1);
  }
  rest_.assign(text);
  return within_limit();
}

Result<void> Importer::finish() {
  batches_.flush();
  if (rest_.empty()) return {};
  ++counts_.lines;
  if (rest_ == "# EOF") {
    counts_.ended = true;
    return {};
  }
  return at_line(invalid("the text ends within it, so it may be cut off: " + shown(rest_)));
}

Result<void> Importer::read_lines(std::string_view lines) {
  const char* at = lines.data();
  const char* const end = at + lines.size();
  while (at < end) {
    ++counts_.lines;
    Line line{at, end};
    if (*at == '\n') {
      ++at;
      continue;
    }
    counts_.ended = false;
    if (*at == '#') {
      const char* const stop =
          static_cast<const char*>(std::memchr(at, '\n', std::size_t(end - at)));
      read_comment({at, std::size_t(stop - at)});
      at = stop + 1;
      continue;
    }
    if (auto read = read_sample(line); !read) {
      batches_.flush();
      return at_line(std::move(read).error());
    }
    at = line.at;
  }
  return {};
}

Result<void> Importer::read_sample(Line& line) {
  // The text ends in a line break and an identity has none, so that no comparison passes the end
  // unless fewer bytes are left than the identity has.
  std::uint32_t place = 0;
  const Series* expected = series_.empty() ? nullptr : &series_[series_[newest_].follower];
  if (expected != nullptr && std::size_t(line.end - line.at) > expected->identity_size &&
      std::memcmp(line.at, expected->identity, expected->identity_size) == 0 &&
      !is_blank(line.at[expected->identity_size])) {
    place = std::uint32_t(expected - series_.data());
  } else {
    const auto found = find(line);
    if (!found) return found.error();
    place = *found;
    series_[newest_].follower = place;
  }
  newest_ = place;
  Series& series = series_[place];
  line.at += series.identity_size;

  if (series.written_size == 0 || std::size_t(line.end - line.at) <= series.written_size ||
      std::memcmp(line.at, series.written, series.written_size) != 0) {
    const char* const begin = line.at;
    if (!read_number(line.at, line.end, series.value))
      return invalid("no value behind the series: " +
                     shown({begin, std::size_t(std::find(begin, line.end, '\n') - begin)}));
    const std::size_t size = std::size_t(line.at - begin) + 1;
    series.written_size = 0;
    if (size <= sizeof series.written && *line.at == ' ') {
      std::memcpy(series.written, begin, size);
      series.written_size = std::uint8_t(size);
    }
  } else {
    line.at += series.written_size - 1;
  }
  if (auto ended = read_end(line); !ended) return ended;

  ++counts_.samples;
  if (series.ref == kNoSeries)
    ++counts_.refused;
  else
    batches_.add(series.ref, time_, series.value);
  return {};
}

/// From behind the value to behind the line break: the time, maybe an exemplar.
Result<void> Importer::read_end(Line& line) {
  if (time_text_size_ > 0 && *line.at == ' ' &&
      std::size_t(line.end - line.at - 1) >= time_text_size_ &&
      std::memcmp(line.at + 1, time_text_, time_text_size_) == 0) {
    line.at += time_text_size_ + 1;
    return {};
  }
  const char* const behind_value = line.at;
  skip_blanks(line.at, line.end);
  const char* const begin = line.at;
  if (*begin == '\n' || *begin == '#')
    return invalid("no time behind the value: a sample of the past needs one");
  if (begin == behind_value || !read_seconds(line.at, line.end, time_) ||
      (!is_blank(*line.at) && *line.at != '\n'))
    return invalid("no time in seconds behind the value: " +
                   shown({begin, std::size_t(std::find(begin, line.end, '\n') - begin)}));
  if (time_ < kFirstTime) return invalid("a time before 1970");
  if (time_ > kLastTime)
    return invalid("the time is past the year 9999: OpenMetrics has seconds, not milliseconds");
  counts_.oldest = std::min(counts_.oldest, time_);
  counts_.newest = std::max(counts_.newest, time_);
  time_text_size_ = 0;
  if (*line.at == '\n') {
    const std::size_t size = std::size_t(++line.at - begin);
    if (size <= sizeof time_text_) {
      std::memcpy(time_text_, begin, size);
      time_text_size_ = size;
    }
    return {};
  }
  skip_blanks(line.at, line.end);
  if (*line.at == '#') {
    ++counts_.exemplars;
    line.at = std::find(line.at, line.end, '\n');
  }
  if (*line.at != '\n') return invalid("text behind the time");
  ++line.at;
  return {};
}

void Importer::read_comment(std::string_view comment) {
  std::string_view rest = comment.substr(1);
  const std::string_view keyword = take_word(rest);
  if (keyword == "EOF") {
    counts_.ended = true;
    return;
  }
  if (keyword != "TYPE") return;
  const std::string_view family = take_word(rest);
  if (family.empty() || kinds_.size() >= kFamilyLimit) return;
  kinds_[std::string(family)] = kind_of_type(take_word(rest));
}

Result<std::uint32_t> Importer::find(const Line& line) {
  const char* const stop = std::find(line.at, line.end, '\n');
  const auto length = identity_length({line.at, std::size_t(stop - line.at)});
  if (!length) return length.error();
  const char* value = line.at + *length;
  skip_blanks(value, stop);
  if (value == stop) return invalid("a series without a value");
  const std::string_view identity(line.at, std::size_t(value - line.at));
  if (const auto known = by_identity_.find(identity); known != by_identity_.end())
    return known->second;
  return add(identity);
}

Result<std::uint32_t> Importer::add(std::string_view identity) {
  std::string_view bare = identity;
  while (!bare.empty() && is_blank(bare.back())) bare.remove_suffix(1);
  const auto labels = parse_identity(bare);
  if (!labels) return Error(labels.error()).in(shown(bare));
  if (series_.size() >= kSeriesLimit || texts_.size() > kTextBlockLimit) forget_series();
  Series series{};
  const auto ref = appender_.resolve(*labels, kind_of(labels->metric_name()));
  if (ref)
    series.ref = *ref;
  else if (counts_.first_refusal.empty())
    counts_.first_refusal = ref.error().message + ": " + labels->to_string();
  const std::string_view kept = keep(identity);
  series.identity = kept.data();
  series.identity_size = std::uint32_t(kept.size());
  const std::uint32_t place = std::uint32_t(series_.size());
  series.follower = place;  // Right in a file that goes by series.
  series_.push_back(series);
  by_identity_.emplace(kept, place);
  return place;
}

SeriesKind Importer::kind_of(std::string_view metric) const {
  if (kinds_.empty()) return SeriesKind::Unknown;
  if (const auto known = kinds_.find(std::string(metric)); known != kinds_.end())
    return known->second;
  constexpr std::array<std::string_view, 5> kSuffixes = {"_total", "_bucket", "_count", "_sum",
                                                         "_info"};
  for (const std::string_view suffix : kSuffixes) {
    if (!metric.ends_with(suffix)) continue;
    const auto known = kinds_.find(std::string(metric.substr(0, metric.size() - suffix.size())));
    return known == kinds_.end() ? SeriesKind::Unknown : known->second;
  }
  return SeriesKind::Unknown;
}

std::string_view Importer::keep(std::string_view text) {
  if (texts_.empty() || texts_.back().capacity() - texts_.back().size() < text.size()) {
    texts_.emplace_back();
    texts_.back().reserve(std::max(kTextBlockBytes, text.size()));
  }
  std::string& block = texts_.back();
  const std::size_t at = block.size();
  block.append(text);
  return std::string_view(block).substr(at);
}

void Importer::forget_series() {
  by_identity_.clear();
  series_.clear();
  texts_.clear();
  newest_ = 0;
}

}  // namespace lapwing::import
