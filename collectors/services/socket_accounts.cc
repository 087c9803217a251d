#include "collectors/services/socket_accounts.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace lapwing::collectors::services {
namespace {

constexpr double kMicro = 1e-6;

// The kernel's counters of a socket do not fall; a report that is older than the one before may.
void add_rise(std::uint64_t& total, std::uint64_t& before, std::uint64_t now) {
  if (now <= before) return;
  total += now - before;
  before = now;
}

}  // namespace

NetworkAccount& SocketAccounts::account_of(std::string_view label) {
  const auto known = accounts_.find(label);
  if (known != accounts_.end()) return known->second;
  const bool has_room = accounts_.size() < kLabelLimit;
  return accounts_[std::string(has_room ? label : kOtherServices)];
}

bool SocketAccounts::is_incoming(const SocketReport& report) const {
  return by_port_.contains(report.local_port);
}

// Who listens on the port owns what comes in there: the control group of such a socket is that of
// whoever opened the listener, which with socket activation is systemd.
NetworkAccount& SocketAccounts::account_of(const SocketReport& report, bool incoming) {
  const Service* service = nullptr;
  if (const auto owner = by_port_.find(report.local_port); incoming && owner != by_port_.end())
    service = owner->second;
  if (service == nullptr && report.cgroup != 0) service = map_->of_cgroup(report.cgroup);
  return account_of(service == nullptr ? kOtherServices : service->label());
}

void SocketAccounts::begin_pass(std::shared_ptr<const ServiceMap> map) {
  map_ = std::move(map);
  by_port_.clear();
  for (const Listener& listener : map_->listeners()) {
    const Service*& owner = by_port_[listener.port];
    if (owner == nullptr) owner = map_->of(listener);
  }
  ++pass_;
  untracked_ = 0;
  round_trips_.clear();
  for (auto& [label, account] : accounts_) {
    account.by_state = {};
    account.listeners = 0;
    account.accept_queue = account.accept_limit = 0;
    account.fullest_accept_queue = 0;
    account.longest_round_trip_seconds = 0;
    account.has_round_trip = false;
  }
}

void SocketAccounts::add(NetworkAccount& account, Known& known, const SocketCounters& now) {
  SocketCounters& total = account.counters;
  SocketCounters& before = known.counters;
  add_rise(total.received_bytes, before.received_bytes, now.received_bytes);
  add_rise(total.sent_bytes, before.sent_bytes, now.sent_bytes);
  add_rise(total.sent_segments, before.sent_segments, now.sent_segments);
  add_rise(total.retransmits, before.retransmits, now.retransmits);
  add_rise(total.received_segments, before.received_segments, now.received_segments);
}

void SocketAccounts::see_listener(const SocketReport& report) {
  const Service* service = map_->of_listener(report.inode);
  if (service == nullptr && report.cgroup != 0) service = map_->of_cgroup(report.cgroup);
  NetworkAccount& account = account_of(service == nullptr ? kOtherServices : service->label());
  ++account.listeners;
  account.accept_queue += report.accept_queue;
  account.accept_limit += report.accept_limit;
  if (report.accept_limit > 0)
    account.fullest_accept_queue =
        std::max(account.fullest_accept_queue, double(report.accept_queue) / report.accept_limit);
  const auto found = known_.find(report.cookie);
  const bool is_new = found == known_.end();
  if (is_new && known_.size() >= kSocketLimit) {
    ++untracked_;
    return;
  }
  Known& known = is_new ? known_[report.cookie] : found->second;
  if (is_new && pass_ == 1) known.drops = report.drops;
  add_rise(account.listen_drops, known.drops, report.drops);
  known.account = &account;
  known.pass = pass_;
}

void SocketAccounts::see(const SocketReport& report) {
  if (report.state == TcpState::Listen) return see_listener(report);
  const auto found = known_.find(report.cookie);
  const bool is_new = found == known_.end();
  const bool incoming = is_new ? is_incoming(report) : found->second.incoming;
  NetworkAccount& account = account_of(report, incoming);
  const std::size_t state = std::size_t(report.state);
  if (state < kTcpStateCount) {
    ++account.by_state[state];
    account.states_seen |= 1U << state;
  }
  if (!report.has_counters) return;
  if (is_new && known_.size() >= kSocketLimit) {
    ++untracked_;
    return;
  }
  Known& known = is_new ? known_[report.cookie] : found->second;
  if (is_new) {
    known.incoming = incoming;
    if (pass_ == 1)
      known.counters = report.counters;
    else
      ++(incoming ? account.accepted : account.initiated);
  }
  known.account = &account;
  known.pass = pass_;
  const std::uint64_t segments_before = known.counters.received_segments;
  add(account, known, report.counters);
  if (report.round_trip_microseconds == 0 || report.state != TcpState::Established) return;
  const double seconds = report.round_trip_microseconds * kMicro;
  const double weight = double(known.counters.received_segments - segments_before);
  RoundTrips& trips = round_trips_[&account];
  trips.weighted += seconds * weight;
  trips.weight += weight;
  trips.sum += seconds;
  ++trips.count;
  account.longest_round_trip_seconds = std::max(account.longest_round_trip_seconds, seconds);
}

void SocketAccounts::end_pass() {
  for (auto& [label, account] : accounts_) {
    const auto found = round_trips_.find(&account);
    if (found == round_trips_.end()) continue;
    const RoundTrips& trips = found->second;
    account.has_round_trip = true;
    // Connections that nothing came over say what was long ago: they count where no others are.
    account.round_trip_seconds =
        trips.weight > 0 ? trips.weighted / trips.weight : trips.sum / double(trips.count);
  }
  std::erase_if(known_,
                [&](const auto& entry) { return pass_ - entry.second.pass >= kPassesKept; });
}

void SocketAccounts::closed(const SocketReport& report) {
  if (!report.has_counters || pass_ == 0) return;
  const auto found = known_.find(report.cookie);
  if (found != known_.end()) {
    add(*found->second.account, found->second, report.counters);
    known_.erase(found);
    return;
  }
  // It came and went between two passes. A socket that was never connected has done nothing.
  if (report.counters.received_segments == 0) return;
  const bool incoming = is_incoming(report);
  NetworkAccount& account = account_of(report, incoming);
  ++(incoming ? account.accepted : account.initiated);
  Known passing;
  add(account, passing, report.counters);
}

}  // namespace lapwing::collectors::services
