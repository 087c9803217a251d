// The members of one JSON object, as they stand in the line: no tree, no copies. For log lines, of
// which a few members count and there are very many. Source of truth: RFC 8259.
#pragma once

#include <functional>
#include <string_view>

namespace lapwing::collectors::access_log {

/// Called with a member's name and its value: a string without its quotes (escapes stay as they
/// are), a number or word as written, an array or object whole.
using MemberSink = std::function<void(std::string_view name, std::string_view value)>;

/// False when the text is no JSON object, as far as its outermost level tells; members before the
/// mistake have been told then. Values within values are passed over by their brackets alone.
bool for_each_member(std::string_view text, const MemberSink& sink);

}  // namespace lapwing::collectors::access_log
