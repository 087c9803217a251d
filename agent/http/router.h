// Router: method and path → handler, by an exact table and patterns with `*` segments.
// Pure; no regular expressions, so that no path costs more than its length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/http/message.h"

namespace lapwing::http {

/// Who answers: requests that may take long have threads and a queue of their own, so that they
/// never hold up the others.
enum class Lane : std::uint8_t { Quick, Queries };
inline constexpr std::size_t kLanes = 2;

class Router {
 public:
  struct Match {
    const Handler* handler = nullptr;    ///< nullptr: 404, or 405 when `allowed` is not empty
    std::string_view route;              ///< the route as it was added; "" when none fits
    std::vector<std::string> arguments;  ///< what each `*` stood for, decoded
    std::string allowed;                 ///< "GET, HEAD, POST": for the Allow header
  };

  /// `path` is exact or has segments `*`. The same method and path again replaces the handler.
  void add(std::string_view method, std::string_view path, Handler handler,
           Lane lane = Lane::Quick);

  /// `path`: undecoded, without the query, so that "%2F" stays inside its segment. HEAD finds
  /// GET's handler. Exact paths come before patterns, patterns in the order of adding. The match
  /// lives as long as the Router is not changed.
  Match find(std::string_view method, std::string_view path) const;
  /// Of the route that find() would take, as it was added last; Quick where none fits.
  Lane lane(std::string_view path) const;

 private:
  struct Route {
    std::string path;
    std::vector<std::string> segments;
    Lane lane = Lane::Quick;
    std::vector<std::pair<std::string, Handler>> handlers;  // by method
  };

  static void settle(const Route& route, std::string_view method, Match& match);
  Route& route_of(std::string_view path);

  std::unordered_map<std::string, Route> exact_;
  std::vector<Route> patterns_;
};

}  // namespace lapwing::http
