#include "collectors/probe/http_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "agent/http/gzip.h"
#include "agent/http/header.h"
#include "agent/http/unpack.h"

namespace lapwing::collectors::probe {
namespace {

std::string_view full_protocol(std::string_view protocol) {
  if (protocol == "HTTP/2") return "HTTP/2.0";
  if (protocol == "HTTP/3") return "HTTP/3.0";
  return protocol;
}

bool status_is_valid(int status, const std::vector<int>& valid) {
  if (valid.empty()) return status >= 200 && status < 300;
  return std::find(valid.begin(), valid.end(), status) != valid.end();
}

std::vector<std::string_view> values_of(const http::Pairs& headers, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [known, value] : headers)
    if (http::equal_without_case(known, name)) values.push_back(value);
  return values;
}

/// Why the headers do not pass; "" when they do.
std::string check_headers(const http::Pairs& headers, const HttpModule& module) {
  const auto any_matches = [](const auto& values, const Regex& regex) {
    return std::any_of(values.begin(), values.end(),
                       [&](std::string_view value) { return regex.finds(value); });
  };
  for (const bool wanted : {false, true}) {
    for (const HeaderMatch& match :
         wanted ? module.fail_if_header_not_matches : module.fail_if_header_matches) {
      const auto values = values_of(headers, match.header);
      if (values.empty() && match.allow_missing) continue;
      if (values.empty()) return "Missing required header: " + match.header;
      if (any_matches(values, match.regex) == wanted) continue;
      return fmt::format("Header {} regular expression: {}", wanted ? "did not match" : "matched",
                         match.header);
    }
  }
  return {};
}

std::string check_body(const HttpAnswer& answer, const HttpModule& module) {
  if (!answer.body_is_whole) return "Error reading HTTP body";
  for (const Regex& regex : module.fail_if_body_matches)
    if (regex.finds(answer.body)) return "Body matched regular expression: " + regex.pattern();
  for (const Regex& regex : module.fail_if_body_not_matches)
    if (!regex.finds(answer.body))
      return "Body did not match regular expression: " + regex.pattern();
  return {};
}

}  // namespace

double protocol_number(std::string_view protocol) {
  double number = 0;
  const std::string_view digits = protocol.substr(std::min(protocol.size(), std::size_t(5)));
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

HttpVerdict check_http_answer(const HttpAnswer& answer, const HttpModule& module) {
  HttpVerdict verdict;
  verdict.success = status_is_valid(answer.status, module.valid_status_codes);
  if (!verdict.success)
    verdict.reason = fmt::format("Invalid HTTP response status code: {}", answer.status);
  const auto apply_regexes = [&](bool wanted, const std::string& reason) {
    if (!verdict.success || !wanted) return;
    verdict.success = reason.empty();
    verdict.failed_due_to_regex = !verdict.success;
    verdict.reason = reason;
  };
  const auto fail = [&](std::string reason) {
    if (verdict.success || verdict.reason.empty()) verdict.reason = std::move(reason);
    verdict.success = false;
  };
  if (!answer.unpacked) fail("Failed to unpack the HTTP response body");
  const bool asks_headers =
      !module.fail_if_header_matches.empty() || !module.fail_if_header_not_matches.empty();
  if (verdict.success && asks_headers) apply_regexes(true, check_headers(answer.headers, module));
  const bool asks_body =
      !module.fail_if_body_matches.empty() || !module.fail_if_body_not_matches.empty();
  if (verdict.success && asks_body) apply_regexes(true, check_body(answer, module));
  if (!answer.body_is_whole) fail("Failed to read HTTP response body");
  const auto& versions = module.valid_http_versions;
  if (!versions.empty() &&
      std::find(versions.begin(), versions.end(), full_protocol(answer.protocol)) == versions.end())
    fail(fmt::format("Invalid HTTP version number: {}", answer.protocol));
  if (answer.tls && module.fail_if_ssl) fail("Final request was over SSL");
  if (!answer.tls && module.fail_if_not_ssl) fail("Final request was not over SSL");
  return verdict;
}

std::optional<std::string> unpack_body(Compression compression, std::string body,
                                       std::size_t limit_bytes) {
  Result<std::string> unpacked = std::string();
  switch (compression) {
    case Compression::None:
    case Compression::Identity:
      return body;
    case Compression::Gzip:
      unpacked = http::gunzip(body, limit_bytes);
      break;
    case Compression::Deflate:
      unpacked = http::inflate(body, limit_bytes);
      break;
    case Compression::Brotli:
      unpacked = http::unbrotli(body, limit_bytes);
      break;
  }
  if (!unpacked) return std::nullopt;
  return *std::move(unpacked);
}

std::optional<double> parse_http_date(const std::string& text) {
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    tm parts{};
    const char* const end = ::strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return double(::timegm(&parts));
  }
  return std::nullopt;
}

double content_length(const http::Pairs& headers, int status) {
  if (status == 204 || status == 304) return 0;  // they have no body, whatever they say
  const std::string_view text = http::find_header(headers, "Content-Length");
  std::int64_t length = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error == std::errc() && end == text.data() + text.size() && length >= 0)
    return double(length);
  return -1;
}

}  // namespace lapwing::collectors::probe
