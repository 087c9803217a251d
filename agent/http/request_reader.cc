// The head is gathered whole, then parsed; the body is appended piece by piece. Whatever two
// readers could understand differently (RFC 9112 section 11.2) is refused.
#include "agent/http/request_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "agent/http/header.h"

namespace lapwing::http {
namespace {

constexpr std::size_t kFramingLineLimit = 1024;
constexpr std::size_t kFramingLimit = 16 * 1024;

constexpr std::string_view kMethods[] = {"GET",     "HEAD",  "POST",  "PUT",    "DELETE",
                                         "OPTIONS", "PATCH", "TRACE", "CONNECT"};

std::size_t count_headers(const Pairs& headers, std::string_view name) {
  return std::size_t(std::count_if(headers.begin(), headers.end(), [&](const auto& header) {
    return equal_without_case(header.first, name);
  }));
}

/// "http://host:port/path" → "/path"; other targets pass unchanged.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_without_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  return target;
}

}  // namespace

std::size_t RequestReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ != State::Complete && state_ != State::Refused) {
    const std::string_view rest = bytes.substr(used);
    used += state_ == State::Body ? feed_body(rest) : feed_head(rest);
  }
  return used;
}

bool RequestReader::take_wish_to_continue() { return std::exchange(wishes_continue_, false); }

RawRequest RequestReader::take() {
  RawRequest request = std::exchange(request_, {});
  std::exchange(head_, {});
  state_ = State::Empty;
  chunked_ = false;
  wishes_continue_ = false;
  left_ = 0;
  framing_bytes_ = 0;
  return request;
}

std::size_t RequestReader::feed_head(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    // RFC 9112 2.2: empty lines before a request line are skipped, for the sake of old clients.
    if (state_ == State::Empty && (c == '\r' || c == '\n')) continue;
    state_ = State::Head;
    const bool after_cr = !head_.empty() && head_.back() == '\r';
    if (head_.size() >= limits_.head_bytes) {
      refuse(431, "head_too_large",
             "the request's head exceeds " + std::to_string(limits_.head_bytes) + " bytes");
      return i;
    }
    if ((c == '\n') != after_cr || c == '\0') {
      malformed(c == '\0' ? "NUL in the head" : "line ends must be CR LF");
      return i;
    }
    head_ += c;
    if (c == '\n' && head_.size() >= 4 && head_[head_.size() - 3] == '\n') {
      parse_head();
      return i + 1;
    }
  }
  return bytes.size();
}

void RequestReader::parse_head() {
  std::string_view rest = head_;
  bool first = true;
  while (rest != "\r\n") {
    const std::size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    if (!(first ? parse_request_line(line) : parse_header_line(line))) return;
    first = false;
  }
  if (!examine_head()) return;
  std::exchange(head_, {});
  state_ = chunked_ || left_ > 0 ? State::Body : State::Complete;
  part_ = chunked_ ? BodyPart::ChunkSize : BodyPart::Counted;
  if (state_ == State::Complete) wishes_continue_ = false;
}

bool RequestReader::parse_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return malformed("bad request line");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) return malformed("bad method");
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/")
    return malformed("bad protocol version");
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return refuse(505, "version", "only HTTP/1.1 and HTTP/1.0 are spoken here");
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
  if (target.empty() || std::any_of(target.begin(), target.end(), is_bad))
    return malformed("bad request target");
  if (std::find(std::begin(kMethods), std::end(kMethods), method) == std::end(kMethods))
    return refuse(501, "method", "unknown method");
  request_.method = method;
  request_.target = origin_form(target);
  request_.http_1_0 = version == "HTTP/1.0";
  return true;
}

bool RequestReader::parse_header_line(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return malformed("folded header");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return malformed("bad header name");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_header_value(value)) return malformed("control character in a header");
  if (request_.headers.size() >= limits_.headers)
    return refuse(431, "head_too_large",
                  "more than " + std::to_string(limits_.headers) + " headers");
  request_.headers.emplace_back(line.substr(0, colon), value);
  return true;
}

bool RequestReader::examine_head() {
  const Pairs& headers = request_.headers;
  const std::size_t hosts = count_headers(headers, "Host");
  if (hosts > 1 || (hosts == 0 && !request_.http_1_0)) return malformed("one Host header is due");
  request_.keep_alive = request_.http_1_0 ? lists_token(headers, "Connection", "keep-alive")
                                          : !lists_token(headers, "Connection", "close");
  if (!find_body_length()) return false;
  if (!examine_body_coding()) return false;
  const std::string_view expect = find_header(headers, "Expect");
  if (!expect.empty() && !equal_without_case(expect, "100-continue"))
    return refuse(417, "expectation", "unknown expectation");
  wishes_continue_ = !expect.empty() && !request_.http_1_0;
  return true;
}

