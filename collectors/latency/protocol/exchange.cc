#include "collectors/latency/protocol/exchange.h"

#include <array>

#include "collectors/latency/protocol/readers.h"

namespace lapwing::collectors::latency {
namespace {

constexpr std::uint16_t kPipelineLimit = 4096;

constexpr std::array kReaders = {
    ProtocolReader{Protocol::Http1, http1::begins, http1::read_requests, http1::read_answers,
                   kPipelineLimit},
    ProtocolReader{Protocol::Redis, redis::begins, redis::read_requests, redis::read_answers,
                   kPipelineLimit},
    ProtocolReader{Protocol::Postgres, postgres::begins, postgres::read_requests,
                   postgres::read_answers, kPipelineLimit},
    ProtocolReader{Protocol::MySql, mysql::begins, mysql::read_requests, mysql::read_answers, 1},
    ProtocolReader{Protocol::Memcached, memcached::begins, memcached::read_requests,
                   memcached::read_answers, kPipelineLimit},
};

// They stand as Protocol has them, so that a reader is found by its place.
constexpr std::size_t kFirstReader = std::size_t(Protocol::Http1);
static_assert([] {
  for (std::size_t i = 0; i < kReaders.size(); ++i)
    if (std::size_t(kReaders[i].protocol) != kFirstReader + i) return false;
  return true;
}());

bool is_tls(std::string_view payload) {
  return payload.size() >= 3 && payload[0] == 0x16 && payload[1] == 0x03 && payload[2] <= 0x04;
}

}  // namespace

std::string_view name(Protocol protocol) {
  switch (protocol) {
    case Protocol::Http1:
      return "http";
    case Protocol::Redis:
      return "redis";
    case Protocol::Postgres:
      return "postgresql";
    case Protocol::MySql:
      return "mysql";
    case Protocol::Memcached:
      return "memcached";
    case Protocol::Http2:
      return "http2";
    case Protocol::Tls:
      return "tls";
    case Protocol::Unknown:
    case Protocol::Over:
      break;
  }
  return "";
}

std::string_view name(Outcome outcome) {
  constexpr std::array<std::string_view, kOutcomeCount> kNames = {
      "ok", "error", "miss", "1xx", "2xx", "3xx", "4xx", "5xx", "none"};
  return kNames[std::size_t(outcome)];
}

const ProtocolReader* find_reader(Protocol protocol) {
  const std::size_t place = std::size_t(protocol) - kFirstReader;
  return place < kReaders.size() ? &kReaders[place] : nullptr;
}

Protocol recognise(std::string_view first_payload, bool from_start) {
  if (is_tls(first_payload)) return Protocol::Tls;
  if (first_payload.starts_with("PRI * HTTP/2.0")) return Protocol::Http2;
  for (const ProtocolReader& reader : kReaders) {
    // MySQL's server speaks first: its client's first packet has no mark of its own.
    if (reader.protocol == Protocol::MySql || !reader.begins(first_payload)) continue;
    // PostgreSQL begins with a start-up packet, which is told apart better than its messages.
    if (reader.protocol == Protocol::Postgres && from_start && first_payload[0] != 0) continue;
    return reader.protocol;
  }
  return Protocol::Unknown;
}

}  // namespace lapwing::collectors::latency
