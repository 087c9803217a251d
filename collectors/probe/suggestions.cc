#include "collectors/probe/suggestions.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>

#include "agent/base/file.h"
#include "agent/base/scanner.h"

namespace lapwing::collectors::probe {
namespace {

constexpr std::string_view kListening = "0A";
constexpr std::size_t kTableLimitBytes = 16u << 20;

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

/// The kernel prints each 32-bit word of an address in the host's byte order.
Result<std::string> address_of(std::string_view hex) {
  if (hex.size() != 8 && hex.size() != 32) return invalid("no address: " + std::string(hex));
  std::array<std::uint32_t, 4> words{};
  for (std::size_t i = 0; i < hex.size() / 8; ++i) {
    const char* const begin = hex.data() + 8 * i;
    const auto [end, error] = std::from_chars(begin, begin + 8, words[i], 16);
    if (error != std::errc() || end != begin + 8) return invalid("no address: " + std::string(hex));
  }
  const bool ip4 = hex.size() == 8;
  if (std::all_of(words.begin(), words.end(), [](std::uint32_t word) { return word == 0; }))
    return std::string("127.0.0.1");
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(ip4 ? AF_INET : AF_INET6, words.data(), text.data(), text.size());
  return std::string(text.data());
}

Result<Listener> read_line(Scanner& line) {
  Listener listener;
  line.word();  // its number
  const std::string_view local = line.word();
  line.word();  // the peer
  const std::string_view state = line.word();
  for (int i = 0; i < 5; ++i) line.word();
  listener.inode = line.u64();
  if (auto done = line.done(); !done) return std::move(done).error();
  if (state != kListening) return no_data("not listening");
  const std::size_t colon = local.rfind(':');
  if (colon == std::string_view::npos) return invalid("no address: " + std::string(local));
  auto address = address_of(local.substr(0, colon));
  if (!address) return std::move(address).error();
  listener.address = *std::move(address);
  const char* const end = local.data() + local.size();
  const auto [stop, error] = std::from_chars(local.data() + colon + 1, end, listener.port, 16);
  if (error != std::errc() || stop != end) return invalid("no port: " + std::string(local));
  return listener;
}

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

Result<std::vector<Listener>> parse_listeners(std::string_view table) {
  std::vector<Listener> listeners;
  Scanner lines(table);
  if (lines.line().find("local_address") == std::string_view::npos)
    return invalid("no table of sockets");
  while (!lines.at_end()) {
    Scanner line(lines.line());
    Result<Listener> listener = read_line(line);
    if (listener)
      listeners.push_back(*std::move(listener));
    else if (listener.error().kind != ErrorKind::NoData)
      return std::move(listener).error();
  }
  return listeners;
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

std::vector<Listener> read_listeners(const std::string& proc) {
  std::vector<Listener> listeners;
  for (const char* table : {"/net/tcp", "/net/tcp6"}) {
    const Result<std::string> text = read_file(proc + table, kTableLimitBytes);
    if (!text) continue;
    if (auto found = parse_listeners(*text))
      listeners.insert(listeners.end(), found->begin(), found->end());
  }
  const auto known = programs(proc);
  for (Listener& listener : listeners)
    if (const auto program = known.find(listener.inode); program != known.end())
      listener.program = program->second;
  return listeners;
}

}  // namespace lapwing::collectors::probe
