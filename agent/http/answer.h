// Answer: the bytes that go out for one request, ready to be written.
#pragma once

#include <string>
#include <string_view>

#include "agent/http/message.h"

namespace lapwing::http {

struct Answer {
  std::string head;  ///< status line, headers and the empty line
  std::string body;
  bool keep_alive = false;
};

/// An answer that no handler made: plain text, the connection closed after it.
Answer refusal_answer(int status, std::string_view message, const Pairs& headers = {});

}  // namespace lapwing::http
