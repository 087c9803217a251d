// One receiver from YAML, one notification, and the request that leaves for its service.
#pragma once

#include <catch2/catch.hpp>

#include "agent/base/json_value.h"
#include "alerting/receivers/receiver.h"
#include "alerting/template/template_set.h"
#include "tests/alerting/notify/plan.h"

namespace lapwing::alerting::testing {

/// 2023-11-14T22:13:20Z.
inline constexpr Timestamp kSendTime = from_millis(1'700'000'000'000);

/// Two alerts of one group, the second of which has ended.
inline Notification two_alerts() {
  Notification n;
  n.key = {"team", 0, "{}:{alertname=\"A\"}"};
  n.group_labels = Labels{{"alertname", "A"}};
  n.idempotency_key = "0123456789abcdef0123456789abcdef";
  n.alerts = {{Labels{{"alertname", "A"}, {"i", "1"}},
               Labels{{"summary", "Disk <full> ü"}},
               kSendTime,
               {},
               "http://p/1"},
              {Labels{{"alertname", "A"}, {"i", "2"}}, Labels{{"summary", "Disk <full> ü"}},
               kSendTime, kSendTime + 1s, "http://p/2"}};
  return n;
}

inline Notification one_ended() {
  Notification n = two_alerts();
  n.alerts.erase(n.alerts.begin());
  return n;
}

/// `options`: a flow map's inside; `more`: other sections of the file.
inline std::shared_ptr<const Receiver> receiver(const std::string& kind, const std::string& options,
                                                const std::string& more = {}) {
  const auto plan = lapwing::testing::notify_plan("receivers: [{name: team, " + kind +
                                                  "_configs: [{" + options + "}]}]\n" + more);
  return plan->receivers.at(0).integrations.at(0);
}

inline std::size_t errors(const std::string& kind, const std::string& options) {
  config::Diagnostics diagnostics;
  lapwing::testing::alerting_options(
      "receivers: [{name: team, " + kind + "_configs: [{" + options + "}]}]", diagnostics);
  return diagnostics.errors().size();
}

inline http::ClientResponse answer(int status, std::string body = {}, http::Pairs headers = {}) {
  http::ClientResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

struct Sent {
  std::vector<http::ClientRequest> requests;
  std::optional<DeliveryResult> result;

  const http::ClientRequest& request() const { return requests.at(0); }
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : request().headers)
      if (key == name) return value;
    return "";
  }
  JsonValue json(std::size_t index = 0) const {
    auto body = parse_json(requests.at(index).body);
    REQUIRE(body.ok());
    return *body;
  }
};

/// The answers in turn; the last one again and again.
inline Sent send(const Receiver& to,
                 std::vector<Result<http::ClientResponse>> answers = {answer(200)},
                 const Notification& notification = two_alerts()) {
  Sent sent;
  const std::string external_url = "http://lapwing";
  const TemplateSet templates;
  const HttpSender http = [&](http::ClientRequest request, const http::ClientCallback& done) {
    const std::size_t index = std::min(sent.requests.size(), answers.size() - 1);
    sent.requests.push_back(std::move(request));
    done(answers[index]);
  };
  to.send(notification, {external_url, templates, http, kSendTime},
          [&](DeliveryResult result) { sent.result = std::move(result); });
  return sent;
}

}  // namespace lapwing::alerting::testing
