// A template's value as JSON, byte for byte as Go's encoding/json writes it.
#pragma once

#include <string>
#include <string_view>

#include "alerting/template/value.h"

namespace lapwing::alerting {

/// Fields of an object are named as their type's json_names say. A number that JSON lacks (NaN,
/// infinity) is null.
std::string template_json(const TemplateValue& value);

/// A JSON string as Go's encoding/json writes it: quoted, with <, > and & escaped.
std::string go_json_string(std::string_view text);

}  // namespace lapwing::alerting
