// Route: a request's path without its query, and with what names one thing among many put as
// ":id": "/users/42/orders?x=1" → "/users/:id/orders". Made for each request: no memory of its own.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace lapwing::collectors::latency::http1 {

class Route {
 public:
  static constexpr std::size_t kParts = 6;
  static constexpr std::size_t kBytes = 96;  ///< past them "/…" says that there was more

  /// Of a request's target in any form (RFC 9112, 3.2): "" for an authority, "*" for itself.
  explicit Route(std::string_view target);
  /// Lives as long as the Route.
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  void append(std::string_view text);

  std::array<char, kBytes + 8> bytes_;  // ":id" may be longer than what it stands for
  std::size_t size_ = 0;
};

}  // namespace lapwing::collectors::latency::http1
