// RequestReader: bytes of one connection → complete requests, or a refusal. Pure: no sockets, no
// time. Source of truth: RFC 9112, read strictly where leniency lets requests be smuggled.
// Leaves out what a server need not take: obsolete folding, other transfer codings than chunked,
// compressed bodies (snappy apart, which remote write's handler unpacks itself).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/http/message.h"

namespace lapwing::http {

struct RequestLimits {
  std::size_t head_bytes = 32 * 1024;
  std::size_t body_bytes = 32u << 20;
  std::size_t headers = 128;
};

/// A complete request as it came, the body's transfer coding undone.
struct RawRequest {
  std::string method;
  std::string target;  ///< "/path?query", undecoded; what absolute-form named before it is left out
  Pairs headers;
  std::string body;
  bool keep_alive = true;
  bool http_1_0 = false;
  std::shared_ptr<const std::atomic<bool>> abandoned{};  ///< Request::abandoned
};

struct Refusal {
  int status = 400;
  std::string_view reason;  ///< a short constant, for the metric's label
  std::string message;      ///< what the peer gets to read
};

class RequestReader {
 public:
  enum class State {
    Empty,  ///< between requests: nothing read yet
    Head,   ///< in the request line or the headers
    Body,
    Complete,  ///< take() it; feed() takes nothing more before that
    Refused,   ///< for good: the connection cannot be read on
  };

  explicit RequestReader(RequestLimits limits) : limits_(limits) {}

  /// Reads on and returns how many of the bytes were used: all of them, unless the request was
  /// completed or refused before their end.
  std::size_t feed(std::string_view bytes);

  State state() const { return state_; }
  /// Whether the peer holds its body back until it reads "100 Continue". True once a request.
  bool take_wish_to_continue();
  /// Only when Complete; the reader is Empty after it.
  RawRequest take();
  /// Only when Refused.
  const Refusal& refusal() const { return *refusal_; }
  /// Gives the memory of an unfinished request back; nothing is read after it.
  void discard();
  /// Memory held for the request that is being read.
  std::size_t buffered_bytes() const { return head_.capacity() + request_.body.capacity(); }

 private:
  enum class BodyPart { Counted, ChunkSize, ChunkData, ChunkEnd, Trailer };

  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  std::size_t feed_data(std::string_view bytes, BodyPart next);
  std::size_t feed_line(std::string_view bytes);
  void chunk_size_line();
  void parse_head();
  bool parse_request_line(std::string_view line);
  bool parse_header_line(std::string_view line);
  bool examine_head();
  bool find_body_length();
  bool examine_body_coding();
  bool refuse(int status, std::string_view reason, std::string message);
  bool malformed(std::string message);

  const RequestLimits limits_;
  State state_ = State::Empty;
  BodyPart part_ = BodyPart::Counted;
  std::string head_;  ///< the head's bytes; while in a chunked body, the framing line's
  RawRequest request_;
  std::uint64_t left_ = 0;         ///< bytes to come of the counted body or of the chunk
  std::size_t framing_bytes_ = 0;  ///< of chunk extensions and trailers
  bool chunked_ = false;
  bool wishes_continue_ = false;
  std::optional<Refusal> refusal_;
};

}  // namespace lapwing::http
