// GET /api/v1/status/probe_suggestions, ours: sockets of this host that a probe could look at. Read
// anew at each call; nothing is probed for it.
#include <utility>

#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"

namespace lapwing::dashboard::api {

http::Response probe_suggestions(const Dependencies& from, const http::Request& /*request*/) {
  Success answer;
  JsonWriter& json = answer.json();
  json.begin_array();
  if (from.probe_suggestions) {
    for (const ProbeSuggestion& suggestion : from.probe_suggestions()) {
      json.begin_object();
      json.key("target").string(suggestion.target);
      json.key("module").string(suggestion.module);
      json.key("program").string(suggestion.program);
      json.end_object();
    }
  }
  json.end_array();
  return std::move(answer).response();
}

}  // namespace lapwing::dashboard::api
