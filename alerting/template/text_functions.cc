// Prometheus's functions on text: case, addresses, links, what the environment knows.
#include "alerting/template/functions.h"
#include "alerting/template/letter_case.h"
#include "alerting/template/links.h"

namespace lapwing::alerting {
namespace {

using Environment = TemplateEnvironment;

constexpr TemplateType kArguments{"map[string]interface {}", {}, nullptr, true};

std::string upper_text(const std::string& text) { return to_upper(text); }
std::string lower_text(const std::string& text) { return to_lower(text); }
std::string title_text(const std::string& text) { return title_case(text, TitleRest::Keep); }
std::string table_link(const std::string& expression) { return link_to_table(expression); }
std::string graph_link(const std::string& expression) { return link_to_graph(expression); }
std::string query_escape(const std::string& text) { return url_query_escape(text); }

/// net.SplitHostPort: the host when the text is HOST:PORT, else the text as it is.
std::string strip_port(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return text;
  if (text.starts_with('['))
    return colon > 0 && text[colon - 1] == ']' ? text.substr(1, colon - 2) : text;
  return text.find(':') == colon ? text.substr(0, colon) : text;
}

std::string strip_domain(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string::npos && text.find(':') == colon;
  const std::string host = has_port ? text.substr(0, colon) : text;
  const std::string port = has_port ? text.substr(colon) : "";
  const bool address = host.find_first_not_of("0123456789.") == std::string::npos ||
                       host.find(':') != std::string::npos;
  return address ? text : host.substr(0, host.find('.')) + port;
}

Result<TemplateValue> numbered(const Environment&, TemplateArguments arguments) {
  TemplateValue::Members members;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    members.emplace("arg" + std::to_string(i), arguments[i]);
  return TemplateValue::map(std::move(members)).as(kArguments);
}

Result<TemplateValue> external_url(const Environment& environment, TemplateArguments) {
  return TemplateValue::string(environment.external_url);
}

Result<TemplateValue> path_prefix(const Environment& environment, TemplateArguments) {
  const std::string& url = environment.external_url;
  const std::size_t host = url.find("://");
  const std::size_t path = host == std::string::npos ? host : url.find('/', host + 3);
  return TemplateValue::string(path == std::string::npos ? "" : url.substr(path));
}

constexpr TemplateFunctionEntry kFunctions[] = {
    {"title", 1, 1, text_function<title_text>},
    {"toUpper", 1, 1, text_function<upper_text>},
    {"toLower", 1, 1, text_function<lower_text>},
    {"safeHtml", 1, 1, template_safe_html},
    {"stripPort", 1, 1, text_function<strip_port>},
    {"stripDomain", 1, 1, text_function<strip_domain>},
    {"tableLink", 1, 1, text_function<table_link>},
    {"graphLink", 1, 1, text_function<graph_link>},
    {"urlQueryEscape", 1, 1, text_function<query_escape>},
    {"match", 2, 2, template_match},
    {"reReplaceAll", 3, 3, template_replace_all},
    {"args", 0, -1, numbered},
    {"externalURL", 0, 0, external_url},
    {"pathPrefix", 0, 0, path_prefix},
};

}  // namespace

std::span<const TemplateFunctionEntry> text_functions() { return kFunctions; }

}  // namespace lapwing::alerting
