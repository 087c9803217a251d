// The route tree: which receiver hears of an alert, in which group, and when (Alertmanager's
// `route`).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/mapping.h"
#include "alerting/notify/matchers.h"
#include "alerting/notify/time_interval.h"

namespace lapwing::alerting {

struct Route {
  std::string key;  ///< path of matchers from the root: `{}/{a="b"}`
  std::string receiver;
  Matchers matchers;
  std::vector<std::string> group_by;
  bool group_by_all = false;  ///< `'...'`
  bool continues = false;
  Duration group_wait = 30s;
  Duration group_interval = 5min;
  Duration repeat_interval = 4h;
  std::vector<NamedIntervalsPointer> mute;    ///< nothing is told while one of them holds
  std::vector<NamedIntervalsPointer> active;  ///< if any: nothing is told while none holds
  std::vector<Route> children;
};

/// What a route may name.
struct RouteNames {
  std::vector<std::string> receivers;
  std::vector<NamedIntervalsPointer> intervals;
};

/// Reads the map below `route`.
Route read_route(config::Mapping& map, const RouteNames& names);

/// Names of the intervals that keep the route quiet at this time; empty when none does.
std::vector<std::string> muted_by(const Route& route, Timestamp now);

/// The routes that serve an alert: the first matching child (and further ones while they
/// continue), or the node itself when no child matches. Pointers into `root`.
std::vector<const Route*> match_routes(const Route& root, const Labels& labels);

/// The labels that name the alert's group.
Labels group_labels(const Route& route, const Labels& labels);

/// `{}/{zone="west"}:{alertname="X", job="y"}`, as Alertmanager writes it.
std::string group_key(const Route& route, const Labels& group_labels);

}  // namespace lapwing::alerting
