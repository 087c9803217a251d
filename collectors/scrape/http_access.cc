#include "collectors/scrape/http_access.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <charconv>
#include <cmath>
#include <mutex>
#include <optional>
#include <utility>

#include "agent/base/file.h"
#include "agent/base/json_value.h"
#include "agent/http/header.h"
#include "collectors/scrape/target.h"

namespace lapwing::collectors::scrape {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr std::size_t kSecretLimitBytes = 64 * 1024;
// A target asks each second: one look at a file in that time serves them all.
constexpr Nanoseconds kLookInterval = std::chrono::milliseconds(900);
constexpr std::size_t kTokenAnswerLimitBytes = 1u << 20;
constexpr Nanoseconds kRenewBefore = std::chrono::seconds(30);
constexpr Nanoseconds kRetryAfter = std::chrono::seconds(5);
constexpr double kLongestTokenSeconds = 24 * 3600;

std::string_view without_blank_ends(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

double seconds_of(const JsonValue* value) {
  if (value == nullptr) return 0;
  double seconds = value->number;
  if (value->kind == JsonValue::Kind::String)
    std::from_chars(value->text.data(), value->text.data() + value->text.size(), seconds);
  return std::isfinite(seconds) && seconds > 0 ? std::min(seconds, kLongestTokenSeconds) : 0;
}

}  // namespace

/// The newest token; shared with the answer to the request that is out for the next one.
class HttpAccess::Token {
 public:
  /// The Authorization header's value, or why there is none. `wanted`: whoever asks must send for
  /// one now, and call sent() first.
  Result<std::string> value(Nanoseconds now, bool& wanted) {
    const std::lock_guard lock(mutex_);
    const bool valid = !value_.empty() && (!ends_ || now < *ends_);
    const bool ageing = !valid || (ends_ && now > *ends_ - kRenewBefore);
    wanted = ageing && !in_flight_ && (error_.empty() || now - asked_at_ >= kRetryAfter);
    if (valid) return value_;
    return unavailable(error_.empty() ? "waiting for the OAuth 2.0 token" : error_);
  }

  /// Whether the secret goes into the body instead of a header.
  bool sent(Nanoseconds now) {
    const std::lock_guard lock(mutex_);
    in_flight_ = true;
    asked_at_ = now;
    return secret_in_body_;
  }

  void arrived(const Result<http::ClientResponse>& answer) {
    const std::lock_guard lock(mutex_);
    in_flight_ = false;
    error_.clear();
    if (!answer) {
      error_ = "OAuth 2.0 token: " + answer.error().message;
    } else if (answer->status / 100 != 2) {
      error_ = fmt::format("OAuth 2.0 token: HTTP status {}", answer->status);
      // Servers take the client's secret in one of two ways; the other one is next.
      if (answer->status / 100 == 4) secret_in_body_ = !secret_in_body_;
    } else {
      read(answer->body);
    }
  }

 private:
  void read(const std::string& body) {
    const Result<JsonValue> json = parse_json(body);
    const std::string_view token = json ? json->string_at("access_token") : std::string_view();
    if (token.empty() || !http::is_header_value(token)) {
      error_ = "OAuth 2.0 token: the answer has no access_token";
      return;
    }
    const std::string_view type = json->string_at("token_type");
    const bool bearer = type.empty() || http::equal_without_case(type, "bearer");
    value_ = fmt::format("{} {}", bearer ? "Bearer" : type, token);
    const double seconds = seconds_of(json->find("expires_in"));
    ends_.reset();
    if (seconds > 0) ends_ = asked_at_ + Nanoseconds(std::int64_t(seconds * 1e9));
  }

