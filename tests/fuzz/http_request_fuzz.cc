// Bytes of a connection → requests. The outcome must not depend on how the bytes are cut, and
// what comes out must be within the limits and find its way through the router and the form parser.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "agent/http/form.h"
#include "agent/http/request_reader.h"
#include "agent/http/router.h"

using namespace lapwing::http;

namespace {

constexpr RequestLimits kLimits{.head_bytes = 512, .body_bytes = 256, .headers = 16};

struct Outcome {
  std::vector<RawRequest> requests;
  int refusal = 0;
};

Outcome read(std::string_view bytes, std::size_t piece) {
  RequestReader reader(kLimits);
  Outcome outcome;
  while (!bytes.empty() && reader.state() != RequestReader::State::Refused) {
    const std::string_view part = bytes.substr(0, piece);
    const std::size_t used = reader.feed(part);
    if (used > part.size()) std::abort();
    if (used == 0 && reader.state() != RequestReader::State::Refused) std::abort();
    bytes.remove_prefix(used);
    if (reader.state() == RequestReader::State::Complete) outcome.requests.push_back(reader.take());
  }
  if (reader.state() == RequestReader::State::Refused) outcome.refusal = reader.refusal().status;
  return outcome;
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = read(bytes, bytes.size() + 1);
  for (const std::size_t piece : {std::size_t(1), std::size_t(7)}) {
    const Outcome cut = read(bytes, piece);
    require(cut.refusal == whole.refusal && cut.requests.size() == whole.requests.size());
    for (std::size_t i = 0; i < cut.requests.size(); ++i)
      require(cut.requests[i].body == whole.requests[i].body &&
              cut.requests[i].target == whole.requests[i].target &&
              cut.requests[i].headers == whole.requests[i].headers);
  }
  Router router;
  router.add("GET", "/api/*/x", [](const Request&) { return Response(); });
  for (const RawRequest& request : whole.requests) {
    require(request.body.size() <= kLimits.body_bytes);
    require(request.headers.size() <= kLimits.headers);
    for (const auto& [name, value] : request.headers)
      require((name + value).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    router.find(request.method, request.target);
    const Pairs form = parse_form(request.body);
    require(parse_form(encode_form(form)) == form);
  }
  return 0;
}
