// Alertmanager's API v2: silences.
#include <algorithm>

#include "agent/base/json.h"
#include "agent/base/json_value.h"
#include "alerting/notify/silence.h"
#include "dashboard/api/alertmanager.h"

namespace lapwing::dashboard::api {
namespace {

using alerting::Silence;

http::Response refusal_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::NoData:
      return alertmanager_error(404, error.message);
    case ErrorKind::Invalid:
      return alertmanager_error(400, error.message);
    case ErrorKind::Unavailable:
    case ErrorKind::Corrupt:
      break;
  }
  return alertmanager_error(500, error.message);
}

http::Response not_a_uuid(const std::string& id) {
  return alertmanager_refusal(422, 601, "silenceID in path must be of type uuid: \"" + id + "\"");
}

/// Whether the times that the body has are some: others make it none at all.
bool readable_times(const std::string& body) {
  const auto json = parse_json(body);
  for (const char* const member : {"startsAt", "endsAt"})
    if (const std::string_view text = json->string_at(member);
        !text.empty() && !parse_rfc3339(text))
      return false;
  return true;
}

/// Whether each of the filter's matchers stands among the silence's own, as amtool's
/// `silence query` asks.
bool passes(const alerting::Matchers& filter, const Silence& silence) {
  return std::all_of(filter.begin(), filter.end(), [&](const Matcher& wanted) {
    return std::any_of(silence.matchers.begin(), silence.matchers.end(), [&](const Matcher& own) {
      return own.label() == wanted.label() && wanted.matches(own.value());
    });
  });
}

}  // namespace

http::Response silences(const Dependencies& from, const http::Request& request) {
  alerting::Matchers filter;
  for (const std::string& text : request.parameters_named("filter")) {
    auto matcher = alerting::parse_matcher(text);
    if (!matcher) return alertmanager_error(400, matcher.error().message);
    filter.push_back(*std::move(matcher));
  }
  const Timestamp now = from.clock.now();
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const Silence& silence : from.notify.silences())
    if (passes(filter, silence)) json.raw(alerting::encode_silence(silence, &now));
  json.end_array();
  return http::json_response(200, std::move(body) + "\n");
}

http::Response post_silence(const Dependencies& from, const http::Request& request) {
  if (request.body.size() > alerting::kSilenceBytesLimit)
    return alertmanager_error(
        413, "a silence takes at most " + std::to_string(alerting::kSilenceBytesLimit) + " bytes");
  if (const auto json = parse_json(request.body); !json)
    return alertmanager_refusal(
        400, 400, "parsing silence body from \"\" failed, because " + json.error().message);
  auto silence = alerting::decode_silence(request.body);
  if (!silence) {
    const std::string& why = silence.error().message;
    if (why.ends_with("is required")) return alertmanager_refusal(422, 602, why);
    if (why.ends_with("items")) return alertmanager_refusal(422, 612, why);
    if (!readable_times(request.body))
      return alertmanager_refusal(400, 400,
                                  "parsing silence body from \"\" failed, because " + why);
    return alertmanager_error(400, why);
  }
  const auto id = from.notify.set_silence(*std::move(silence));
  if (!id) return refusal_of(id.error());
  std::string body;
  JsonWriter(body).begin_object().key("silenceID").string(*id).end_object();
  return http::json_response(200, std::move(body) + "\n");
}

http::Response silence(const Dependencies& from, const http::Request& request) {
  const std::string& id = request.path_arguments.at(0);
  if (!alerting::is_uuid(id)) return not_a_uuid(id);
  const Timestamp now = from.clock.now();
  for (const Silence& silence : from.notify.silences())
    if (silence.id == id)
      return http::json_response(200, alerting::encode_silence(silence, &now) + "\n");
  return http::text_response(404, "");
}

http::Response expire_silence(const Dependencies& from, const http::Request& request) {
  const std::string& id = request.path_arguments.at(0);
  if (!alerting::is_uuid(id)) return not_a_uuid(id);
  const auto done = from.notify.expire_silence(id);
  if (!done) return refusal_of(done.error());
  return http::text_response(200, "");
}

}  // namespace lapwing::dashboard::api
