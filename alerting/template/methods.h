// Methods of Go's time.Time and time.Duration, and how a value's method is found.
#pragma once

#include <string_view>

#include "alerting/template/value.h"

namespace lapwing::alerting {

/// nullptr when the value has no such method.
const TemplateMethod* find_template_method(const TemplateValue& value, std::string_view name);

}  // namespace lapwing::alerting
