#include "collectors/scrape/discovery/dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "agent/base/file.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& out, std::initializer_list<int> bytes) {
  for (const int byte : bytes) out.push_back(std::uint8_t(byte));
}

void append_name(Bytes& out, std::string_view name) {
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('.'));
    out.push_back(std::uint8_t(part.size()));
    out.insert(out.end(), part.begin(), part.end());
    name.remove_prefix(std::min(part.size() + 1, name.size()));
  }
  out.push_back(0);
}

/// An answer to the question "h." of that type, with the records' data.
Bytes message(int type, const std::vector<Bytes>& records, int code = 0) {
  Bytes out;
  append(out, {0, 0, 0x84, code, 0, 1, 0, int(records.size()), 0, 0, 0, 0});
  append_name(out, "h");
  append(out, {0, type, 0, 1});
  for (const Bytes& record : records) {
    append(out, {0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, int(record.size())});
    out.insert(out.end(), record.begin(), record.end());
  }
  return out;
}

Bytes named(std::initializer_list<int> before, std::string_view name) {
  Bytes out;
  append(out, before);
  append_name(out, name);
  return out;
}

constexpr int kA = 1;
constexpr int kNs = 2;
constexpr int kMx = 15;
constexpr int kAaaa = 28;
constexpr int kSrv = 33;

std::string text_of(const std::vector<TargetGroup>& groups) {
  std::string text;
  for (const TargetGroup& group : groups)
    for (const TextPairs& target : group.targets) text += target.at(0).second + " ";
  return text;
}

/// A DNS server on a port of 127.0.0.1 that gives each question the next of its answers, and the
/// last one to all that follow.
class Server {
 public:
  explicit Server(std::vector<Bytes> answers) : fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this, answers = std::move(answers)] { serve(answers); });
  }
  ~Server() {
    stop_ = true;
    thread_.join();
  }

  std::uint16_t port = 0;

 private:
  void serve(const std::vector<Bytes>& answers) {
    std::size_t next = 0;
    while (!stop_) {
      pollfd entry{fd_.get(), POLLIN, 0};
      if (::poll(&entry, 1, 10) <= 0) continue;
      Bytes question(512);
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      const ssize_t count = ::recvfrom(fd_.get(), question.data(), question.size(), 0,
                                       reinterpret_cast<sockaddr*>(&peer), &size);
      if (count < 12) continue;
      Bytes answer = answers[std::min(next++, answers.size() - 1)];
      answer[0] = question[0];
      answer[1] = question[1];
      ::sendto(fd_.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&peer),
               size);
    }
  }

  UniqueFd fd_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace

TEST_CASE("dns discovery: records of each type") {
  const auto one = [](int type, const Bytes& record, DnsType asked) {
    const auto records = parse_dns_answer(message(type, {record}), asked);
    REQUIRE(records.ok());
    REQUIRE(records->size() == 1);
    return records->at(0);
  };
  CHECK(one(kA, {10, 0, 0, 1}, DnsType::A) == DnsRecord{"10.0.0.1", 0});
  CHECK(one(kAaaa, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, DnsType::Aaaa) ==
        DnsRecord{"::1", 0});
  CHECK(one(kSrv, named({0, 1, 0, 2, 0x1f, 0x90}, "a.b"), DnsType::Srv) == DnsRecord{"a.b", 8080});
  CHECK(one(kMx, named({0, 1}, "m.x"), DnsType::Mx) == DnsRecord{"m.x", 0});
  CHECK(one(kNs, named({}, "n.s"), DnsType::Ns) == DnsRecord{"n.s", 0});
  CHECK(parse_dns_answer(message(kA, {{10, 0, 0, 1}}), DnsType::Srv)->empty());
}

TEST_CASE("dns discovery: messages that break off anywhere are Invalid or lack records") {
  const Bytes whole = message(kSrv, {named({0, 1, 0, 2, 0x1f, 0x90}, "a.b")});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto records = parse_dns_answer(std::span(whole).first(size), DnsType::Srv);
    CHECK_FALSE((records.ok() && !records->empty()));
  }
  CHECK_FALSE(parse_dns_answer(message(kA, {{10, 0, 0}}), DnsType::A).ok());
  CHECK_FALSE(parse_dns_answer(message(kSrv, {{0, 1, 0}}), DnsType::Srv).ok());
  CHECK_FALSE(parse_dns_answer(message(kNs, {{0xc0, 0xff}}), DnsType::Ns).ok());
}

TEST_CASE("dns discovery: labels of a target") {
  DnsDiscovery options{.names = {"n"}, .type = DnsType::Srv, .port = 0};
  CHECK(dns_group(options, "n", {{"a.b", 80}}).targets.at(0) ==
        TextPairs{{"__address__", "a.b:80"},
                  {"__meta_dns_name", "n"},
                  {"__meta_dns_srv_record_target", "a.b."},
                  {"__meta_dns_srv_record_port", "80"},
                  {"__meta_dns_mx_record_target", ""},
                  {"__meta_dns_ns_record_target", ""}});
  options = {.names = {"n"}, .type = DnsType::Aaaa, .port = 9};
  CHECK(dns_group(options, "n", {{"::1", 0}}).targets.at(0).at(0).second == "[::1]:9");
}

TEST_CASE("dns discovery: a server is asked; a name that fails keeps what it had") {
  constexpr int kNoSuchName = 3;
  constexpr int kServerFailure = 2;
  const Server server(
      {message(kA, {{10, 0, 0, 1}, {10, 0, 0, 2}}), message(kA, {}, kServerFailure)});
  DnsLookup lookup({.names = {"h."}, .type = DnsType::A, .port = 7}, server.port);
  const Found found = lookup.refresh();
  CHECK(found.trouble.empty());
  CHECK(text_of(found.groups) == "10.0.0.1:7 10.0.0.2:7 ");
  const Found again = lookup.refresh();
  CHECK(again.trouble.size() == 1);
  CHECK(text_of(again.groups) == "10.0.0.1:7 10.0.0.2:7 ");

  const Server empty({message(kA, {}, kNoSuchName)});
  DnsLookup gone({.names = {"h."}, .type = DnsType::A, .port = 7}, empty.port);
  const Found none = gone.refresh();
  CHECK(none.trouble.empty());
  CHECK(text_of(none.groups) == "");
}
