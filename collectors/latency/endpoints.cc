#include "collectors/latency/endpoints.h"

#include <algorithm>

namespace lapwing::collectors::latency {
namespace {

constexpr std::uint16_t kOtherServices = 0;
constexpr std::uint16_t kOtherRemotes = 1;
const std::string kUnknown = "unknown";

std::string text_of(const Address& address) {
  const std::string ip = address.ip.to_string();
  return (address.ip.is_v4() ? ip : "[" + ip + "]") + ":" + std::to_string(address.port);
}

}  // namespace

Endpoints::Endpoints() {
  all_.push_back(std::make_unique<Endpoint>());
  all_[kOtherServices]->service = "other";
  all_.push_back(std::make_unique<Endpoint>());
  all_[kOtherRemotes]->remote = "other";
}

std::optional<std::uint16_t> Endpoints::add(std::unique_ptr<Endpoint> endpoint) {
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (!all_[i]) {
      all_[i] = std::move(endpoint);
      return std::uint16_t(i);
    }
  all_.push_back(std::move(endpoint));
  return std::uint16_t(all_.size() - 1);
}

std::uint16_t Endpoints::find_or_add_service(const std::string& service, std::uint16_t port) {
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (all_[i] && all_[i]->remote.empty() && all_[i]->port == port && all_[i]->service == service)
      return std::uint16_t(i);
  if (services_ == kServiceLimit) return kOtherServices;
  ++services_;
  auto endpoint = std::make_unique<Endpoint>();
  endpoint->service = service;
  endpoint->port = port;
  return *add(std::move(endpoint));
}

std::uint16_t Endpoints::find_or_add_remote(const Address& address) {
  const std::string text = text_of(address);
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (all_[i] && all_[i]->remote == text) return std::uint16_t(i);
  if (remotes_ == kRemoteLimit) return kOtherRemotes;
  ++remotes_;
  auto endpoint = std::make_unique<Endpoint>();
  endpoint->remote = text;
  endpoint->port = address.port;
  return *add(std::move(endpoint));
}

bool Endpoints::is_named(const std::string& service, std::uint16_t port) const {
  return std::any_of(all_.begin(), all_.end(), [&](const auto& endpoint) {
    return endpoint && endpoint->remote.empty() && endpoint->port == port &&
           endpoint->service == service;
  });
}

void Endpoints::rename(const SocketTables& tables) {
  for (std::size_t i = 0; i < tables_.listeners.size(); ++i) {
    const ListeningService& before = tables_.listeners[i];
    const auto now = std::lower_bound(
        tables.listeners.begin(), tables.listeners.end(), before.address,
        [](const ListeningService& one, const Address& at) { return one.address < at; });
    if (now == tables.listeners.end() || now->address != before.address) continue;
    if (now->service.empty() || now->service == before.service) continue;
    // Another socket is another service, even at the same address.
    if (!before.service.empty() && (now->inode == 0 || now->inode != before.inode)) continue;
    const auto keeps_the_name = [&](const ListeningService& one) {
      return one.address.port == before.address.port && one.service == before.service;
    };
    Endpoint& endpoint = *all_[listener_endpoints_[i]];
    if (endpoint.port == 0 || is_named(now->service, endpoint.port) ||
        std::any_of(tables.listeners.begin(), tables.listeners.end(), keeps_the_name))
      continue;
    endpoint.service = now->service;
  }
}

std::vector<std::pair<std::uint16_t, std::uint16_t>> Endpoints::apply(SocketTables tables,
                                                                      std::int64_t second) {
  rename(tables);
  std::vector<std::uint16_t> numbers;
  for (const ListeningService& listener : tables.listeners)
    numbers.push_back(find_or_add_service(listener.service.empty() ? kUnknown : listener.service,
                                          listener.address.port));

  std::vector<std::pair<std::uint16_t, std::uint16_t>> moved;
  for (std::size_t i = 0, j = 0; i < tables_.listeners.size(); ++i) {
    while (j < tables.listeners.size() &&
           tables.listeners[j].address < tables_.listeners[i].address)
      ++j;
    if (j == tables.listeners.size() || tables.listeners[j].address != tables_.listeners[i].address)
      continue;
    const std::uint16_t before = listener_endpoints_[i];
    const bool kept = std::find(numbers.begin(), numbers.end(), before) != numbers.end();
    if (before != numbers[j] && !kept) moved.emplace_back(before, numbers[j]);
  }

  const auto in_use = [&](std::size_t number, const Endpoint& endpoint) {
    if (endpoint.port == 0) return true;
    if (endpoint.remote.empty())
      return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
    return std::any_of(tables.remotes.begin(), tables.remotes.end(), [&](const Address& remote) {
      return remote.port == endpoint.port && text_of(remote) == endpoint.remote;
    });
  };
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (!all_[i]) continue;
    if (in_use(i, *all_[i]))
      all_[i]->unused_since = -1;
    else if (all_[i]->unused_since < 0)
      all_[i]->unused_since = second;
  }
  tables_ = std::move(tables);
  listener_endpoints_ = std::move(numbers);
  by_port_.clear();
  for (std::size_t i = 0; i < tables_.listeners.size(); ++i)
    by_port_.emplace_back(tables_.listeners[i].address.port, std::uint16_t(i));
  std::sort(by_port_.begin(), by_port_.end());
  remote_ports_.clear();
  for (const Address& remote : tables_.remotes) remote_ports_.push_back(remote.port);
  std::sort(remote_ports_.begin(), remote_ports_.end());
  return moved;
}

