// Refusals are written without cpp-httplib: they must work when there is no request to parse.
#include "agent/http/answer.h"

#include "agent/http/header.h"

namespace lapwing::http {

Answer refusal_answer(int status, std::string_view message, const Pairs& headers) {
  Answer answer;
  answer.body.append(message).append("\n");
  answer.head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  answer.head.append(status_phrase(status)).append("\r\n");
  for (const auto& [name, value] : headers)
    answer.head.append(name).append(": ").append(value).append("\r\n");
  answer.head.append("Content-Type: text/plain; charset=utf-8\r\n");
  answer.head.append("Content-Length: ").append(std::to_string(answer.body.size())).append("\r\n");
  answer.head.append("X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n");
  return answer;
}

}  // namespace lapwing::http
