#include "collectors/probe/suggestions.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>

#include "agent/base/file.h"
#include "agent/base/scanner.h"

namespace lapwing::collectors::probe {
namespace {

/// How a known kind of service is probed.
struct Known {
  std::string_view module;
  std::string_view scheme;  ///< before the address, for HTTP
};
struct KnownPort {
  std::uint16_t port;
  Known kind;
};
struct KnownProgram {
  std::string_view program;
  Known kind;
};

constexpr Known kHttp{"http_2xx", "http://"};
constexpr Known kHttps{"http_2xx", "https://"};
constexpr Known kTcp{"tcp_connect", ""};
constexpr std::array kPorts = std::to_array<KnownPort>({
    {22, {"ssh_banner", ""}},
    {25, kTcp},
    {53, kTcp},
    {80, kHttp},
    {443, kHttps},
    {995, {"pop3s_banner", ""}},
    {3000, kHttp},
    {3306, kTcp},
    {5432, kTcp},
    {5672, kTcp},
    {6379, {"redis_ping", ""}},
    {8000, kHttp},
    {8080, kHttp},
    {8443, kHttps},
    {9090, kHttp},
    {9093, kHttp},
    {9200, kHttp},
    {11211, kTcp},
    {15672, kHttp},
    {27017, kTcp},
});
constexpr std::array kPrograms = std::to_array<KnownProgram>({
    {"apache2", kHttp},
    {"beam.smp", kTcp},
    {"caddy", kHttp},
    {"envoy", kHttp},
    {"haproxy", kHttp},
    {"httpd", kHttp},
    {"mariadbd", kTcp},
    {"memcached", kTcp},
    {"mongod", kTcp},
    {"mysqld", kTcp},
    {"nginx", kHttp},
    {"postgres", kTcp},
    {"redis-server", {"redis_ping", ""}},
    {"sshd", {"ssh_banner", ""}},
    {"valkey-server", {"redis_ping", ""}},
});

const Known* known_by(const Listener& listener) {
  const auto port = std::find_if(kPorts.begin(), kPorts.end(), [&](const KnownPort& known) {
    return known.port == listener.port;
  });
  const auto program =
      std::find_if(kPrograms.begin(), kPrograms.end(),
                   [&](const KnownProgram& known) { return known.program == listener.program; });
  // A web server on a port of TLS speaks TLS; else the program knows better than the port.
  if (port != kPorts.end() && port->kind.scheme == kHttps.scheme) return &port->kind;
  if (program != kPrograms.end()) return &program->kind;
  return port == kPorts.end() ? nullptr : &port->kind;
}

using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

/// Socket inode → program, for the processes that we may look into.
std::map<std::uint64_t, std::string> programs(const std::string& proc) {
  std::map<std::uint64_t, std::string> found;
  const Folder processes(::opendir(proc.c_str()), ::closedir);
  while (const dirent* const process = processes ? ::readdir(processes.get()) : nullptr) {
    if (process->d_name[0] < '1' || process->d_name[0] > '9') continue;
    const std::string path = proc + "/" + process->d_name;
    const Folder descriptors(::opendir((path + "/fd").c_str()), ::closedir);
    if (!descriptors) continue;
    std::string name = read_file(path + "/comm", 256).ok() ? *read_file(path + "/comm", 256) : "";
    if (name.ends_with('\n')) name.pop_back();
    while (const dirent* const descriptor = ::readdir(descriptors.get())) {
      std::array<char, 64> target{};
      const std::string link = path + "/fd/" + descriptor->d_name;
      const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
      Scanner text(std::string_view(target.data(), std::size_t(std::max<ssize_t>(size, 0))));
      if (!text.accept("socket:[")) continue;
      const std::string_view inode = text.until(']');
      std::uint64_t number = 0;
      std::from_chars(inode.data(), inode.data() + inode.size(), number);
      found.emplace(number, name);
    }
  }
  return found;
}

}  // namespace

std::vector<Listener> listeners_of(const std::vector<latency::SocketRow>& sockets) {
  std::vector<Listener> listeners;
  for (const latency::SocketRow& row : sockets) {
    if (!row.listening) continue;
    const latency::IpAddress& ip = row.local.ip;
    listeners.push_back({.address = ip.is_any() ? "127.0.0.1" : ip.to_string(),
                         .port = row.local.port,
                         .inode = row.inode});
  }
  return listeners;
}

std::set<std::string> probed_targets(const std::vector<scrape::Job>& jobs) {
  std::set<std::string> probed;
  for (const auto& job : jobs)
    for (const auto& group : job.discovery.static_groups)
      for (const auto& target : group.targets)
        for (const auto& [name, value] : target) probed.insert(value);
  return probed;
}

std::vector<ProbeSuggestion> suggest(const std::vector<Listener>& listeners,
                                     const std::set<std::string>& probed) {
  std::map<std::string, ProbeSuggestion> found;
  for (const Listener& listener : listeners) {
    const Known* const known = known_by(listener);
    if (known == nullptr) continue;
    const bool ip6 = listener.address.find(':') != std::string::npos;
    const std::string authority = (ip6 ? "[" + listener.address + "]" : listener.address) + ":" +
                                  std::to_string(listener.port);
    std::string target = std::string(known->scheme) + authority;
    if (probed.contains(target) || probed.contains(authority)) continue;
    found.emplace(target, ProbeSuggestion{target, std::string(known->module), listener.program});
  }
  std::vector<ProbeSuggestion> suggestions;
  for (auto& [target, suggestion] : found) suggestions.push_back(std::move(suggestion));
  return suggestions;
}

Result<std::vector<Listener>> read_listeners(const std::string& proc) {
  const auto sockets = latency::SocketLister().listening();
  if (!sockets) return sockets.error();
  std::vector<Listener> listeners = listeners_of(*sockets);
  const auto known = programs(proc);
  for (Listener& listener : listeners)
    if (const auto program = known.find(listener.inode); program != known.end())
      listener.program = program->second;
  return listeners;
}

}  // namespace lapwing::collectors::probe