std::vector<std::uint16_t> Endpoints::forget_unused(std::int64_t second) {
  std::vector<std::uint16_t> gone;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (!all_[i] || all_[i]->unused_since < 0) continue;
    if (second - all_[i]->unused_since < kKeptSeconds) continue;
    --(all_[i]->remote.empty() ? services_ : remotes_);
    all_[i].reset();
    gone.push_back(std::uint16_t(i));
  }
  return gone;
}

std::vector<std::uint16_t> Endpoints::ports(const std::vector<std::uint16_t>& only) const {
  std::vector<std::uint16_t> ports;
  for (const ListeningService& listener : tables_.listeners) ports.push_back(listener.address.port);
  for (const Address& remote : tables_.remotes) ports.push_back(remote.port);
  std::sort(ports.begin(), ports.end());
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  if (!only.empty())
    std::erase_if(ports, [&](std::uint16_t port) {
      return std::find(only.begin(), only.end(), port) == only.end();
    });
  return ports;
}

bool Endpoints::is_local(const IpAddress& address) const {
  return address.is_loopback() ||
         std::binary_search(tables_.local.begin(), tables_.local.end(), address);
}

std::optional<std::uint16_t> Endpoints::service_at(const IpAddress& ip, std::uint16_t port) const {
  std::optional<std::uint16_t> everywhere;
  auto at = std::lower_bound(by_port_.begin(), by_port_.end(), std::pair(port, std::uint16_t{0}));
  for (; at != by_port_.end() && at->first == port; ++at) {
    const IpAddress& listening = tables_.listeners[at->second].address.ip;
    if (listening == ip) return listener_endpoints_[at->second];
    if (!everywhere && listening.is_any() && is_local(ip))
      everywhere = listener_endpoints_[at->second];
  }
  return everywhere;
}

bool Endpoints::is_remote(const IpAddress& ip, std::uint16_t port, const IpAddress& other) const {
  return std::binary_search(remote_ports_.begin(), remote_ports_.end(), port) && !is_local(ip) &&
         is_local(other);
}

std::optional<Endpoints::Judgement> Endpoints::judge(const Segment& segment,
                                                     std::optional<bool> source_is_server) {
  const auto from = service_at(segment.source, segment.source_port);
  const auto to = service_at(segment.destination, segment.destination_port);
  if (from && to) {
    // Both ends listen: without the handshake, the server is likelier to have the lower port.
    const bool source = source_is_server.value_or(segment.source_port < segment.destination_port);
    return Judgement{source ? *from : *to, source};
  }
  if (from && source_is_server.value_or(true)) return Judgement{*from, true};
  if (to && !source_is_server.value_or(false)) return Judgement{*to, false};
  if (is_remote(segment.source, segment.source_port, segment.destination) &&
      source_is_server.value_or(true))
    return Judgement{find_or_add_remote({segment.source, segment.source_port}), true};
  if (is_remote(segment.destination, segment.destination_port, segment.source) &&
      !source_is_server.value_or(false))
    return Judgement{find_or_add_remote({segment.destination, segment.destination_port}), false};
  return std::nullopt;
}

}  // namespace lapwing::collectors::latency
