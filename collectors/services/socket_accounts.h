// SocketAccounts: adds up what TCP sockets have done, by the label of their service. Pure: told of
// sockets and of time by the caller.
//
// A socket's counters are of its whole life; what is added is what they rose by since it was seen
// last. The label is that of the moment: when a service gets or loses its own series, its past
// stays where it was counted, so that every total only rises and the sum over labels is exact.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collectors/services/service_map.h"
#include "collectors/services/socket_report.h"

namespace lapwing::collectors::services {

inline constexpr std::size_t kTcpStateCount = 13;  ///< the place is the state's number

/// What sockets of one label have done, and how they stand.
struct NetworkAccount {
  SocketCounters counters;
  std::uint64_t accepted = 0;   ///< connections that came in
  std::uint64_t initiated = 0;  ///< connections that went out
  std::uint64_t listen_drops = 0;

  // As of the newest pass.
  std::array<std::uint32_t, kTcpStateCount> by_state{};
  std::uint32_t states_seen = 0;  ///< a bit a state that ever had a socket
  std::uint32_t listeners = 0;
  std::uint64_t accept_queue = 0;
  std::uint64_t accept_limit = 0;
  double fullest_accept_queue = 0;  ///< of one listener, as a share of its limit
  double round_trip_seconds = 0;    ///< mean, by segments received since the pass before
  double longest_round_trip_seconds = 0;
  bool has_round_trip = false;
};

/// One thread.
class SocketAccounts {
 public:
  /// Sockets past this many are counted by state, but what they do is not.
  static constexpr std::size_t kSocketLimit = 65'536;
  /// Labels past this many count as `other`.
  static constexpr std::size_t kLabelLimit = 4'096;

  /// A pass over all sockets: begin_pass(), see() for each, end_pass(). What is there in the first
  /// pass counts from then on; what comes later, from its beginning.
  void begin_pass(std::shared_ptr<const ServiceMap> map);
  void see(const SocketReport& report);
  void end_pass();

  /// A socket that has been closed, with its final counters. Between passes.
  void closed(const SocketReport& report);

  const std::map<std::string, NetworkAccount, std::less<>>& accounts() const { return accounts_; }
  std::size_t sockets() const { return known_.size(); }
  /// Sockets of the newest pass that were past the limit.
  std::size_t untracked() const { return untracked_; }

 private:
  struct Known {
    NetworkAccount* account = nullptr;
    SocketCounters counters;
    std::uint64_t drops = 0;
    std::uint32_t pass = 0;  // in which it was seen last
    bool incoming = false;
  };
  struct RoundTrips {
    double weighted = 0;
    double weight = 0;
    double sum = 0;
    std::uint64_t count = 0;
  };

  NetworkAccount& account_of(std::string_view label);
  NetworkAccount& account_of(const SocketReport& report, bool incoming);
  bool is_incoming(const SocketReport& report) const;
  void see_listener(const SocketReport& report);
  static void add(NetworkAccount& account, Known& known, const SocketCounters& now);

  // A closing socket may be missed by one pass while it moves in the kernel's table.
  static constexpr std::uint32_t kPassesKept = 3;

  std::shared_ptr<const ServiceMap> map_ = std::make_shared<ServiceMap>();
  std::unordered_map<std::uint16_t, const Service*> by_port_;  // listeners of map_; may be nullptr
  std::map<std::string, NetworkAccount, std::less<>> accounts_;
  std::unordered_map<std::uint64_t, Known> known_;                     // by cookie
  std::unordered_map<const NetworkAccount*, RoundTrips> round_trips_;  // of the running pass
  std::uint32_t pass_ = 0;
  std::size_t untracked_ = 0;
};

}  // namespace lapwing::collectors::services
