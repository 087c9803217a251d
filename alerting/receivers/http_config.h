// How receivers' servers are called: Alertmanager's `http_config`, secrets in texts, files and
// environment variables, and what an HTTP answer means for a notification.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/mapping.h"
#include "agent/http/client.h"
#include "alerting/receivers/receiver.h"

namespace lapwing::alerting {

/// A secret that stands in the configuration, in a file that is read at each sending, or in an
/// environment variable.
struct SecretText {
  config::Secret text{};
  std::string file{};
  std::string variable{};

  bool empty() const { return text.empty() && file.empty() && variable.empty(); }
  /// The secret without white space around it. Unavailable when its file cannot be read, NoData
  /// when its variable is not set.
  Result<std::string> reveal() const;
};

/// Reads KEY, KEY_file and KEY_env; more than one of them is an error.
SecretText read_secret(config::Mapping& map, const std::string& key);

struct HttpConfig {
  bool basic = false;
  SecretText username{};
  SecretText password{};
  std::string authorization_type{};  ///< empty: none
  SecretText credentials{};
  http::TlsOptions tls{};
  http::ProxyOptions proxy{};
  std::vector<std::pair<std::string, SecretText>> headers{};
  bool follow_redirects = true;
};

/// Reads the section `http_config` of a receiver, or of `global`; `usual` where there is none.
HttpConfig read_http_config(config::Mapping& map, const HttpConfig& usual = {});
/// Reads `tls_config`'s keys.
http::TlsOptions read_tls_options(config::Mapping& tls);

/// A POST with all that the configuration says, and the notification's idempotency key.
Result<http::ClientRequest> post_request(const HttpConfig& config, std::string url,
                                         const Notification& notification);

/// 2xx is delivered; 429, 5xx and no answer mean again, after Retry-After where the answer has
/// one; any other status is a refusal.
DeliveryResult judge(const Result<http::ClientResponse>& answer);

/// Sends `body` as JSON; `judge_body` judges what judge() takes for delivered: some services say
/// in a 200's body that they took nothing.
using JudgeBody = DeliveryResult (*)(const http::ClientResponse& answer);
void post_json(http::ClientRequest request, std::string body, const HttpSender& http,
               JudgeBody judge_body, Receiver::Done done);

/// Delivered, with the answer's beginning as its receipt.
DeliveryResult accepted(const http::ClientResponse& answer);

/// For answers such as {"errcode":0,"errmsg":"ok"}: delivered when the number in `code` is 0.
/// `busy`: the number that means "too many": again in a minute.
DeliveryResult judge_code(const http::ClientResponse& answer, std::string_view code,
                          std::string_view message, double busy);

/// At most `limit` code points of UTF-8, "…" at the end of what was cut.
std::string cut_text(std::string text, std::size_t limit);

/// Percent-encoded for a query.
std::string query_text(std::string_view text);

}  // namespace lapwing::alerting
