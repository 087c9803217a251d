#include "dashboard/api/envelope.h"

#include "agent/model/labels.h"
#include "agent/promql/lexer.h"

namespace lapwing::dashboard::api {
namespace {

struct Kind {
  int status;
  std::string_view name;
};

Kind kind_of(ErrorType type) {
  switch (type) {
    case ErrorType::BadData:
      return {400, "bad_data"};
    case ErrorType::Execution:
      return {422, "execution"};
    case ErrorType::Timeout:
      return {503, "timeout"};
    case ErrorType::NotFound:
      return {404, "not_found"};
    case ErrorType::Unavailable:
      return {500, "unavailable"};
    case ErrorType::Internal:
      break;
  }
  return {500, "internal"};
}

void append_texts(std::string& out, std::string_view key, std::span<const std::string> texts) {
  if (texts.empty()) return;
  out.append(",\"").append(key).append("\":");
  JsonWriter json(out);
  json.begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

}  // namespace

http::Response failure(ErrorType type, std::string_view message) {
  const Kind kind = kind_of(type);
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("status").string("error");
  json.key("errorType").string(kind.name);
  json.key("error").string(message);
  json.end_object();
  return http::json_response(kind.status, std::move(body));
}

http::Response failure(const Error& error) {
  switch (error.kind) {
    case ErrorKind::NoData:
      return failure(ErrorType::NotFound, error.message);
    case ErrorKind::Invalid:
      return failure(ErrorType::Execution, error.message);
    case ErrorKind::Unavailable:
      return failure(ErrorType::Timeout, error.message);
    case ErrorKind::Corrupt:
      break;
  }
  return failure(ErrorType::Internal, error.message);
}

Error invalid_parameter(std::string_view name, std::string_view why) {
  std::string message = "invalid parameter ";
  append_quoted(message, name);
  message.append(": ").append(why);
  return invalid(std::move(message));
}

std::string quoted(std::string_view text) { return promql::quote(text); }

Success::Success() : text_(R"({"status":"success","data":)"), json_(text_) {}

http::Response Success::response(std::span<const std::string> warnings,
                                 std::span<const std::string> infos) && {
  append_texts(text_, "warnings", warnings);
  append_texts(text_, "infos", infos);
  text_ += '}';
  return http::json_response(200, std::move(text_));
}

}  // namespace lapwing::dashboard::api
