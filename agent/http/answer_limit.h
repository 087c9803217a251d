// How the client says that an answer had more bytes than the request allows, and how its callers
// tell that from other failures. Leaves out the limit on headers, which is a failure like others.
#pragma once

#include <string_view>

#include "agent/base/result.h"

namespace lapwing::http {

/// What stands before the number of bytes, behind "METHOD URL: ".
inline constexpr std::string_view kAnswerTooLarge = "the answer exceeds ";

/// Whether the client's error is that the answer passed ClientRequest::response_limit_bytes.
inline bool is_answer_too_large(const Error& error) {
  // The URL shown before it has no blanks, so that no target can write these words into it.
  const std::size_t at = error.message.find(kAnswerTooLarge);
  return error.kind == ErrorKind::Unavailable && at != std::string::npos && at >= 2 &&
         error.message.compare(at - 2, 2, ": ") == 0;
}

}  // namespace lapwing::http
