#include "alerting/receivers/http_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "agent/base/file.h"
#include "agent/base/json_value.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kSecretLimitBytes = 64 * 1024;
constexpr std::size_t kAnswerLimitBytes = 64 * 1024;
constexpr std::size_t kShownAnswerBytes = 200;
constexpr Duration kLongestPause = 1h;  ///< that a receiver may ask for
constexpr int kTooManyRequests = 429;

std::string without_blank_ends(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(kBlanks) - from + 1));
}

http::TlsVersion read_version(config::Mapping& tls, std::string_view key) {
  const std::string text = tls.choice(key, "", {"", "TLS10", "TLS11", "TLS12", "TLS13"});
  if (text == "TLS10") return http::TlsVersion::Tls10;
  if (text == "TLS11") return http::TlsVersion::Tls11;
  if (text == "TLS12") return http::TlsVersion::Tls12;
  return text == "TLS13" ? http::TlsVersion::Tls13 : http::TlsVersion::Any;
}

/// Seconds, or a date (RFC 9110, 10.2.3), of which only the seconds form is in use by services.
Duration pause_asked_for(const http::ClientResponse& answer) {
  const std::string_view text = answer.header("Retry-After");
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!(seconds > 0)) return {};
  return std::min(kLongestPause, Duration(std::int64_t(std::min(seconds, 1e6) * 1000)));
}

void read_authorization(config::Mapping& http, HttpConfig& config) {
  http.section("basic_auth", [&](config::Mapping& basic) {
    config.basic = true;
    config.username = read_secret(basic, "username");
    config.password = read_secret(basic, "password");
    basic.not_served({"username_ref", "password_ref"});
  });
  http.section("authorization", [&](config::Mapping& authorization) {
    config.authorization_type = authorization.string("type", "Bearer");
    config.credentials = read_secret(authorization, "credentials");
    authorization.not_served({"credentials_ref"});
  });
  if (http.has("bearer_token") || http.has("bearer_token_file")) {
    config.authorization_type = "Bearer";
    config.credentials = read_secret(http, "bearer_token");
  }
  if (config.basic && !config.authorization_type.empty())
    http.error("authorization", "at most one of basic_auth and authorization must be configured");
}

}  // namespace

Result<std::string> SecretText::reveal() const {
  if (!variable.empty()) {
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr) return no_data("environment variable " + variable + " is not set");
    return without_blank_ends(value);
  }
  if (file.empty()) return text.reveal();
  auto content = read_file(file, kSecretLimitBytes);
  if (!content) return std::move(content).error();
  return without_blank_ends(*content);
}

SecretText read_secret(config::Mapping& map, const std::string& key) {
  SecretText secret;
  secret.text = map.secret(key);
  secret.file = map.path(key + "_file");
  secret.variable = map.string(key + "_env");
  const int given =
      int(!secret.text.empty()) + int(!secret.file.empty()) + int(!secret.variable.empty());
  if (given > 1) map.error(key, "at most one of " + key + " & " + key + "_file must be configured");
  return secret;
}

http::TlsOptions read_tls_options(config::Mapping& tls) {
  http::TlsOptions options;
  options.ca = tls.string("ca");
  options.ca_file = tls.path("ca_file");
  options.certificate = tls.string("cert");
  options.certificate_file = tls.path("cert_file");
  options.key = tls.secret("key").reveal();
  options.key_file = tls.path("key_file");
  options.server_name = tls.string("server_name");
  options.verify = !tls.flag("insecure_skip_verify", false);
  options.least = read_version(tls, "min_version");
  options.most = read_version(tls, "max_version");
  tls.not_served({"ca_ref", "cert_ref", "key_ref"});
  return options;
}

namespace {

/// `http_headers`: by name, with values, secrets and files; a header of several is sent as often.
void read_headers(config::Mapping& http, HttpConfig& config) {
  http.section("http_headers", [&](config::Mapping& section) {
    for (const config::Value::Entry& entry : http.raw("http_headers")->entries())
      section.section(entry.key, [&](config::Mapping& header) {
        for (const char* const key : {"values", "secrets"})
          for (std::string& text : header.strings(key))
            config.headers.emplace_back(entry.key,
                                        SecretText{config::Secret(std::move(text)), {}, {}});
        for (std::string& file : header.paths("files"))
          config.headers.emplace_back(entry.key, SecretText{{}, std::move(file), {}});
      });
  });
}

}  // namespace

