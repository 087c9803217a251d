// Alertmanager's functions (prometheus.io/docs/alerting/latest/notifications, "Functions").
#include <charconv>

#include "alerting/template/functions.h"
#include "alerting/template/json.h"
#include "alerting/template/letter_case.h"

namespace lapwing::alerting {
namespace {

using Environment = TemplateEnvironment;
using Kind = TemplateValue::Kind;

constexpr TemplateType kAnyList{"[]interface {}"};
constexpr TemplateType kAnyMap{"map[string]interface {}", {}, nullptr, true};

Error wrong_type(std::string_view wanted, const TemplateValue& value) {
  return invalid("wrong type for value; expected " + std::string(wanted) + "; got " +
                 std::string(value.type_name()));
}

std::string upper_text(const std::string& text) { return to_upper(text); }
std::string lower_text(const std::string& text) { return to_lower(text); }
std::string title_text(const std::string& text) { return title_case(text, TitleRest::Lower); }

/// strings.TrimSpace; of Unicode's white space the no-break and wide blanks too.
std::string trim_space(const std::string& text) {
  constexpr std::string_view kBlanks[] = {" ",  "\t",       "\n",       "\v",          "\f",
                                          "\r", "\xc2\x85", "\xc2\xa0", "\xe3\x80\x80"};
  std::string_view rest = text;
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view blank : kBlanks) {
      if (rest.starts_with(blank)) rest.remove_prefix(blank.size()), found = true;
      if (rest.ends_with(blank)) rest.remove_suffix(blank.size()), found = true;
    }
  }
  return std::string(rest);
}

Result<TemplateValue> join(const Environment&, TemplateArguments arguments) {
  const auto separator = template_text(arguments[0]);
  if (!separator) return separator.error();
  if (arguments[1].kind() != Kind::List) return wrong_type("[]string", arguments[1]);
  std::string out;
  for (const TemplateValue& item : arguments[1].items()) {
    const auto text = template_text(item);
    if (!text) return wrong_type("[]string", arguments[1]);
    if (&item != arguments[1].items().data()) out += *separator;
    out += *text;
  }
  return TemplateValue::string(std::move(out));
}

Result<TemplateValue> string_slice(const Environment&, TemplateArguments arguments) {
  for (const TemplateValue& argument : arguments)
    if (const auto text = template_text(argument); !text) return text.error();
  return TemplateValue::list({arguments.begin(), arguments.end()});
}

/// url.QueryUnescape.
Result<TemplateValue> url_unescape(const Environment&, TemplateArguments arguments) {
  const auto text = template_text(arguments[0]);
  if (!text) return text.error();
  std::string out;
  for (std::size_t i = 0; i < text->size(); ++i) {
    const char c = (*text)[i];
    if (c != '%') {
      out += c == '+' ? ' ' : c;
      continue;
    }
    unsigned value = 0;
    const char* const from = text->data() + i + 1;
    const std::size_t left = text->size() - i - 1;
    if (left < 2 || std::from_chars(from, from + 2, value, 16).ptr != from + 2)
      return invalid("error calling urlUnescape: invalid URL escape \"" + text->substr(i, 3) +
                     "\"");
    out += char(value);
    i += 2;
  }
  return TemplateValue::string(std::move(out));
}

Result<TemplateValue> date(const Environment&, TemplateArguments arguments) {
  const auto layout = template_text(arguments[0]);
  if (!layout) return layout.error();
  if (arguments[1].kind() != Kind::Time) return wrong_type("time.Time", arguments[1]);
  return TemplateValue::string(format_go_time(arguments[1].as_time(), *layout));
}

Result<TemplateValue> tz(const Environment&, TemplateArguments arguments) {
  const auto name = template_text(arguments[0]);
  if (!name) return name.error();
  if (arguments[1].kind() != Kind::Time) return wrong_type("time.Time", arguments[1]);
  auto zone = TimeZone::find(*name);
  if (!zone) return Error(zone.error()).in("error calling tz");
  GoTime time = arguments[1].as_time();
  time.zone = *std::move(zone);
  time.fixed_offset_minutes = 0;
  return TemplateValue::time(std::move(time));
}

Result<TemplateValue> now(const Environment& environment, TemplateArguments) {
  return TemplateValue::time(GoTime::from(environment.now));
}

Result<TemplateValue> since(const Environment& environment, TemplateArguments arguments) {
  if (arguments[0].kind() != Kind::Time) return wrong_type("time.Time", arguments[0]);
  return TemplateValue::duration(GoTime::from(environment.now).minus(arguments[0].as_time()));
}

Result<TemplateValue> to_json(const Environment&, TemplateArguments arguments) {
  return TemplateValue::string(template_json(arguments[0]));
}

Result<TemplateValue> list(const Environment&, TemplateArguments arguments) {
  return TemplateValue::list({arguments.begin(), arguments.end()}).as(kAnyList);
}

Result<TemplateValue> append(const Environment&, TemplateArguments arguments) {
  if (&arguments[0].type() != &kAnyList) return wrong_type("[]interface {}", arguments[0]);
  TemplateValue::List items = arguments[0].items();
  items.insert(items.end(), arguments.begin() + 1, arguments.end());
  return TemplateValue::list(std::move(items)).as(kAnyList);
}

Result<TemplateValue> dict(const Environment&, TemplateArguments arguments) {
  if (arguments.size() % 2 != 0)
    return invalid("error calling dict: dict requires an even number of arguments");
  TemplateValue::Members members;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const auto key = template_text(arguments[i]);
    if (!key) return invalid("error calling dict: dict keys must be strings");
    members[*key] = arguments[i + 1];
  }
  return TemplateValue::map(std::move(members)).as(kAnyMap);
}

constexpr TemplateFunctionEntry kFunctions[] = {
    {"toUpper", 1, 1, text_function<upper_text>},
    {"toLower", 1, 1, text_function<lower_text>},
    {"title", 1, 1, text_function<title_text>},
    {"trimSpace", 1, 1, text_function<trim_space>},
    {"join", 2, 2, join},
    {"match", 2, 2, template_match},
    {"reReplaceAll", 3, 3, template_replace_all},
    {"safeHtml", 1, 1, template_safe_html},
    {"safeUrl", 1, 1, template_safe_url},
    {"urlUnescape", 1, 1, url_unescape},
    {"stringSlice", 0, -1, string_slice},
    {"date", 2, 2, date},
    {"tz", 2, 2, tz},
    {"now", 0, 0, now},
    {"since", 1, 1, since},
    {"humanizeDuration", 1, 1, template_humanize_duration},
    {"toJson", 1, 1, to_json},
    {"list", 0, -1, list},
    {"append", 1, -1, append},
    {"dict", 0, -1, dict},
};

}  // namespace

std::span<const TemplateFunctionEntry> notification_functions() { return kFunctions; }

}  // namespace lapwing::alerting
