// Look-ups in messages, and the two usual kinds of response.
#include "agent/http/message.h"

#include "agent/http/header.h"

namespace lapwing::http {

std::string_view Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  return {};
}

bool Request::has_parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters)
    if (key == name) return true;
  return false;
}

std::vector<std::string> Request::parameters_named(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters)
    if (key == name) values.push_back(value);
  return values;
}

std::string_view Request::header(std::string_view name) const { return find_header(headers, name); }

Response text_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

}  // namespace lapwing::http
