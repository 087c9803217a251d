#include "collectors/scrape/negotiation.h"

#include <algorithm>
#include <set>

namespace lapwing::collectors::scrape {
namespace {

std::string_view media_type_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::PrometheusProto:
      return "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding="
             "delimited";
    case Protocol::PrometheusText0_0_4:
      return "text/plain;version=0.0.4";
    case Protocol::PrometheusText1_0_0:
      return "text/plain;version=1.0.0";
    case Protocol::OpenMetricsText0_0_1:
      return "application/openmetrics-text;version=0.0.1";
    case Protocol::OpenMetricsText1_0_0:
      return "application/openmetrics-text;version=1.0.0";
  }
  return {};
}

bool knows_escaping(Protocol protocol) {
  return protocol == Protocol::PrometheusText1_0_0 || protocol == Protocol::OpenMetricsText1_0_0;
}

std::string_view word_of(NameEscaping escaping) {
  switch (escaping) {
    case NameEscaping::AllowUtf8:
      return "allow-utf-8";
    case NameEscaping::Underscores:
      return "underscores";
    case NameEscaping::Dots:
      return "dots";
    case NameEscaping::Values:
      return "values";
  }
  return {};
}

/// A media type and its parameters (RFC 2045, 5.1) as Go's mime package takes them.
class MediaType {
 public:
  explicit MediaType(std::string_view text) : rest_(text) {}

  /// The type in small letters; nothing when the text breaks the grammar.
  std::optional<std::string> read() {
    const std::size_t end = std::min(rest_.find(';'), rest_.size());
    std::string type = lower(trimmed(rest_.substr(0, end)));
    rest_.remove_prefix(end);
    const std::size_t slash = type.find('/');
    const bool sound = slash == std::string::npos
                           ? is_token(type)
                           : is_token(type.substr(0, slash)) && is_token(type.substr(slash + 1));
    if (!sound) return std::nullopt;
    std::set<std::string> names;
    while (!trimmed(rest_).empty()) {
      rest_ = trimmed(rest_);
      if (rest_ == ";") break;  // a trailing one is ignored
      rest_.remove_prefix(1);   // ';': nothing else ends what comes before
      std::string name;
      if (!parameter(name) || !names.insert(name).second) return std::nullopt;
    }
    return type;
  }

 private:
  static bool is_token_byte(char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
  }
  static bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_byte);
  }
  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
  }
  static std::string lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = char(c + ('a' - 'A'));
    return lower;
  }
  std::string_view token() {
    std::size_t size = 0;
    while (size < rest_.size() && is_token_byte(rest_[size])) ++size;
    const std::string_view token = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return token;
  }
  /// One `name=value`, and that a ';' or nothing follows.
  bool parameter(std::string& name) {
    rest_ = trimmed(rest_);
    name = lower(token());
    if (name.empty() || !rest_.starts_with('=')) return false;
    rest_.remove_prefix(1);
    if (rest_.starts_with('"')) {
      std::size_t at = 1;
      while (at < rest_.size() && rest_[at] != '"') at += rest_[at] == '\\' ? 2 : 1;
      if (at >= rest_.size()) return false;
      rest_.remove_prefix(at + 1);
    } else if (token().empty()) {
      return false;
    }
    const std::string_view after = trimmed(rest_);
    return after.empty() || after.front() == ';';
  }

  std::string_view rest_;
};

}  // namespace

std::string accept_header(std::span<const Protocol> protocols, NameEscaping escaping) {
  // Six protocols are known to Prometheus; the first in the list has the weight 0.6.
  int weight = 6;
  std::string header;
  for (const Protocol protocol : protocols) {
    header += media_type_of(protocol);
    if (knows_escaping(protocol)) {
      header += ";escaping=";
      header += word_of(escaping);
    }
    header += ";q=0." + std::to_string(weight--) + ',';
  }
  return header + "*/*;q=0." + std::to_string(weight);
}

Result<PageFormat> page_format(std::string_view content_type, std::optional<Protocol> fallback) {
  const std::optional<std::string> type = MediaType(content_type).read();
  if (type == "text/plain") return PageFormat::Text;
  if (type == "application/openmetrics-text") return PageFormat::OpenMetrics;
  if (type == "application/vnd.google.protobuf")
    return invalid("the target answered in protobuf, which is not served");
  if (fallback)
    return *fallback == Protocol::OpenMetricsText0_0_1 ||
                   *fallback == Protocol::OpenMetricsText1_0_0
               ? PageFormat::OpenMetrics
               : PageFormat::Text;
  if (content_type.empty())
    return invalid(
        "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol "
        "specified for target");
  if (!type)
    return invalid("cannot parse Content-Type \"" + std::string(content_type) +
                   "\" and no fallback_scrape_protocol for target");
  return invalid("received unsupported Content-Type \"" + std::string(content_type) +
                 "\" and no fallback_scrape_protocol specified for target");
}

}  // namespace lapwing::collectors::scrape