bool RequestReader::find_body_length() {
  const Pairs& headers = request_.headers;
  const std::size_t lengths = count_headers(headers, "Content-Length");
  const std::size_t codings = count_headers(headers, "Transfer-Encoding");
  if (lengths > 1) return malformed("more than one Content-Length");
  if (codings > 0) {
    if (lengths > 0) return malformed("both Content-Length and Transfer-Encoding");
    if (request_.http_1_0) return malformed("Transfer-Encoding in HTTP/1.0");
    if (codings > 1 || !equal_without_case(find_header(headers, "Transfer-Encoding"), "chunked"))
      return refuse(501, "transfer_encoding", "the only transfer encoding known here is chunked");
    chunked_ = true;
    return true;
  }
  if (lengths == 0) return true;
  const std::string_view text = find_header(headers, "Content-Length");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), left_);
  const bool digits_only = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  if (!digits_only) return malformed("bad Content-Length");
  if (error == std::errc::result_out_of_range || left_ > limits_.body_bytes)
    return refuse(413, "body_too_large",
                  "the request's body exceeds " + std::to_string(limits_.body_bytes) + " bytes");
  return true;
}

bool RequestReader::examine_body_coding() {
  if (!chunked_ && left_ == 0) return true;
  for (const auto& [name, value] : request_.headers) {
    if (!equal_without_case(name, "Content-Encoding")) continue;
    if (value.empty() || equal_without_case(value, "identity") ||
        equal_without_case(value, "snappy"))
      continue;
    return refuse(415, "content_encoding", "a body with that Content-Encoding is not taken");
  }
  return true;
}

std::size_t RequestReader::feed_body(std::string_view bytes) {
  switch (part_) {
    case BodyPart::Counted:
      return feed_data(bytes, BodyPart::Counted);
    case BodyPart::ChunkData:
      return feed_data(bytes, BodyPart::ChunkEnd);
    default:
      return feed_line(bytes);
  }
}

std::size_t RequestReader::feed_data(std::string_view bytes, BodyPart next) {
  const std::size_t count = std::size_t(std::min<std::uint64_t>(left_, bytes.size()));
  request_.body.append(bytes.substr(0, count));
  left_ -= count;
  if (left_ > 0) return count;
  part_ = next;
  if (next == BodyPart::Counted) state_ = State::Complete;
  return count;
}

std::size_t RequestReader::feed_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const std::size_t count = end == std::string_view::npos ? bytes.size() : end + 1;
  if (head_.size() + count > kFramingLineLimit) {
    malformed("a chunk's framing is too long");
    return count;
  }
  head_.append(bytes.substr(0, count));
  if (end == std::string_view::npos) return count;
  if (head_.size() < 2 || head_[head_.size() - 2] != '\r') {
    malformed("line ends must be CR LF");
    return count;
  }
  head_.resize(head_.size() - 2);
  if (!is_header_value(head_)) {
    malformed("control character in a chunk's framing");
  } else if (part_ == BodyPart::ChunkSize) {
    chunk_size_line();
  } else if (part_ == BodyPart::ChunkEnd) {
    if (!head_.empty()) malformed("a chunk is longer than it says");
    part_ = BodyPart::ChunkSize;
  } else if (head_.empty()) {
    state_ = State::Complete;  // The empty line after the trailers, which nobody here wants.
  } else {
    framing_bytes_ += head_.size();
    if (framing_bytes_ > kFramingLimit) malformed("too many trailers");
  }
  head_.clear();
  return count;
}

void RequestReader::chunk_size_line() {
  const std::string_view line = head_;
  const std::string_view size = trimmed(line.substr(0, line.find(';')));
  framing_bytes_ += line.size() - size.size();
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
  const bool sound = !size.empty() && size.front() != '-' && end == size.data() + size.size();
  if (!sound || (line.front() == ' ' || line.front() == '\t')) {
    malformed("bad chunk size");
  } else if (framing_bytes_ > kFramingLimit) {
    malformed("too many chunk extensions");
  } else if (error == std::errc::result_out_of_range ||
             left_ > limits_.body_bytes - request_.body.size()) {
    refuse(413, "body_too_large",
           "the request's body exceeds " + std::to_string(limits_.body_bytes) + " bytes");
  } else {
    part_ = left_ == 0 ? BodyPart::Trailer : BodyPart::ChunkData;
  }
}

bool RequestReader::refuse(int status, std::string_view reason, std::string message) {
  refusal_ = Refusal{status, reason, std::move(message)};
  discard();
  return false;
}

void RequestReader::discard() {
  state_ = State::Refused;
  if (!refusal_) refusal_ = Refusal{503, "discarded", "the request was given up"};
  // Assigning an empty string would keep the old one's memory; exchange gives it back.
  std::exchange(request_, {});
  std::exchange(head_, {});
}

bool RequestReader::malformed(std::string message) {
  return refuse(400, "malformed", std::move(message));
}

}  // namespace lapwing::http
