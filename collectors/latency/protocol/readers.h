// The protocols that are read message by message, a file each. All are pure: a cursor, the
// payload of one segment in order, and what it says. Any bytes are taken; what does not fit is
// Reading::Lost.
#pragma once

#include <string_view>

#include "collectors/latency/protocol/exchange.h"

namespace lapwing::collectors::latency {

/// RFC 9112. Pipelined requests, bodies of a length and chunked ones; 101 and CONNECT end it.
namespace http1 {
bool begins(std::string_view payload);
Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange);
Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange);
}  // namespace http1

/// RESP2 and RESP3 (redis.io, "Redis serialization protocol specification").
namespace redis {
bool begins(std::string_view payload);
Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange);
Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange);
}  // namespace redis

/// PostgreSQL's frontend/backend protocol 3.0 (postgresql.org, "Message Formats"): a round trip
/// is a simple query or what stands before a Sync.
namespace postgres {
bool begins(std::string_view payload);
Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange);
Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange);
}  // namespace postgres

/// MySQL's client/server protocol ("Command Phase"). One command at a time; compressed
/// connections are not read.
namespace mysql {
bool begins(std::string_view payload);
Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange);
Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange);
/// Whether a server's first payload is MySQL's greeting.
bool greets(std::string_view payload);
}  // namespace mysql

/// memcached's text protocol (protocol.txt), classic and meta commands; not the binary one.
namespace memcached {
bool begins(std::string_view payload);
Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange);
Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange);
}  // namespace memcached

}  // namespace lapwing::collectors::latency
