#include "alerting/notify/route.h"

#include <algorithm>

#include "alerting/template/format.h"

namespace lapwing::alerting {
namespace {

constexpr int kDepthLimit = 32;

void read_group_by(config::Mapping& map, Route& route) {
  if (!map.has("group_by")) return;
  route.group_by.clear();
  route.group_by_all = false;
  for (const std::string& label : map.strings("group_by")) {
    if (label == "...") {
      route.group_by_all = true;
    } else if (std::find(route.group_by.begin(), route.group_by.end(), label) !=
               route.group_by.end()) {
      map.error("group_by", "duplicated label \"" + label + "\"");
    } else {
      route.group_by.push_back(label);
    }
  }
  if (route.group_by_all && !route.group_by.empty())
    map.error("group_by",
              "cannot have wildcard group_by (`...`) and other labels at the same time");
}

/// The intervals that `key` names. They hold for this route alone, not for those below it.
std::vector<NamedIntervalsPointer> read_intervals(config::Mapping& map, std::string_view key,
                                                  bool root, const RouteNames& names) {
  std::vector<NamedIntervalsPointer> chosen;
  for (const std::string& wanted : map.strings(key)) {
    const auto found =
        std::find_if(names.intervals.begin(), names.intervals.end(),
                     [&](const NamedIntervalsPointer& one) { return one->name == wanted; });
    if (root) {
      map.error(key, "root route must not have any " + std::string(key));
    } else if (found == names.intervals.end()) {
      map.error(key, "undefined time interval \"" + wanted + "\" used in route");
    } else {
      chosen.push_back(*found);
    }
  }
  return chosen;
}

Route read_node(config::Mapping& map, const Route* parent, const RouteNames& names, int depth) {
  Route route;
  if (parent != nullptr) route = *parent;
  route.children.clear();
  route.continues = map.flag("continue", false);
  route.receiver = map.string("receiver", parent != nullptr ? parent->receiver : "");
  if (route.receiver.empty()) {
    map.error("receiver", "root route must specify a default receiver");
  } else if (std::find(names.receivers.begin(), names.receivers.end(), route.receiver) ==
             names.receivers.end()) {
    map.error("receiver", "undefined receiver \"" + route.receiver + "\" used in route");
  }
  route.matchers = read_matchers(map);
  if (parent == nullptr && !route.matchers.empty())
    map.error("matchers", "root route must not have any matchers");
  if (parent == nullptr && route.continues)
    map.error("continue", "cannot have continue in root route");
  route.key = (parent != nullptr ? parent->key + "/" : "") + matchers_text(route.matchers);
  read_group_by(map, route);
  route.group_wait = map.duration("group_wait", route.group_wait);
  route.group_interval = map.duration("group_interval", route.group_interval);
  if (route.group_interval <= Duration{})
    map.error("group_interval", "group_interval cannot be zero");
  route.repeat_interval = map.duration("repeat_interval", route.repeat_interval);
  if (route.repeat_interval <= Duration{})
    map.error("repeat_interval", "repeat_interval cannot be zero");
  route.mute = read_intervals(map, "mute_time_intervals", parent == nullptr, names);
  route.active = read_intervals(map, "active_time_intervals", parent == nullptr, names);
  if (depth >= kDepthLimit) {
    map.error("routes", "routes nest deeper than " + std::to_string(kDepthLimit));
    return route;
  }
  std::vector<Route> children;
  map.each("routes", [&](config::Mapping& child) {
    children.push_back(read_node(child, &route, names, depth + 1));
  });
  route.children = std::move(children);
  return route;
}

void collect(const Route& route, const Labels& labels, std::vector<const Route*>& found) {
  if (!matches_all(route.matchers, labels)) return;
  const std::size_t before = found.size();
  for (const Route& child : route.children) {
    const std::size_t size = found.size();
    collect(child, labels, found);
    if (found.size() > size && !child.continues) break;
  }
  if (found.size() == before) found.push_back(&route);
}

}  // namespace

Route read_route(config::Mapping& map, const RouteNames& names) {
  return read_node(map, nullptr, names, 0);
}

std::vector<std::string> muted_by(const Route& route, Timestamp now) {
  std::vector<std::string> names;
  const auto holds = [&](const NamedIntervalsPointer& one) { return one->contains(now); };
  for (const NamedIntervalsPointer& one : route.mute)
    if (holds(one)) names.push_back(one->name);
  if (!names.empty() || route.active.empty() ||
      std::any_of(route.active.begin(), route.active.end(), holds))
    return names;
  for (const NamedIntervalsPointer& one : route.active) names.push_back(one->name);
  return names;
}

std::vector<const Route*> match_routes(const Route& root, const Labels& labels) {
  std::vector<const Route*> found;
  collect(root, labels, found);
  return found;
}

Labels group_labels(const Route& route, const Labels& labels) {
  if (route.group_by_all) return labels;
  std::vector<Label> kept;
  for (const Label label : labels)
    if (std::find(route.group_by.begin(), route.group_by.end(), label.name) != route.group_by.end())
      kept.push_back(label);
  return Labels::from(std::move(kept));
}

std::string group_key(const Route& route, const Labels& group_labels) {
  std::string text = route.key + ":{";
  bool first = true;
  for (const Label label : group_labels) {
    if (!first) text += ", ";
    first = false;
    text.append(label.name).append("=").append(go_quote(label.value));
  }
  return text + "}";
}

}  // namespace lapwing::alerting
