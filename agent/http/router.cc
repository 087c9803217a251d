// Paths are compared segment by segment after decoding, so that an encoded slash never moves a
// request to another route.
#include "agent/http/router.h"

#include <algorithm>

#include "agent/http/form.h"

namespace lapwing::http {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = path.find('/');
    segments.push_back(percent_decode(path.substr(0, end)));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return segments;
}

/// The path joined again, or "" when a segment has a slash of its own.
std::string joined(const std::vector<std::string>& segments) {
  std::string path;
  for (const std::string& segment : segments) {
    if (segment.find('/') != std::string::npos) return {};
    path.append("/").append(segment);
  }
  return path;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](const std::string& expected, const std::string& segment) {
                      return expected == "*" ? !segment.empty() : expected == segment;
                    });
}

bool is_pattern(std::string_view path) {
  for (const std::string& segment : segments_of(path))
    if (segment == "*") return true;
  return false;
}

}  // namespace

Router::Route& Router::route_of(std::string_view path) {
  if (!is_pattern(path)) {
    Route& route = exact_[std::string(path)];
    route.path = path;
    return route;
  }
  for (Route& route : patterns_)
    if (route.path == path) return route;
  return patterns_.emplace_back(Route{std::string(path), segments_of(path), Lane::Quick, {}});
}

void Router::add(std::string_view method, std::string_view path, Handler handler, Lane lane) {
  Route& route = route_of(path);
  route.lane = lane;
  for (auto& [known, old] : route.handlers) {
    if (known != method) continue;
    old = std::move(handler);
    return;
  }
  route.handlers.emplace_back(method, std::move(handler));
}

void Router::settle(const Route& route, std::string_view method, Match& match) {
  match.route = route.path;
  const std::string_view wanted = method == "HEAD" ? std::string_view("GET") : method;
  for (const auto& [known, handler] : route.handlers) {
    if (known == wanted) match.handler = &handler;
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += known;
    if (known == "GET") match.allowed += ", HEAD";
  }
}

Lane Router::lane(std::string_view path) const {
  if (path.empty() || path.front() != '/') return Lane::Quick;
  if (const auto found = exact_.find(std::string(path)); found != exact_.end())
    return found->second.lane;
  const std::vector<std::string> segments = segments_of(path);
  if (const auto found = exact_.find(joined(segments)); found != exact_.end())
    return found->second.lane;
  for (const Route& route : patterns_)
    if (fits(route.segments, segments)) return route.lane;
  return Lane::Quick;
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  Match match;
  if (path.empty() || path.front() != '/') return match;
  const std::vector<std::string> segments = segments_of(path);
  if (const auto found = exact_.find(joined(segments)); found != exact_.end()) {
    settle(found->second, method, match);
    return match;
  }
  for (const Route& route : patterns_) {
    if (!fits(route.segments, segments)) continue;
    settle(route, method, match);
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (route.segments[i] == "*") match.arguments.push_back(segments[i]);
    return match;
  }
  return match;
}

}  // namespace lapwing::http