  std::mutex mutex_;
  std::string value_;                // all guarded by mutex_
  std::optional<Nanoseconds> ends_;  // unset: never
  std::string error_;
  Nanoseconds asked_at_{};
  bool in_flight_ = false;
  bool secret_in_body_ = false;
};

HttpAccess::HttpAccess(HttpOptions options, Surroundings surroundings)
    : options_(std::move(options)),
      tls_(std::make_shared<const http::TlsOptions>(options_.tls)),
      proxy_(std::make_shared<const http::ProxyOptions>(options_.proxy)),
      surroundings_(std::move(surroundings)),
      token_(options_.oauth2 ? std::make_shared<Token>() : nullptr) {
  http::ClientRequest nobody;
  // So that the first scrape finds a token, if the server is quick.
  if (token_) (void)add_token(nobody);
}

HttpAccess::~HttpAccess() = default;

Result<void> HttpAccess::prepare(http::ClientRequest& request) {
  request.tls = tls_;
  request.follow_redirects = options_.follow_redirects;
  request.proxy = proxy_;
  if (auto added = add_headers(request); !added) return added;
  return authorize(request);
}

Result<std::string> HttpAccess::text_of(const TextOrFile& text) {
  if (text.file.empty()) return text.text.reveal();
  CachedFile& known = files_[text.file];
  const Nanoseconds now = surroundings_.clock.monotonic();
  const bool fresh = known.looked_at >= Nanoseconds(0) && now - known.looked_at < kLookInterval;
  if (fresh) return known.content;
  struct stat found{};
  if (::stat(text.file.c_str(), &found) != 0) {
    files_.erase(text.file);
    return unavailable("cannot read " + text.file);
  }
  const std::int64_t changed =
      std::int64_t(found.st_mtim.tv_sec) * 1'000'000'000 + found.st_mtim.tv_nsec;
  const bool same =
      known.changed_nanos == changed && known.size == found.st_size && known.inode == found.st_ino;
  if (!same) {
    Result<std::string> content = read_file(text.file, kSecretLimitBytes);
    if (!content) {
      files_.erase(text.file);
      return unavailable("cannot read " + text.file + ": " + content.error().message);
    }
    known.content = without_blank_ends(*content);
    known.changed_nanos = changed;
    known.size = found.st_size;
    known.inode = found.st_ino;
  }
  known.looked_at = now;
  return known.content;
}

Result<void> HttpAccess::add_headers(http::ClientRequest& request) {
  for (const ExtraHeader& header : options_.headers) {
    for (const TextOrFile& written : header.values) {
      Result<std::string> value = text_of(written);
      if (!value) return std::move(value).in("http_headers").error();
      request.headers.emplace_back(header.name, *std::move(value));
    }
  }
  return {};
}

Result<void> HttpAccess::authorize(http::ClientRequest& request) {
  if (options_.basic) {
    Result<std::string> username = text_of(options_.username);
    if (!username) return std::move(username).in("basic_auth").error();
    Result<std::string> password = text_of(options_.password);
    if (!password) return std::move(password).in("basic_auth").error();
    request.basic = true;
    request.username = *std::move(username);
    request.password = *std::move(password);
  } else if (!options_.authorization_type.empty()) {
    Result<std::string> credentials = text_of(options_.authorization);
    if (!credentials) return std::move(credentials).in("authorization").error();
    request.headers.emplace_back("Authorization", options_.authorization_type + ' ' + *credentials);
  } else if (token_) {
    return add_token(request);
  }
  return {};
}

Result<void> HttpAccess::add_token(http::ClientRequest& request) {
  const Nanoseconds now = surroundings_.clock.monotonic();
  bool wanted = false;
  Result<std::string> value = token_->value(now, wanted);
  if (wanted) {
    const OAuth2Options& options = *options_.oauth2;
    const Result<std::string> secret = text_of(options.client_secret);
    if (!secret) return Error(secret.error()).in("oauth2");
    http::ClientRequest ask;
    ask.method = "POST";
    ask.url = options.token_url;
    ask.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                   {"Accept", "application/json"}};
    ask.response_limit_bytes = kTokenAnswerLimitBytes;
    ask.follow_redirects = false;
    ask.tls = std::make_shared<const http::TlsOptions>(options.tls);
    ask.proxy = std::make_shared<const http::ProxyOptions>(options.proxy);
    ask.body = "grant_type=client_credentials";
    const auto append = [&](std::string_view name, std::string_view text) {
      ask.body += '&';
      append_query_text(ask.body, name);
      ask.body += '=';
      append_query_text(ask.body, text);
    };
    std::string scope;
    for (const std::string& one : options.scopes) scope += (scope.empty() ? "" : " ") + one;
    if (!scope.empty()) append("scope", scope);
    for (const auto& [name, text] : options.parameters) append(name, text);
    if (token_->sent(now)) {
      append("client_id", options.client_id);
      append("client_secret", *secret);
    } else {
      ask.basic = true;
      append_query_text(ask.username, options.client_id);
      append_query_text(ask.password, *secret);
    }
    surroundings_.send(
        std::move(ask),
        [token = token_](const Result<http::ClientResponse>& answer) { token->arrived(answer); });
  }
  if (!value) return value.error();
  request.headers.emplace_back("Authorization", *std::move(value));
  return {};
}

}  // namespace lapwing::collectors::scrape
