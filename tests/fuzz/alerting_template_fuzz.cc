// Any bytes as a template: parsing and expanding end within their limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "alerting/template/template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lapwing;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = alerting::Template::parse(text);
  if (!parsed) return 0;
  alerting::TemplateEnvironment environment;
  environment.external_url = "http://h/p";
  environment.query = [](const std::string&) -> Result<promql::Vector> {
    return promql::Vector{{Labels{{"a", "b"}}, {}, 1.5}};
  };
  const alerting::AlertTemplateData seen{Labels{{"i", "1"}}, Labels{{"dc", "x"}}, 42};
  if (parsed->expand("X", seen, environment).size() > size + 1'000'000) std::abort();
  return 0;
}
