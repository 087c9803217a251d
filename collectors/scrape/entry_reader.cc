#include "collectors/scrape/entry_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "agent/model/labels.h"
#include "collectors/scrape/sample_value.h"

namespace lapwing::collectors::scrape {
namespace {

enum ByteClass : std::uint8_t {
  kNameStart = 1,
  kNameRest = 2,
  kColon = 4,
  kEndsText = 8,  // within quotes: more than a byte to take over
  kHigh = 16,     // not ASCII
};

constexpr std::array<std::uint8_t, 256> make_byte_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = kNameStart | kNameRest;
  for (unsigned c = 'A'; c <= 'Z'; ++c) classes[c] = kNameStart | kNameRest;
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = kNameRest;
  classes['_'] = kNameStart | kNameRest;
  classes[':'] = kColon;
  classes['"'] = classes['\\'] = classes['\n'] = kEndsText;
  for (unsigned c = 0x80; c < 0x100; ++c) classes[c] = kHigh;
  return classes;
}

constexpr std::array<std::uint8_t, 256> kByteClasses = make_byte_classes();

unsigned class_of(char c) { return kByteClasses[static_cast<unsigned char>(c)]; }

// Help knows \\ and \n, label values \" as well; any other backslash stands for itself.
void append_unescaped(std::string& out, std::string_view text, bool quotes) {
  if (text.find('\\') == std::string_view::npos) {
    out += text;
    return;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == '\\' || next == 'n' || (next == '"' && quotes)) {
      out += next == 'n' ? '\n' : next;
      ++i;
    } else {
      out += text[i];
    }
  }
}

struct TypeWord {
  std::string_view word;
  MetricType type;
  bool text;
  bool openmetrics;
};

constexpr TypeWord kTypeWords[] = {
    {"counter", MetricType::Counter, true, true},
    {"gauge", MetricType::Gauge, true, true},
    {"histogram", MetricType::Histogram, true, true},
    {"summary", MetricType::Summary, true, true},
    {"untyped", MetricType::Unknown, true, false},
    {"unknown", MetricType::Unknown, false, true},
    {"info", MetricType::Info, false, true},
    {"stateset", MetricType::StateSet, false, true},
    {"gaugehistogram", MetricType::GaugeHistogram, false, true},
};

}  // namespace

Error EntryReader::error_at(std::size_t place, std::string_view why) const {
  constexpr std::size_t kShownBytes = 60;
  const std::size_t offset = std::min(place, page_.size());
  const auto line = 1 + std::count(page_.begin(), page_.begin() + std::ptrdiff_t(offset), '\n');
  std::string_view rest = page_.substr(offset, kShownBytes);
  rest = rest.substr(0, rest.find('\n'));
  return invalid("line " + std::to_string(line) + ": " + std::string(why) + ", found \"" +
                 std::string(rest) + '"');
}

std::string_view EntryReader::name_token(bool colons) {
  const char* const begin = page_.data() + at_;
  const char* const end = page_.data() + page_.size();
  const unsigned extra = colons ? kColon : 0;
  const char* at = begin;
  if (at != end && (class_of(*at) & (kNameStart | extra)) != 0) do
      ++at;
    while (at != end && (class_of(*at) & (kNameRest | extra)) != 0);
  at_ += std::size_t(at - begin);
  return {begin, std::size_t(at - begin)};
}

std::optional<std::string_view> EntryReader::quoted_token(bool line_feeds) {
  const char* const begin = page_.data() + at_ + 1;
  const char* const end = page_.data() + page_.size();
  const char* at = begin;
  unsigned seen = 0;
  while (true) {
    unsigned found = 0;
    while (at < end && ((found = class_of(*at)) & kEndsText) == 0) {
      seen |= found;
      ++at;
    }
    if (at >= end) return std::nullopt;
    if (*at == '"') break;
    if (*at == '\n' && !line_feeds) return std::nullopt;
    // A backslash escapes any byte but a line feed.
    if (*at == '\\') {
      if (++at == end || *at == '\n') return std::nullopt;
      seen |= class_of(*at);
    }
    ++at;
  }
  ascii_ = (seen & kHigh) == 0;
  const std::string_view inside(begin, std::size_t(at - begin));
  at_ += inside.size() + 2;
  return inside;
}

bool EntryReader::take_type(std::string_view word, Format format) {
  for (const TypeWord& known : kTypeWords) {
    if (known.word != word) continue;
    if (!(format == Format::Text ? known.text : known.openmetrics)) return false;
    type_ = known.type;
    number_label_ = type_ == MetricType::Histogram ? NumberLabel::Bucket
                    : type_ == MetricType::Summary ? NumberLabel::Quantile
                                                   : NumberLabel::None;
    return true;
  }
  return false;
}

bool EntryReader::take_value(std::string_view token) {
  const Result<double> value = parse_sample_value(token);
  if (!value) return false;
  // Every NaN is the same one: a page must not be able to send a stale marker.
  value_ = std::isnan(*value) ? std::numeric_limits<double>::quiet_NaN() : *value;
  return true;
}

void EntryReader::begin_series() {
  labels_.clear();
  name_ = {};
}

void EntryReader::read_labels(std::vector<std::pair<std::string, std::string>>& labels) const {
  labels.clear();
  labels.emplace_back(kMetricName, std::string());
  append_unescaped(labels.back().second, name_, true);
  for (const RawLabel& label : labels_) {
    labels.emplace_back();
    append_unescaped(labels.back().first, label.name, true);
    std::string& value = labels.back().second;
    append_unescaped(value, label.value, true);
    const bool number =
        (number_label_ == NumberLabel::Bucket && labels.back().first == "le") ||
        (number_label_ == NumberLabel::Quantile && labels.back().first == "quantile");
    if (!number) continue;
    if (const Result<double> read = parse_label_number(value); read) {
      value.clear();
      append_openmetrics_number(value, *read);
    }
  }
}

std::string EntryReader::text() const {
  std::string text;
  append_unescaped(text, text_, text_has_quotes_);
  return text;
}

}  // namespace lapwing::collectors::scrape