HttpConfig read_http_config(config::Mapping& map, const HttpConfig& usual) {
  HttpConfig config = usual;
  map.section("http_config", [&](config::Mapping& http) {
    config = {};
    read_authorization(http, config);
    http.section("tls_config", [&](config::Mapping& tls) { config.tls = read_tls_options(tls); });
    config.proxy.url = http.string("proxy_url");
    config.proxy.no_proxy = http.string("no_proxy");
    config.proxy.from_environment = http.flag("proxy_from_environment", false);
    config.follow_redirects = http.flag("follow_redirects", true);
    http.flag("enable_http2", true);  // libcurl decides with the server.
    http.not_served({"oauth2", "proxy_connect_header"});
    read_headers(http, config);
  });
  return config;
}

Result<http::ClientRequest> post_request(const HttpConfig& config, std::string url,
                                         const Notification& notification) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers = {{"Content-Type", "application/json"}};
  if (!notification.idempotency_key.empty())
    request.headers.emplace_back("Idempotency-Key", notification.idempotency_key);
  request.response_limit_bytes = kAnswerLimitBytes;
  request.follow_redirects = config.follow_redirects;
  request.tls = std::make_shared<const http::TlsOptions>(config.tls);
  request.proxy = std::make_shared<const http::ProxyOptions>(config.proxy);
  if (config.basic) {
    auto username = config.username.reveal();
    if (!username) return Error(username.error()).in("basic_auth: username");
    auto password = config.password.reveal();
    if (!password) return Error(password.error()).in("basic_auth: password");
    request.basic = true;
    request.username = *std::move(username);
    request.password = *std::move(password);
  }
  if (!config.authorization_type.empty()) {
    const auto credentials = config.credentials.reveal();
    if (!credentials) return Error(credentials.error()).in("credentials");
    request.headers.emplace_back("Authorization", config.authorization_type + " " + *credentials);
  }
  for (const auto& [name, value] : config.headers) {
    auto text = value.reveal();
    if (!text) return Error(text.error()).in("header " + name);
    request.headers.emplace_back(name, *std::move(text));
  }
  return request;
}

DeliveryResult accepted(const http::ClientResponse& answer) {
  DeliveryResult result;
  result.receipt = std::to_string(answer.status);
  if (!answer.body.empty()) result.receipt += " " + answer.body.substr(0, kShownAnswerBytes);
  return result;
}

DeliveryResult judge(const Result<http::ClientResponse>& answer) {
  if (!answer) return {DeliveryOutcome::Retry, answer.error().message};
  if (answer->status / 100 == 2) return accepted(*answer);
  std::string words = "unexpected status code " + std::to_string(answer->status);
  if (!answer->body.empty()) words += ": " + answer->body.substr(0, kShownAnswerBytes);
  if (answer->status != kTooManyRequests && answer->status / 100 != 5)
    return {DeliveryOutcome::Rejected, words};
  return {DeliveryOutcome::Retry, words, pause_asked_for(*answer)};
}

void post_json(http::ClientRequest request, std::string body, const HttpSender& http,
               JudgeBody judge_body, Receiver::Done done) {
  request.body = std::move(body);
  http(std::move(request),
       [judge_body, done = std::move(done)](const Result<http::ClientResponse>& answer) {
         DeliveryResult result = judge(answer);
         if (result.outcome == DeliveryOutcome::Delivered) result = judge_body(*answer);
         done(std::move(result));
       });
}

DeliveryResult judge_code(const http::ClientResponse& answer, std::string_view code,
                          std::string_view message, double busy) {
  const auto json = parse_json(answer.body);
  const JsonValue* number = json ? json->find(code) : nullptr;
  if (number == nullptr || number->kind != JsonValue::Kind::Number)
    return {DeliveryOutcome::Retry, "not understood: " + answer.body.substr(0, kShownAnswerBytes)};
  if (number->number == 0) return accepted(answer);
  std::string words = std::string(code) + " " +
                      std::to_string(std::int64_t(std::clamp(number->number, -9e15, 9e15))) + ": " +
                      std::string(json->string_at(message));
  if (number->number == busy) return {DeliveryOutcome::Retry, words, 1min};
  return {DeliveryOutcome::Rejected, words};
}

std::string cut_text(std::string text, std::size_t limit) {
  std::size_t points = 0;
  std::size_t last_kept = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((text[at] & 0xc0) == 0x80) continue;
    if (points + 1 == limit) last_kept = at;
    if (++points <= limit) continue;
    text.resize(last_kept);
    return text + "…";
  }
  return text;
}

std::string query_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    out += '%';
    out += "0123456789ABCDEF"[std::uint8_t(c) >> 4];
    out += "0123456789ABCDEF"[std::uint8_t(c) & 15];
  }
  return out;
}

}  // namespace lapwing::alerting
